import assert from "node:assert/strict";
import { test } from "node:test";
import { askedAt, fieldIn, fitting, mentionsIn, putIn } from "../../functions/console/page/lib/suggest.js";

test("a sign at the beginning of a word asks, with what follows it", () => {
  assert.deepEqual(askedAt("/re", 3, "/"), { sign: "/", word: "re", from: 0, to: 3 });
  assert.deepEqual(askedAt("Hello /", 7, "/"), { sign: "/", word: "", from: 6, to: 7 });
  assert.deepEqual(askedAt("Hello @Ki there", 9, "@"), { sign: "@", word: "Ki", from: 6, to: 9 });
});

test("within a word, after a space and in an address it asks nothing", () => {
  for (const text of ["and/or", "https://a.example/b", "a@b.example", "@Ki ", "//", "/ re", "2/3"]) {
    assert.equal(askedAt(text, text.length, "/@"), null);
  }
  assert.equal(askedAt("/re", 3, "@"), null);
  assert.equal(askedAt("/re", 3, ""), null);
});

test("a template is asked for by several words", () => {
  assert.deepEqual(askedAt("Hello /wlan router", 18, "/"), { sign: "/", word: "wlan router", from: 6, to: 18 });
  assert.equal(askedAt(`/${"word ".repeat(9)}`, 46, "/"), null);
});

test("a template is found by any of its words in any order, also by those of its folder and its text", () => {
  const all = [
    { name: "Restart", also: "Internet Please restart the router." },
    { name: "Thanks", also: "Praise Thank you." },
  ];
  const found = (typed) => fitting(all, typed).map(({ name }) => name);
  assert.deepEqual(found("router restart"), ["Restart"]);
  assert.deepEqual(found("internet router"), ["Restart"]);
  assert.deepEqual(found("thank prai"), ["Thanks"]);
  assert.deepEqual(found("router thanks"), []);
});

test("an inserted suggestion replaces the typed word, and the caret stands behind it", () => {
  const asked = askedAt("Hello /re there", 9, "/");
  assert.deepEqual(putIn("Hello /re there", asked, "again"), { text: "Hello again there", start: 11, end: 11 });
});

test("the caret stands in the first empty field of an inserted template", () => {
  const asked = askedAt("/r", 2, "/");
  const { text, start, end } = putIn("/r", asked, "Dear {{customer}}, how is {{topic}}?");
  assert.equal(text.slice(start, end), "{{customer}}");
});

test("a field that nobody filled in is found; other braces are none", () => {
  assert.equal(fieldIn("Dear {{ customer }},")?.name, "customer");
  assert.equal(fieldIn("if (a) { b }"), null);
});

test("the nearest comes first, without regard to case and accents", () => {
  const all = [{ name: "Ask again" }, { name: "Grüße", also: "again" }, { name: "again" }, { name: "other" }];
  assert.deepEqual(
    fitting(all, "AGAIN").map(({ name }) => name),
    ["again", "Ask again", "Grüße"],
  );
  assert.deepEqual(
    fitting(all, "gru").map(({ name }) => name),
    ["Grüße"],
  );
  assert.equal(fitting(all, "").length, 4);
});

test("only agents whom the note still names are mentioned", () => {
  assert.deepEqual(mentionsIn("@Kim Beispiel, look", { "Kim Beispiel": "1", "Lea Beispiel": "2" }), ["1"]);
});

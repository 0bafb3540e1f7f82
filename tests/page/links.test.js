import assert from "node:assert/strict";
import { test } from "node:test";
import { isWebAddress, parts, safe } from "../../functions/console/page/lib/links.js";

const found = (text) => parts(text).filter(({ href }) => href);

test("addresses of the web are found, and the sentence around them is not", () => {
  assert.deepEqual(
    found("See https://example.com/a_(b), please. (https://example.org/c)").map(({ text }) => text),
    ["https://example.com/a_(b)", "https://example.org/c"],
  );
});

test("the parts put together are the text", () => {
  for (const text of ["", "plain", "a https://x.example b http://y.example/?q=1#z.", "https://", "http://?"]) {
    assert.equal(
      parts(text)
        .map((each) => each.text)
        .join(""),
      text,
    );
  }
});

test("nothing else is an address", () => {
  const texts = [
    "javascript:alert(1)",
    "data:text/html,<b>x</b>",
    "file:///etc/passwd",
    "ftp://a.example",
    "//a.example",
    "https://",
  ];
  for (const text of texts) assert.deepEqual(found(text), []);
  for (const text of texts) assert.equal(safe(text), null);
  for (const text of [
    "JaVaScRiPt:alert(1)",
    " javascript:1",
    "vbscript:x",
    "",
    null,
    undefined,
    `https://a.example/${"x".repeat(3000)}`,
  ]) {
    assert.equal(safe(text), null);
  }
});

test("an address says where it leads if that is not what it looks like", () => {
  assert.equal(found("https://good.example@evil.example/")[0].host, "evil.example");
  assert.equal(found("https://\u0430pple.com/login")[0].host, "xn--pple-43d.com");
  assert.equal(found("https://user:pass@a.example")[0].host, "a.example");
  assert.equal(found("https://a.example/x")[0].host, undefined);
  assert.equal(found("HTTPS://A.Example/x")[0].host, undefined);
  assert.equal(found("https://a.example?x")[0].host, undefined);
  assert.equal(found("https://a.example")[0].host, undefined);
});

test("writing that changes its direction ends an address", () => {
  assert.equal(found("https://a.example/\u202egpj.exe")[0].text, "https://a.example/");
});

test("a hundred thousand characters are looked through at once", () => {
  const began = performance.now();
  parts("x".repeat(100_000));
  parts("https://a.example/".concat("(".repeat(100_000)));
  parts("http://".repeat(20_000));
  assert.ok(performance.now() - began < 500);
});

test("the browser is sent to addresses of the web alone", () => {
  assert.equal(isWebAddress("https://nord.example/oauth/authorize?a=b"), true);
  assert.equal(isWebAddress("http://127.0.0.1:8765/mastodon/oauth/authorize"), true);
  for (const address of ["javascript:alert(1)", "data:text/html,x", "//nord.example", "", "blob:https://x"]) {
    assert.equal(isWebAddress(address), false, address);
  }
});

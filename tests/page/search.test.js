import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "{}" }) });
globalThis.location = /** @type {any} */ ({ origin: "", pathname: "", hash: "" });
const { fieldText, joined, pieces, write } = await import("../../functions/console/page/state/search.js");

const hit = (id, ...messages) => ({
  conversation: { id },
  matches: messages.map((message_id) => ({ message_id })),
});

test("matches are marked, and no text is lost", () => {
  assert.deepEqual(pieces("Der Router blinkt", [[4, 10]]), [
    { text: "Der ", hit: false },
    { text: "Router", hit: true },
    { text: " blinkt", hit: false },
  ]);
});

test("places count as the API counts, in UTF-16 units", () => {
  assert.equal(pieces("👍👍 blau", [[5, 9]])[1].text, "blau");
});

test("ranges that make no sense change no text", () => {
  for (const ranges of [
    [[3, 1]],
    [[0, 99]],
    [
      [0, 3],
      [1, 2],
    ],
    [[-1, 2]],
  ]) {
    const text = pieces("abcdef", ranges)
      .map((each) => each.text)
      .join("");
    assert.equal(text, "abcdef");
  }
});

test("older results join earlier ones, each message once", () => {
  const all = joined([hit("one", "m3"), hit("two", "m2")], [hit("one", "m3", "m1"), hit("three", "m0")]);
  assert.deepEqual(
    all.map(({ conversation, matches }) => [conversation.id, matches.map(({ message_id }) => message_id)]),
    [
      ["one", ["m3", "m1"]],
      ["two", ["m2"]],
      ["three", ["m0"]],
    ],
  );
});

test("what was typed stays in the field while the address follows it", () => {
  write("exj");
  assert.equal(fieldText("", true), "exj");
  write("exjhu? ");
  assert.equal(fieldText("exj", true), "exjhu? ");
  assert.equal(fieldText("exjhu?", false), "exjhu? ");
  write("exjhu? Hallo");
  assert.equal(fieldText("exjhu?", true), "exjhu? Hallo");
  assert.equal(fieldText("exjhu? Hallo", false), "exjhu? Hallo");
});

test("the field follows an address of other words", () => {
  write("Router");
  fieldText("Router", false);
  assert.equal(fieldText("Rechnung", false), "Rechnung");
  assert.equal(fieldText("", false), "");
  write("");
  assert.equal(fieldText("Rechnung", false), "Rechnung");
  write("");
  assert.equal(fieldText("Rechnung", false), "");
});

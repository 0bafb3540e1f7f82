import assert from "node:assert/strict";
import { test } from "node:test";
import { notYet, shownSince, upto } from "../../functions/console/page/state/read_receipts.js";

const inbound = (id) => ({ id, direction: "inbound" });
const ours = (id) => ({ id, direction: "outbound" });

test("visibility counts from when a message appeared, and starts over after it was out of view", () => {
  let shown = shownSince(new Map(), ["a"], 1000);
  shown = shownSince(shown, ["a", "b"], 1400);
  assert.deepEqual(notYet(["a", "b", "c"], shown, 1500, 300), ["b", "c"]);
  shown = shownSince(shownSince(shown, [], 1600), ["a"], 1700);
  assert.deepEqual(notYet(["a"], shown, 1800, 300), ["a"]);
});

test("reading reaches up to the last message that is not unseen", () => {
  const messages = [inbound("a"), ours("b"), inbound("c"), inbound("d")];
  assert.equal(upto(messages, "a", []), "d");
  assert.equal(upto(messages, "a", ["d"]), "c");
  assert.equal(upto(messages, "a", ["c"]), "a");
});

test("our own messages do not advance reading: an earlier message may arrive after them", () => {
  assert.equal(upto([inbound("a"), ours("b")], "a", []), "a");
});

test("a colleague's answer advances reading once it was seen", () => {
  const answer = { ...ours("b"), author: { id: "kim" } };
  assert.equal(upto([inbound("a"), answer], "a", [], "me"), "b");
  assert.equal(upto([inbound("a"), answer], "a", ["b"], "me"), "a");
  assert.equal(upto([inbound("a"), answer], "a", [], "kim"), "a");
});

test("a late message among old ones does not move reading back", () => {
  assert.equal(upto([inbound("late"), inbound("a"), inbound("b")], "a", ["late"]), "b");
});

test("reading starts over when the last read message is gone", () => {
  const messages = [ours("a"), inbound("b"), inbound("c")];
  assert.equal(upto(messages, "gone", ["c"]), "b");
  assert.equal(upto(messages, "gone", ["b"]), "a");
  assert.equal(upto([], "gone", []), "");
});

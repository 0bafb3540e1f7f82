import assert from "node:assert/strict";
import { test } from "node:test";
import { notYet, shownSince, upto } from "../../functions/console/page/state/read_receipts.js";

const inbound = (id) => ({ id, direction: "inbound" });
const ours = (id) => ({ id, direction: "outbound" });

test("what is on the screen counts from when it came there, and anew once it was away", () => {
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

test("ours do not take it further: what was written before one may come in after it", () => {
  assert.equal(upto([inbound("a"), ours("b")], "a", []), "a");
});

test("what comes in late among what was read long ago does not turn it back", () => {
  assert.equal(upto([inbound("late"), inbound("a"), inbound("b")], "a", ["late"]), "b");
});

test("where the message is gone up to which was read, it begins anew", () => {
  const messages = [ours("a"), inbound("b"), inbound("c")];
  assert.equal(upto(messages, "gone", ["c"]), "b");
  assert.equal(upto(messages, "gone", ["b"]), "a");
  assert.equal(upto([], "gone", []), "");
});

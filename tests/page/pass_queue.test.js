import assert from "node:assert/strict";
import { test } from "node:test";
import { entriesOf, expand, marked, nextOf, openIn, previousOf } from "../../functions/console/page/lib/pass_queue.js";

const comment = (id, state) => ({ id, attention: state && { state } });

test("open comments are those whose state says so", () => {
  const messages = [comment("1", "open"), comment("2", "answered"), comment("ours", null), comment("4", "open")];
  assert.deepEqual(
    openIn({ messages }).map(({ id }) => id),
    ["1", "4"],
  );
});

test("a conversation gives its open comments in its place, each once", () => {
  const entries = expand(entriesOf(["a", "b"]), "a", ["1", "2"]);
  assert.deepEqual(
    entries.map(({ conversation, message }) => [conversation, message]),
    [
      ["a", "1"],
      ["a", "2"],
      ["b", null],
    ],
  );
  assert.deepEqual(expand(entries, "a", ["1"]), entries);
  assert.deepEqual(expand(entriesOf(["a"]), "a", []), []);
});

test("the pass goes on to what is not done, and comes back to what was left for later", () => {
  let entries = expand(entriesOf(["a"]), "a", ["1", "2", "3"]);
  entries = marked(entries, 1, true);
  assert.equal(nextOf(entries, 1), 2);
  assert.equal(nextOf(entries, 3), 0);
  assert.equal(previousOf(entries, 2), 0);
  assert.equal(previousOf(entries, 0), 0);
  entries = marked(marked(entries, 0, true), 2, true);
  assert.equal(nextOf(entries, 0), -1);
  assert.equal(nextOf(marked(entries, 1, false), 2), 1);
});

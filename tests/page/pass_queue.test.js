import assert from "node:assert/strict";
import { test } from "node:test";
import { entriesOf, expand, marked, nextOf, openIn, previousOf } from "../../functions/console/page/lib/pass_queue.js";

const comment = (id, state, more = {}) => ({
  id,
  direction: "inbound",
  deleted: false,
  sent_at: `2026-01-0${id}T00:00:00Z`,
  attention: state && { state },
  ...more,
});

test("open comments are those whose state says so", () => {
  const messages = [comment("1", "open"), comment("2", "answered"), comment("3", "none"), comment("4", "open")];
  assert.deepEqual(
    openIn({ messages, waiting_since: null }).map(({ id }) => id),
    ["1", "4"],
  );
});

test("without a state, comments are open since somebody waits", () => {
  const messages = [comment("1"), comment("2"), comment("3", undefined, { direction: "outbound" })];
  assert.deepEqual(
    openIn({ messages, waiting_since: "2026-01-02T00:00:00Z" }).map(({ id }) => id),
    ["2"],
  );
  assert.deepEqual(openIn({ messages, waiting_since: null }), []);
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

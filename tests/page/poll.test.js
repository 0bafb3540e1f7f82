import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "{}" }), visibilityState: "visible" });
globalThis.location = /** @type {any} */ ({ origin: "", pathname: "", hash: "" });
const { compare, LONGEST_MS, later } = await import("../../functions/console/page/state/poll.js");

const nothing = { teams: {}, conversation: null, present: [] };
const open = (id, version, changes) => ({ ...nothing, conversation: { id, version, changes } });

test("equal answers tell of no change", () => {
  const answer = { ...open("one", 3, 7), teams: { service: 4 } };
  assert.deepEqual(compare(answer, structuredClone(answer)), { teams: [], conversation: false });
});

test("a team's list changed when its counter did, and when the team is new or gone", () => {
  const before = { ...nothing, teams: { service: 4, sales: 1, old: 2 } };
  const after = { ...nothing, teams: { service: 5, sales: 1, fresh: 1 } };
  assert.deepEqual(compare(before, after).teams, ["service", "old", "fresh"]);
});

test("a conversation changed with its version, and with what grows beside it", () => {
  assert.ok(compare(open("one", 3, 7), open("one", 4, 7)).conversation);
  assert.ok(compare(open("one", 3, 7), open("one", 3, 8)).conversation);
});

test("the first answer about a conversation is news: what is shown may have been read before it", () => {
  assert.ok(compare(open("one", 3, 7), open("two", 1, 1)).conversation);
  assert.ok(compare(nothing, open("two", 1, 1)).conversation);
  assert.ok(!compare(open("one", 3, 7), nothing).conversation);
});

test("failures slow polling down to a limit", () => {
  assert.equal(later(2500, 0), 2500);
  assert.equal(later(2500, 1), 5000);
  assert.equal(later(2500, 50), LONGEST_MS);
});

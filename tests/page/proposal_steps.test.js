import assert from "node:assert/strict";
import { test } from "node:test";
import {
  beside,
  following,
  inOrder,
  merged,
  stateOf,
  stepsOf,
} from "../../functions/console/page/lib/proposal_steps.js";

const allowed = { state: "allowed" };
const of = (status, more = {}) => ({ id: "p", status, permitted: allowed, ...more });
const by = (id) => ({ id });
const steps = (proposal, agent = "me") => [...stepsOf(proposal, agent)].sort();
const waiting = (writer) => ({ by: by(writer), approval: "waiting", by_hand: false });

test("a new proposal is taken, answered or dismissed", () => {
  assert.deepEqual(steps(of("new")), ["claim", "dismiss", "write"]);
  assert.equal(stateOf(of("new"), "me"), "new");
});

test("nothing is written where tact or the platform says no", () => {
  assert.deepEqual(steps(of("new", { tact: { rule: "colleague" } })), ["claim", "dismiss"]);
  assert.deepEqual(steps(of("new", { permitted: { state: "impossible" } })), ["claim", "dismiss"]);
});

test("only the agent who has it in hand goes on with it", () => {
  const mine = of("claimed", { claimed_by: by("me") });
  assert.deepEqual(steps(mine), ["dismiss", "release", "write"]);
  assert.deepEqual(steps(mine, "other"), []);
  assert.deepEqual([stateOf(mine, "me"), stateOf(mine, "other")], ["mine", "taken"]);
});

test("a second person approves the text or sends it back, and never the one who wrote it", () => {
  const proposal = of("claimed", { claimed_by: by("kim"), offer: waiting("kim") });
  assert.deepEqual(steps(proposal), ["approve", "send_back"]);
  assert.deepEqual(steps(proposal, "kim"), ["dismiss", "release", "write"]);
  assert.ok(!stepsOf(proposal, "kim").has("approve"));
  assert.deepEqual([stateOf(proposal, "me"), stateOf(proposal, "kim")], ["approve", "waits"]);
});

test("an approved text is posted by hand only where it does not leave by itself", () => {
  const offer = { by: by("me"), approval: "given", by_hand: true };
  assert.deepEqual(steps(of("offered", { offer })), ["post"]);
  assert.deepEqual(steps(of("offered", { offer: { ...offer, by_hand: false } })), []);
  assert.equal(stateOf(of("offered", { offer }), "me"), "by_hand");
  assert.equal(stateOf(of("offered", { offer: { ...offer, by_hand: false } }), "me"), "leaving");
  assert.deepEqual(steps(of("posted", { offer })), []);
  assert.deepEqual(steps(of("expired", { offer })), ["post"]);
});

test("those that wait for the approval of the agent come first", () => {
  const list = [
    { ...of("claimed", { claimed_by: by("me") }), id: "mine" },
    { ...of("claimed", { claimed_by: by("kim"), offer: waiting("kim") }), id: "kims" },
  ];
  assert.deepEqual(
    inOrder(list, "me").map(({ id }) => id),
    ["kims", "mine"],
  );
});

test("the one after a proposal is next, and the one before it at the end of the list", () => {
  const list = [{ id: "a" }, { id: "b" }, { id: "c" }];
  assert.equal(beside(list, "", 1), "a");
  assert.equal(beside(list, "a", 1), "b");
  assert.equal(beside(list, "a", -1), "");
  assert.equal(following(list, "b"), "c");
  assert.equal(following(list, "c"), "b");
  assert.equal(following([{ id: "a" }], "a"), "");
});

test("a list that is read again has new entries first, and keeps the one that is shown and later pages", () => {
  const items = [{ id: "b", v: 1 }, { id: "c", v: 1 }, { id: "d", v: 1 }, { id: "later" }];
  const fresh = [{ id: "a" }, { id: "b", v: 2 }, { id: "d", v: 1 }];
  const ids = (list) => list.map(({ id }) => id);
  assert.deepEqual(ids(merged(items, fresh, "", false)), ["a", "b", "d", "later"]);
  assert.deepEqual(ids(merged(items, fresh, "c", false)), ["a", "b", "c", "d", "later"]);
  assert.deepEqual(ids(merged(items, fresh, "", true)), ["a", "b", "d"]);
  assert.equal(merged(items, fresh, "", true)[1].v, 2);
  assert.deepEqual(ids(merged(items, [], "c", true)), ["c"]);
});

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const kept = new Map();
globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "{}" }), visibilityState: "hidden" });
globalThis.location = /** @type {any} */ ({ origin: "", pathname: "", hash: "" });
globalThis.localStorage = /** @type {any} */ ({
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => kept.set(name, value),
});
const visited = [];
globalThis.history = /** @type {any} */ ({ pushState: (_state, _title, url) => visited.push(url), state: null });
globalThis.dispatchEvent = () => true;
const { inbox } = await import("../../functions/console/page/state/inbox.js");
const openConversation = await import("../../functions/console/page/state/open_conversation.js");
const { expecting } = await import("../../functions/console/page/state/expected.js");
const next = await import("../../functions/console/page/state/next_conversation.js");

const ONE = /** @type {any} */ ({ id: "one", status: "open", tags: [], assignee: null, messages: [] });
const rows = () => inbox.get().pages.flatMap(({ ids }) => ids);

beforeEach(() => {
  const heads = new Map([
    ["one", ONE],
    ["two", { ...ONE, id: "two" }],
  ]);
  inbox.change(() => ({ heads, pages: [{ from: "", to: null, ids: ["one", "two"], stale: false }] }));
  openConversation.current.change(() => ({ id: "one", conversation: ONE }));
});

test("an action shows in the conversation and in the list before the API answers", async () => {
  let answer = (_value) => {};
  const done = expecting(ONE, { status: "resolved" }, () => new Promise((resolve) => (answer = resolve)));
  assert.equal(openConversation.current.get().conversation?.status, "resolved");
  assert.deepEqual(rows(), ["two"]);
  answer("answer");
  assert.equal(await done, "answer");
});

test("what the API refuses is taken back", async () => {
  const refusal = new Error("refused");
  const send = () => Promise.reject(refusal);
  await assert.rejects(expecting(ONE, { tags: ["new"] }, send), refusal);
  assert.deepEqual(openConversation.current.get().conversation?.tags, []);
  assert.deepEqual(inbox.get().heads.get("one")?.tags, []);
});

test("a change that keeps the status leaves the row in the list", async () => {
  await expecting(ONE, { assignee: { id: "kim", name: "Kim" } }, async () => {});
  assert.deepEqual(rows(), ["one", "two"]);
  assert.equal(inbox.get().heads.get("one")?.assignee?.name, "Kim");
});

test("the next conversation is the one below, the one above at the end, and the first from outside the list", () => {
  assert.equal(next.neighbour(["a", "b", "c"], "b"), "c");
  assert.equal(next.neighbour(["a", "b", "c"], "c"), "b");
  assert.equal(next.neighbour(["a"], "a"), "");
  assert.equal(next.neighbour(["a", "b"], "other"), "a");
});

test("the next conversation opens only where the agent chose that, and is still there", async () => {
  const open = next.after("one");
  assert.equal(open(), false);
  next.choose("next");
  openConversation.current.change(() => ({ id: "two" }));
  assert.equal(open(), false);
  openConversation.current.change(() => ({ id: "one" }));
  assert.equal(open(), true);
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(visited.at(-1), /two/);
});

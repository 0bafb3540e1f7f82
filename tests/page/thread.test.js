import assert from "node:assert/strict";
import { test } from "node:test";
import { isForeign, permitted, rowsOf, unreadOf } from "../../functions/console/page/state/thread.js";

const at = (minute, day = 20) => `2026-11-${day}T10:${String(minute).padStart(2, "0")}:00.000Z`;
const message = (id, minute, more = {}) => ({
  id,
  platform_id: id,
  direction: "inbound",
  parent_id: null,
  sent_at: at(minute),
  state: "received",
  reason: null,
  deleted: false,
  ...more,
});
const shown = (rows) =>
  rows.filter(({ kind }) => kind === "message").map(({ message: { id }, below }) => (below ? `- ${id}` : id));
const talk = (messages, more = {}) => ({ visibility: "public", messages, events: [], ...more });

test("replies stand below the comment that they answer, however late they come", () => {
  const rows = rowsOf(
    talk([
      message("post", 0),
      message("one", 1, { parent_id: "post" }),
      message("two", 2, { parent_id: "post" }),
      message("one-a", 3, { parent_id: "one" }),
      message("one-b", 4, { parent_id: "one-a" }),
    ]),
  );
  assert.deepEqual(shown(rows), ["post", "one", "- one-a", "- one-b", "two"]);
});

test("a reply to a reply says whom it answers; one to the comment above it need not", () => {
  const rows = rowsOf(
    talk([
      message("post", 0),
      message("c", 1, { parent_id: "post" }),
      message("r", 2, { parent_id: "c" }),
      message("rr", 3, { parent_id: "r" }),
    ]),
  );
  const quoted = Object.fromEntries(
    rows.flatMap((row) => (row.kind === "message" ? [[row.message.id, row.quoted?.id ?? null]] : [])),
  );
  assert.deepEqual(quoted, { post: null, c: null, r: null, rr: "r" });
});

test("below a post that is not part of the conversation, comments are at the top", () => {
  const rows = rowsOf(talk([message("c", 0, { parent_id: "page_post" }), message("r", 1, { parent_id: "c" })]));
  assert.deepEqual(shown(rows), ["c", "- r"]);
});

test("our own is found as a parent by the platform's id, too", () => {
  const ours = message("ours", 1, { platform_id: "77", direction: "outbound", parent_id: "post" });
  assert.deepEqual(shown(rowsOf(talk([message("post", 0), ours, message("r", 2, { parent_id: "77" })]))), [
    "post",
    "ours",
    "- r",
  ]);
});

test("a reply that is older than its comment, by the clocks, loses nobody", () => {
  const rows = rowsOf(
    talk([message("post", 0), message("r", 1, { parent_id: "c" }), message("c", 2, { parent_id: "post" })]),
  );
  assert.deepEqual(shown(rows), ["post", "c", "- r"]);
});

test("parents that go round in a circle lose nobody", () => {
  const rows = rowsOf(
    talk([
      message("a", 0, { parent_id: "b" }),
      message("b", 1, { parent_id: "a" }),
      message("c", 2, { parent_id: "c" }),
    ]),
  );
  assert.deepEqual(
    shown(rows)
      .map((each) => each.replace("- ", ""))
      .sort(),
    ["a", "b", "c"],
  );
});

test("a private chat is read by time, and an answer quotes what it answers", () => {
  const rows = rowsOf(
    talk([message("a", 0), message("b", 1), message("c", 2, { parent_id: "a" })], { visibility: "private" }),
  );
  assert.deepEqual(shown(rows), ["a", "b", "c"]);
  assert.equal(rows.at(-1).quoted.id, "a");
});

test("an event stands after the last message before it", () => {
  const event = (id, minute) => ({ id, at: at(minute), kind: "resolve" });
  const rows = rowsOf(
    talk([message("a", 1), message("b", 5)], { events: [event("before", 0), event("between", 3), event("after", 9)] }),
  );
  assert.deepEqual(
    rows.filter(({ kind }) => kind !== "day").map(({ key }) => key),
    ["event before", "a", "event between", "b", "event after"],
  );
});

test("a new day begins with a line, once", () => {
  const rows = rowsOf(talk([message("a", 0), message("b", 1), message("c", 2, { sent_at: at(2, 21) })]));
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    ["day", "message", "message", "day", "message"],
  );
});

test("an undone message is hidden; one cancelled later stays", () => {
  const undone = message("undone", 1, { direction: "outbound", state: "cancelled", reason: "undone" });
  const cancelled = message("cancelled", 2, { direction: "outbound", state: "cancelled", reason: "agent" });
  assert.deepEqual(shown(rowsOf(talk([message("a", 0), undone, cancelled]))), ["a", "cancelled"]);
});

test("messages on their way stand last", () => {
  assert.deepEqual(shown(rowsOf(talk([message("a", 0)]), [message("leaving", 1)])), ["a", "leaving"]);
});

test("unread messages are those of others since somebody waits", () => {
  const messages = [
    message("a", 0),
    message("ours", 1, { direction: "outbound" }),
    message("b", 2),
    message("gone", 3, { deleted: true }),
  ];
  assert.deepEqual(
    unreadOf({ messages, unread: 1, waiting_since: at(2) }).map(({ id }) => id),
    ["b"],
  );
  assert.deepEqual(unreadOf({ messages, unread: 0, waiting_since: null }), []);
});

test("our message sent with another tool is recognised by its id", () => {
  assert.ok(isForeign(message("77", 0, { direction: "outbound" })));
  assert.ok(!isForeign(message("ours", 0, { direction: "outbound", platform_id: "77" })));
  assert.ok(!isForeign(message("ours", 0, { direction: "outbound", platform_id: null })));
  assert.ok(!isForeign(message("77", 0)));
});

const everything = ["hide", "delete", "block", "unblock", "like", "unlike", "accept", "edit"];

test("agents may like and accept, and change what we wrote; the rest is for leads", () => {
  const theirs = message("one", 1, { moderations: everything });
  const ours = message("two", 2, { moderations: everything, direction: "outbound" });
  assert.deepEqual(permitted(theirs, false), ["like", "unlike", "accept"]);
  assert.deepEqual(permitted(ours, false), ["like", "unlike", "accept", "edit", "delete"]);
  assert.deepEqual(permitted(theirs, true), ["like", "unlike", "accept", "edit", "hide", "delete"]);
});

test("actions that the platform does not permit are offered to nobody", () => {
  assert.deepEqual(permitted(message("one", 1, { moderations: ["like"] }), true), ["like"]);
  assert.deepEqual(permitted(message("one", 1, { moderations: [] }), true), []);
  assert.deepEqual(permitted(message("one", 1, { moderations: everything, deleted: true }), true), []);
  assert.deepEqual(permitted(message("one", 1, { moderations: everything, platform_id: null }), true), []);
});

test("messages that one person wrote in one go stand together, unless somebody or something comes between", () => {
  const by = (id) => ({ author: { id, name: id }, visibility: "public" });
  const rows = rowsOf(
    talk([
      message("one", 0, by("mira")),
      message("two", 1, by("mira")),
      message("three", 2, by("ole")),
      message("four", 3, by("mira")),
      message("late", 40, by("mira")),
      message("gone", 41, { ...by("mira"), deleted: true }),
    ]),
  );
  const together = rows.filter(({ follows }) => follows).map(({ message: { id } }) => id);
  assert.deepEqual(together, ["two"]);
});

test("messages of unknown people do not stand together", () => {
  const rows = rowsOf(talk([message("one", 0), message("two", 1)]));
  assert.ok(!rows.some(({ follows }) => follows));
});

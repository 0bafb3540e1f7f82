import assert from "node:assert/strict";
import { test } from "node:test";
import { newTo, withNewLine } from "../../functions/console/page/state/thread.js";

const at = (minute) => `2026-11-20T10:${String(minute).padStart(2, "0")}:00.000Z`;
const message = (id, minute, more = {}) => ({ id, direction: "inbound", deleted: false, sent_at: at(minute), ...more });
const talk = (messages, more = {}) => ({
  messages,
  unread: 1,
  waiting_since: at(0),
  read: false,
  read_at: null,
  ...more,
});
const row = (id) => ({ kind: "message", key: id, message: message(id, 0) });
const ids = (messages) => messages.map(({ id }) => id);
const keys = (rows) => rows.map(({ key }) => key);

test("messages since the last reading are new, edits and answered ones too", () => {
  const messages = [
    message("a", 1, { edited_at: at(9) }),
    message("b", 2),
    message("c", 6),
    message("ours", 7, { direction: "outbound" }),
  ];
  assert.deepEqual(ids(newTo(talk(messages, { read_at: at(5), unread: 0 }))), ["a", "c"]);
});

test("nothing is new in a conversation that was read", () => {
  assert.deepEqual(newTo(talk([message("a", 1)], { read: true, read_at: at(0) })), []);
});

test("unanswered messages are new to an agent who never read any, or where one arrived late", () => {
  assert.deepEqual(ids(newTo(talk([message("a", 1)]))), ["a"]);
  assert.deepEqual(ids(newTo(talk([message("late", 1)], { read_at: at(5) }))), ["late"]);
});

test("one line stands where the first new message begins", () => {
  const rows = [row("a"), row("b"), row("c")];
  assert.deepEqual(keys(withNewLine(rows, new Set(["b", "c"]))), ["a", "new", "b", "c"]);
});

test("no line stands where everything is new, or nothing", () => {
  const day = { kind: "day", key: "day", at: at(0) };
  assert.deepEqual(keys(withNewLine([day, row("a")], new Set(["a"]))), ["day", "a"]);
  assert.deepEqual(keys(withNewLine([row("a")], new Set())), ["a"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { dueOf, followUpMark, sectionOf, sections } from "../../functions/console/page/state/urgency.js";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const head = (more = {}) => ({
  id: "one",
  status: "open",
  unread: 1,
  missed: [],
  due_at: null,
  follow_up: null,
  ...more,
});

test("sections are those of the API's order", () => {
  assert.equal(sectionOf(head({ follow_up: { state: "asked", outcome: { kind: "still_broken" } } })), "broken");
  assert.equal(sectionOf(head({ follow_up: { state: "asked", outcome: { kind: "answered" } } })), "broken");
  assert.equal(sectionOf(head({ undelivered: "failed", due_at: "2026-11-23T12:10:00Z" })), "hand");
  assert.equal(sectionOf(head({ follow_up: { state: "task" } })), "hand");
  assert.equal(sectionOf(head({ missed: ["first_response"], due_at: "2026-11-23T11:00:00Z" })), "overdue");
  assert.equal(sectionOf(head({ due_at: "2026-11-23T12:10:00Z" })), "due");
  assert.equal(sectionOf(head()), "waiting");
});

test("an answer to a follow-up that somebody has read is no bad news", () => {
  assert.equal(sectionOf(head({ unread: 0, follow_up: { state: "asked", outcome: { kind: "answered" } } })), "waiting");
});

test("a section that has ended does not begin again", () => {
  const heads = [head({ id: "a", due_at: "2026-11-23T13:00:00Z" }), head({ id: "b", undelivered: "failed" })];
  assert.deepEqual([...sections(heads).values()], ["due", "due"]);
});

test("a due reply is late, soon or later", () => {
  assert.deepEqual(dueOf(head({ due_at: "2026-11-23T11:58:00Z" }), NOW), { kind: "late", span: 120_000 });
  assert.equal(dueOf(head({ due_at: "2026-11-23T12:12:00Z" }), NOW).kind, "soon");
  assert.equal(dueOf(head({ due_at: "2026-11-23T15:00:00Z" }), NOW).kind, "later");
  assert.equal(dueOf(head(), NOW), null);
  assert.equal(dueOf(head({ status: "resolved", due_at: "2026-11-23T11:58:00Z" }), NOW), null);
});

test("a follow-up shows its outcome once there is one", () => {
  assert.equal(followUpMark(head()), null);
  assert.equal(followUpMark(head({ follow_up: { state: "planned", at: "x", outcome: null } })).at, "x");
  assert.equal(followUpMark(head({ follow_up: { state: "asked", outcome: { kind: "solved" } } })).tone, "good");
  assert.equal(followUpMark(head({ follow_up: { state: "cancelled", outcome: null } })), null);
});

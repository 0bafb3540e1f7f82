import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** A browser's storage, as far as drafts need it. */
globalThis.localStorage = { setItem() {}, getItem: () => null, removeItem() {} };

const { isOpen, nextOpen } = await import("../../functions/console/page/lib/comment_order.js");
const answering = await import("../../functions/console/page/state/answering.js");
const drafts = await import("../../functions/console/page/state/drafts.js");
const { rowsOf } = await import("../../functions/console/page/state/thread.js");

const comment = (id, state, more = {}) => ({ id, direction: "inbound", attention: { state }, ...more });
const OPEN_DRAFT = { visibility: "", replyTo: "c" };
const ben = { author: { name: "Ben" } };

beforeEach(() => drafts.start("kim"));

test("the next open comment is found in the order of the thread, around its end", () => {
  const all = [comment("a", "open"), comment("b", "none"), { id: "us", attention: null }, comment("c", "open")];
  assert.equal(nextOpen(all, "", 1).id, "a");
  assert.equal(nextOpen(all, "", -1).id, "c");
  assert.equal(nextOpen(all, "a", 1).id, "c");
  assert.equal(nextOpen(all, "c", 1).id, "a");
  assert.equal(nextOpen(all, "b", -1).id, "a");
});

test("no comment is next where all were dealt with, or removed", () => {
  const gone = comment("b", "open", { deleted: true });
  assert.equal(isOpen(gone), false);
  assert.equal(nextOpen([comment("a", "answered"), gone], "a", 1), undefined);
});

test("an answer says where it will stand", () => {
  const at = (placement, mention = null) =>
    answering.introduction({ ...comment("c", "open"), ...ben, answerable: { placement, mention } });
  assert.deepEqual(at("below"), { key: "answering.below", fields: { who: "Ben", mention: "" } });
  assert.deepEqual(at("mention", "@ben"), { key: "answering.mention", fields: { who: "Ben", mention: "@ben" } });
  assert.equal(at("thread").key, "answering.thread");
});

test("an answer to somebody without a name, to a removed comment, or to one further up says so", () => {
  const nameless = {
    ...comment("c", "open"),
    author: { name: null },
    answerable: { placement: "thread", mention: null },
  };
  assert.equal(answering.introduction(nameless).key, "answering.thread_unnamed");
  assert.equal(answering.introduction({ ...nameless, deleted: true }).key, "answering.removed");
  assert.equal(answering.introduction(undefined).key, "answering.unknown");
});

test("only a public answer is to one comment", () => {
  assert.equal(answering.replyToOf({ visibility: "public" }, OPEN_DRAFT), "c");
  assert.equal(answering.replyToOf({ visibility: "public" }, { ...OPEN_DRAFT, visibility: "private" }), "");
  assert.equal(answering.replyToOf({ visibility: "private" }, OPEN_DRAFT), "");
});

test("choosing a comment makes the draft a public answer, and leaving it keeps the words", () => {
  drafts.change("one", { text: "Hello", mode: "note", visibility: "private" });
  answering.choose("one", "c");
  const { mode, visibility, replyTo, text } = drafts.draftOf("one");
  assert.deepEqual([mode, visibility, replyTo, text], ["reply", "", "c", "Hello"]);
  answering.choose("one", "");
  assert.deepEqual([drafts.draftOf("one").replyTo, drafts.draftOf("one").text], ["", "Hello"]);
});

test("the company's last words in a thread are public and were not taken back", () => {
  const ours = (id, more = {}) => ({
    id,
    direction: "outbound",
    visibility: "public",
    text: id,
    state: "sent",
    ...more,
  });
  const messages = [
    ours("first"),
    ours("last"),
    ours("aside", { visibility: "private" }),
    ours("undone", { state: "cancelled" }),
  ];
  assert.equal(answering.lastOfOurs({ visibility: "public", messages })?.id, "last");
  assert.equal(answering.lastOfOurs({ visibility: "private", messages }), undefined);
});

test("a private message beside a public answer stands by itself, and quotes what it is about", () => {
  const message = (id, minute, more = {}) => ({
    id,
    platform_id: id,
    direction: "inbound",
    visibility: "public",
    parent_id: null,
    sent_at: `2026-11-20T10:0${minute}:00.000Z`,
    state: "received",
    ...more,
  });
  const messages = [
    message("post", 0),
    message("one", 1, { parent_id: "post" }),
    message("two", 2, { parent_id: "post" }),
    message("ours", 3, { parent_id: "one", direction: "outbound" }),
    message("aside", 4, { parent_id: "one", direction: "outbound", visibility: "private" }),
  ];
  const rows = rowsOf({ visibility: "public", messages, events: [] }).filter(({ kind }) => kind === "message");
  assert.deepEqual(
    rows.map(({ message: { id }, below, quoted }) => [id, below, quoted?.id ?? null]),
    [
      ["post", false, null],
      ["one", false, null],
      ["ours", true, null],
      ["two", false, null],
      ["aside", false, "one"],
    ],
  );
});

/** A bulk follow-up: the recipients that are chosen, the preview of the API, and what was scheduled. */

import * as api from "../lib/api.js";
import { announce, confirm, toast } from "../lib/dialogs.js";
import { number } from "../lib/format.js";
import { go, hashOf } from "../lib/router.js";
import { slice } from "../lib/store.js";
import { t } from "../lib/texts.js";
import { focusOn } from "../lib/typed_ahead.js";
import * as adminLists from "./admin_lists.js";

/**
 * @typedef {{team: string, channel: string, since: string, until: string, words: string, after: string, template: string,
 *   text: string, topic: string, per_hour: number}} Wish
 * @typedef {import("../lib/schemas.js").BulkEntry} Entry
 */

const DAY = 86_400_000;

const AT_ONCE = 100;

export const OWN = "";

export const part = slice("follow_ups_bulk", {
  /** @type {Wish} */
  wish: fresh(),
  /** @type {{name: string, title?: string, language: string, text: string}[]} */
  templates: [],
  /** @type {{items: Entry[], count: number, first_at: string | null, last_at: string | null} | null} */
  preview: null,
  /** @type {Set<string>} Those the lead left out by hand. */
  without: new Set(),
  /** @type {unknown} */
  error: null,
  /** The request under way: "", "looking", "asking" or "undoing". */
  busy: "",
  /** Number of follow-ups that were handled so far. */
  done: 0,
  /** @type {{promised: number, left: number, batch: string} | null} */
  made: null,
  /** @type {number | null} Number of follow-ups that were cancelled. */
  released: null,
});

/** @returns {Wish} */
function fresh() {
  const now = Date.now();
  return {
    team: "",
    channel: "",
    since: localTime(now - 7 * DAY),
    until: localTime(now),
    words: "",
    after: "P3D",
    template: "usual",
    text: "",
    topic: "",
    per_hour: 60,
  };
}

/** Write a time as a `datetime-local` field takes it. @param {number} at milliseconds */
function localTime(at) {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}

export async function prepare() {
  try {
    await adminLists.open();
    await readTemplates();
    part.change(() => ({ error: null }));
  } catch (error) {
    part.change(() => ({ error }));
  }
}

export async function readTemplates() {
  const team = part.get().wish.team || adminLists.teams()[0]?.name;
  if (!team) return;
  const { items } = await api.getAll(`/teams/${encodeURIComponent(team)}/templates`);
  part.change(() => ({
    templates: items.filter((/** @type {any} */ template) => (template.kind ?? "question") === "question"),
  }));
}

/** @param {Partial<Wish>} changed */
export function want(changed) {
  part.change(({ wish }) => ({ wish: { ...wish, ...changed }, preview: null, without: new Set(), error: null }));
}

/** The wish as the API takes it. */
function followUp() {
  const { wish } = part.get();
  const words = wish.template === OWN ? { text: wish.text } : { template: wish.template };
  return { after: wish.after, ...words, ...(wish.topic.trim() ? { topic: wish.topic.trim() } : {}) };
}

export async function look() {
  const { wish } = part.get();
  part.change(() => ({ busy: "looking", error: null, preview: null, without: new Set() }));
  try {
    const preview = await api.send("POST", "/follow-ups/bulk/preview", {
      team: wish.team || null,
      channel: wish.channel || null,
      answered_since: new Date(wish.since).toISOString(),
      answered_until: new Date(wish.until).toISOString(),
      words: wordsOf(wish.words),
      follow_up: followUp(),
      per_hour: wish.per_hour,
    });
    part.change(() => ({ preview, busy: "" }));
    announce(t("follow_ups.bulk.would_ask", { n: preview.count, count: number(preview.count) }));
    focus("bulk-preview");
  } catch (error) {
    part.change(() => ({ error, busy: "" }));
  }
}

/** @param {string} text */
function wordsOf(text) {
  return text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean)
    .slice(0, 20);
}

/** Return the entries that get a follow-up. */
export function chosen() {
  const { preview, without } = part.get();
  return (preview?.items ?? []).filter(({ plan, conversation }) => plan && !without.has(conversation));
}

export async function make() {
  const ids = chosen().map(({ conversation }) => conversation);
  const n = ids.length;
  const agreed = await confirm({
    title: t("follow_ups.bulk.sure.title", { n, count: number(n) }),
    text: t("follow_ups.bulk.sure.text"),
    action: t("follow_ups.bulk.ask", { n, count: number(n) }),
  });
  if (!agreed) return;
  const batch = `bulk-${crypto.randomUUID().slice(0, 23)}`;
  part.change(() => ({ busy: "asking", done: 0, error: null }));
  let scheduled = 0;
  try {
    for (let position = 0; position < ids.length; position += AT_ONCE) {
      const conversations = ids.slice(position, position + AT_ONCE);
      const body = { batch, conversations, follow_up: followUp(), per_hour: part.get().wish.per_hour, position };
      scheduled += (await api.send("POST", "/follow-ups/bulk", body)).count;
      part.change(() => ({ done: position + conversations.length }));
    }
    finish({ promised: scheduled, left: n - scheduled, batch });
  } catch (error) {
    // What was scheduled until then stays, and can be cancelled like the rest.
    if (scheduled) finish({ promised: scheduled, left: n - scheduled, batch });
    part.change(() => ({ error, busy: "" }));
  }
}

/** @param {{promised: number, left: number, batch: string}} result */
function finish(result) {
  part.change(() => ({ made: result, released: null, busy: "", preview: null, wish: fresh() }));
  go(hashOf("follow-ups", "bulk", { batch: result.batch }));
  focus("bulk-made");
}

/** @param {string} batch */
export async function undo(batch) {
  part.change(() => ({ busy: "undoing", error: null }));
  let released = 0;
  /** @type {string | null} */
  let after = null;
  try {
    do {
      const query = after ? `?after=${encodeURIComponent(after)}` : "";
      const answer = await api.send("DELETE", `/follow-ups/bulk/${encodeURIComponent(batch)}${query}`);
      released += answer.released;
      after = answer.after;
    } while (after);
    part.change(() => ({ released, busy: "" }));
    toast(t("follow_ups.bulk.undone", { n: released, count: number(released) }), { kind: "good" });
  } catch (error) {
    part.change(() => ({ error, busy: "" }));
  }
}

/** @param {string} id */
function focus(id) {
  focusOn(() => document.getElementById(id));
}

/**
 * @param {string} conversation
 * @param {boolean} included
 */
export function include(conversation, included) {
  part.change(({ without }) => {
    const next = new Set(without);
    if (included) next.delete(conversation);
    else next.add(conversation);
    return { without: next };
  });
}

/** The place of a conversation in the list, and its marks. Pure; times are milliseconds. */

import { ms } from "../lib/format.js";

/** @typedef {import("../lib/schemas.js").ListedConversation} Listed */

/** The sections of the open conversations, as the API orders them. */
export const SECTIONS = /** @type {const} */ (["broken", "hand", "overdue", "due", "waiting"]);

/** Return the section of an open conversation. @param {Listed} head */
export function sectionOf(head) {
  if (isBadNews(head)) return "broken";
  if (head.undelivered || ["task", "failed"].includes(head.follow_up?.state ?? "")) return "hand";
  if (!head.due_at) return "waiting";
  return head.missed?.length ? "overdue" : "due";
}

/**
 * The section of each row, in an order that was perhaps read in pieces: a section that has ended does not begin again.
 * @param {Listed[]} heads
 * @returns {Map<string, string>}
 */
export function sections(heads) {
  let reached = 0;
  /** @type {Map<string, string>} */
  const sectionById = new Map();
  for (const head of heads) {
    reached = Math.max(reached, SECTIONS.indexOf(sectionOf(head)));
    sectionById.set(head.id, SECTIONS[reached]);
  }
  return sectionById;
}

/** The help did not help, or nobody has read yet whether it did. @param {Listed} head */
function isBadNews({ follow_up, unread }) {
  const outcome = follow_up?.outcome?.kind;
  return outcome === "still_broken" || (outcome === "answered" && unread > 0);
}

/**
 * Return how urgent a reply is: `late` since, `soon` (within an hour) or `later` due; null where nothing is due.
 * @param {Listed} head
 * @param {number} now
 * @returns {{kind: "late" | "soon" | "later", span: number} | null} `span` in milliseconds
 */
export function dueOf({ due_at, status }, now) {
  if (!due_at || status === "resolved") return null;
  const left = ms(due_at) - now;
  if (left <= 0) return { kind: "late", span: -left };
  return { kind: left <= 3_600_000 ? "soon" : "later", span: left };
}

/**
 * Return what the list says of the follow-up: the key of a text and its colour; null for nothing.
 * @param {Listed} head
 * @returns {{text: string, tone: "" | "good" | "warn" | "bad", at?: string} | null}
 */
export function followUpMark({ follow_up }) {
  if (!follow_up) return null;
  const outcome = follow_up.outcome?.kind;
  if (outcome) return OUTCOMES[outcome] ?? null;
  if (follow_up.state === "planned") return { text: "row.follow_up.planned", tone: "", at: follow_up.at };
  return STATES[follow_up.state] ?? null;
}

/** @type {Record<string, {text: string, tone: "" | "good" | "warn" | "bad"}>} */
const OUTCOMES = {
  still_broken: { text: "row.follow_up.still_broken", tone: "bad" },
  answered: { text: "row.follow_up.answered", tone: "warn" },
  solved: { text: "row.follow_up.solved", tone: "good" },
};

/** @type {Record<string, {text: string, tone: "" | "good" | "warn" | "bad"}>} */
const STATES = {
  task: { text: "row.follow_up.task", tone: "warn" },
  asked: { text: "row.follow_up.asked", tone: "" },
  failed: { text: "row.follow_up.failed", tone: "bad" },
};

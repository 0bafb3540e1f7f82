/** The agent's own business, with the number for the badge, and the agent's status. Read again after changes, not too often. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import { pacedReading } from "./paced_reading.js";
import * as poll from "./poll.js";

/**
 * @typedef {import("../lib/schemas.js").ForMeEntry} ForMeEntry
 * @typedef {import("../lib/schemas.js").AgentStatus} AgentStatus
 * @typedef {import("../lib/schemas.js").ForMe["approvals"][number]} Approval
 * @typedef {import("../lib/schemas.js").ForMe["paused_searches"][number]} PausedSearch
 */

/** Milliseconds between two readings, at least. */
const PAUSE_MS = 5000;
/** Milliseconds after which it is read first, if no news came. */
const FIRST_MS = 2000;
/** Milliseconds after which it is read again, whatever happened: what is promised comes nearer. */
const LONGEST_MS = 300_000;
/** Milliseconds between two reports that the agent is here still. */
const STATUS_MS = 600_000;

export const forMe = slice("for_me", {
  /** @type {ForMeEntry[]} */
  items: [],
  count: 0,
  /** @type {Approval[]} */
  approvals: [],
  /** @type {PausedSearch[]} */
  paused: [],
  isRead: false,
  /** @type {unknown} */
  error: null,
  /** @type {AgentStatus | null} */
  status: null,
});

/** @type {Set<(fresh: ForMeEntry[]) => void>} */
const listeners = new Set();
const reading = pacedReading(read, { pause: PAUSE_MS, longest: LONGEST_MS });

/** Call this with entries that came since the last reading. @param {(fresh: ForMeEntry[]) => void} fn */
export function whenCame(fn) {
  listeners.add(fn);
}

/** Begin to read. */
export function start() {
  poll.onNews(({ mine }) => {
    if (mine) reading.news();
  });
  // The first news follow soon, and would have it read once more.
  reading.plan(FIRST_MS);
  readStatus().catch(() => {});
  setInterval(keepStatus, STATUS_MS);
}

/** Read it again. */
export function refresh() {
  return reading.now();
}

async function read() {
  try {
    const { items, count, approvals, paused_searches: paused } = await api.get("/for-me");
    const fresh = forMe.get().isRead ? cameSince(forMe.get().items, items) : [];
    forMe.change(() => ({ items, count, approvals, paused, isRead: true, error: null }));
    if (fresh.length) for (const fn of listeners) fn(fresh);
  } catch (error) {
    forMe.change(() => ({ error }));
  }
}

/** Return the numbers of what waits for the agent, by the names of places. @returns {Record<string, number>} */
export function numbers() {
  const { count, approvals, paused } = forMe.get();
  return { "for-you": count + paused.length, proposals: approvals.reduce((sum, each) => sum + each.count, 0) };
}

/**
 * Return what is new in a list: entries that were not there, or were given once more.
 * @param {ForMeEntry[]} before
 * @param {ForMeEntry[]} now
 */
export function cameSince(before, now) {
  const known = new Set(before.map(nameOf));
  return now.filter((entry) => entry.new && !known.has(nameOf(entry)));
}

/** @param {ForMeEntry} entry */
function nameOf({ cause, at, conversation }) {
  return `${cause} ${at} ${conversation.id}`;
}

// -- the status --------------------------------------------------------------------------------------------------------

/** Read the agent's status. Throws what `api.get` throws. */
export async function readStatus() {
  const status = await api.get("/me/status");
  forMe.change(() => ({ status }));
}

/** Set it, and show it at once: what is chosen next builds on it. Throws what `api.send` throws. @param {{status: AgentStatus["status"], capacity?: number}} wanted */
export async function setStatus(wanted) {
  const { status: before } = forMe.get();
  if (before) forMe.change(() => ({ status: { ...before, ...wanted } }));
  try {
    const status = await api.send("PUT", "/me/status", wanted);
    forMe.change(() => ({ status }));
  } catch (error) {
    forMe.change(() => ({ status: before }));
    throw error;
  }
}

/** Say again that the agent is here, while the page is looked at. */
function keepStatus() {
  const { status } = forMe.get();
  if (!status || status.status === "away" || document.visibilityState !== "visible") return;
  setStatus({ status: status.status }).catch(() => {});
}

/** Take the next conversation; returns it. Throws what `api.send` throws. */
export function takeNext() {
  return api.send("POST", "/conversations/next", {}, { key: crypto.randomUUID() });
}

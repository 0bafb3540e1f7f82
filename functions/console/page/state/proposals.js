/** The proposals of a team in one status: read page by page, and again while they change. */

import * as api from "../lib/api.js";
import { whenBack } from "../lib/offline.js";
import { inOrder, merged, stepsOf } from "../lib/proposal_steps.js";
import { slice } from "../lib/store.js";
import { onNews } from "./poll.js";
import { myId } from "./workspace.js";

/**
 * @typedef {import("../lib/schemas.js").Proposal} Proposal
 * @typedef {{team: string, status: string, search: string}} Filter
 */

/** @type {Proposal["status"][]} */
export const STATUSES = ["new", "claimed", "offered", "posted", "dismissed", "expired"];
const PAGE = 50;
/** Milliseconds after which the list is read again, while somebody looks at it. */
const AGAIN_MS = 45_000;

export const proposals = slice("proposals", {
  /** @type {Filter} */
  filter: { team: "", status: "new", search: "" },
  /** @type {Proposal[] | null} */
  items: null,
  /** @type {string | null} */
  cursor: null,
  /** @type {unknown} */
  error: null,
  busy: false,
  /** The id of the one that is shown: it stays in the list after a step. */
  shown: "",
  /** Number of texts that wait for the approval of this agent. */
  waiting: 0,
});

let generation = 0;
/** @type {(() => void)[]} */
let ends = [];

/** Begin to read, and go on while the list is shown. @param {Filter} filter */
export function begin(filter) {
  if (!ends.length) {
    const timer = setInterval(() => document.visibilityState === "visible" && refresh(), AGAIN_MS);
    const news = onNews(({ teams }) => {
      if (teams.includes(proposals.get().filter.team)) refresh();
    });
    ends = [whenBack(refresh), () => clearInterval(timer), () => news()];
  }
  if (JSON.stringify(filter) === JSON.stringify(proposals.get().filter) && proposals.get().items) return;
  generation += 1;
  proposals.change(() => ({ filter, items: null, cursor: null, error: null, busy: false }));
  refresh();
}

/** Forget the list. */
export function end() {
  for (const stop of ends) stop();
  ends = [];
  generation += 1;
  proposals.change(() => ({ items: null, cursor: null, error: null, shown: "" }));
}

/** @param {string | null} cursor */
function path(cursor) {
  const { team, status, search } = proposals.get().filter;
  const query = new URLSearchParams({ status, limit: String(PAGE) });
  for (const [name, value] of Object.entries({ team, search, cursor })) if (value) query.set(name, value);
  return `/proposals?${query}`;
}

/** Read the first page again. */
export async function refresh() {
  const mine = generation;
  countWaiting();
  try {
    const page = await api.get(path(null));
    if (mine !== generation) return;
    proposals.change(({ items, cursor, shown }) => {
      if (!items) return { items: page.items, cursor: page.cursor, error: null };
      const isWhole = page.cursor === null;
      return { items: merged(items, page.items, shown, isWhole), cursor: isWhole ? null : cursor, error: null };
    });
  } catch (error) {
    if (mine === generation) proposals.change(() => ({ error }));
  }
}

/** Count the texts that wait for this agent, which stand in another list. */
async function countWaiting() {
  const mine = generation;
  const { team } = proposals.get().filter;
  const query = new URLSearchParams({ status: "claimed", limit: String(PAGE), ...(team ? { team } : {}) });
  try {
    /** @type {{items: Proposal[]}} */
    const { items } = await api.get(`/proposals?${query}`);
    const waiting = items.filter((each) => stepsOf(each, myId()).has("approve")).length;
    if (mine === generation) proposals.change(() => ({ waiting }));
  } catch {
    // The list itself says what is wrong.
  }
}

/** Read the next page. */
export async function readMore() {
  const mine = generation;
  const { cursor, busy } = proposals.get();
  if (!cursor || busy) return;
  proposals.change(() => ({ busy: true }));
  try {
    const page = await api.get(path(cursor));
    if (mine !== generation) return;
    proposals.change(({ items }) => ({ items: [...(items ?? []), ...page.items], cursor: page.cursor, error: null }));
  } catch (error) {
    if (mine === generation) proposals.change(() => ({ error }));
  }
  proposals.change(() => ({ busy: false }));
}

/** Put a proposal as it is now into the list. @param {Proposal} proposal */
export function put(proposal) {
  proposals.change(({ items }) => ({
    items: items?.map((each) => (each.id === proposal.id ? proposal : each)) ?? items,
  }));
}

/** Take a proposal out of the list, which is read again. @param {string} id */
export function remove(id) {
  proposals.change(({ items }) => ({ items: items?.filter((each) => each.id !== id) ?? items }));
  refresh();
}

/** Note which one is shown; one that was shown before and is in another status by now leaves the list. @param {string} id */
export function show(id) {
  const { status } = proposals.get().filter;
  proposals.change(({ items }) => ({
    shown: id,
    items: items?.filter((each) => each.id === id || each.status === status) ?? items,
  }));
}

/** The list as it is worked off. */
export function listed() {
  return inOrder(proposals.get().items ?? [], myId());
}

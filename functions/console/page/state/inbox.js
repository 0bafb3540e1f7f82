/**
 * The list of conversations: which of them are wanted, the pages that were read so far, what was selected. It reads again
 * what somebody looks at when a poll says that something changed.
 */

import * as api from "../lib/api.js";
import { hashOf } from "../lib/router.js";
import { slice } from "../lib/store.js";
import { allStale, idsOf, isBehind, needsMore, nextCursor, nextStale, without, withPage } from "./inbox_pages.js";
import { given, NO_FILTERS, requestOf } from "./list_filters.js";

/**
 * @typedef {import("./urgency.js").Listed} Listed
 * @typedef {import("./inbox_pages.js").Page} Page
 * @typedef {import("./list_filters.js").Filters} Filters
 */

export const STATUSES = /** @type {const} */ (["open", "waiting", "snoozed", "resolved"]);
const KEPT = "nachfrage.inbox";
const FIRST_PAGE = 50;
const PAGE = 100;
/** Rows below what is seen at which the next page is fetched. */
const AHEAD = 60;

export const inbox = slice("inbox", {
  filters: { ...NO_FILTERS },
  /** @type {Page[]} */
  pages: [],
  /** @type {Map<string, Listed>} */
  heads: new Map(),
  /** @type {unknown} why nothing could be read */
  error: null,
  reading: false,
  /** @type {Set<string>} */
  selected: new Set(),
  /** The row that the keyboard is at. */
  active: "",
  /** @type {import("../lib/schemas.js").InboxCounts | null} how many there are, for the badges */
  counts: null,
  /**
   * Explanation of an empty list: when the next conversation comes back, and whether any account is connected.
   * @type {{next: string | null, connected: boolean | null} | null}
   */
  outlook: null,
});

/** Ids of the rows in view, set by the list. @type {Set<string>} */
let visible = new Set();
/** The counters of changes from before the first page was read, by team. @type {Record<string, number>} */
let counters = {};
let generation = 0;
/** @type {Promise<void> | null} */
let reading = null;
let asked = false;

/** Return the conversations of the list, in order. @returns {Listed[]} */
export function conversationsShown() {
  const { pages, heads } = inbox.get();
  return idsOf(pages).flatMap((id) => heads.get(id) ?? []);
}

/** Tell whether the first answer is still on its way: until then nothing else should keep the server busy. */
export function isBeginning() {
  const { pages, reading: isReading } = inbox.get();
  return isReading && !pages.length;
}

/** Tell whether the list was read to its end. */
export function isWhole() {
  const { pages } = inbox.get();
  return pages.length > 0 && nextCursor(pages) === null;
}

/** The filters of an address; those used last where it names none. @param {URLSearchParams} query */
export function filtersOf(query) {
  const named = [...query.keys()].some((name) => name in NO_FILTERS);
  const from = named ? query : new URLSearchParams(localStorage.getItem(KEPT) ?? "");
  const page = { ...NO_FILTERS };
  for (const name of /** @type {(keyof Filters)[]} */ (Object.keys(NO_FILTERS))) page[name] = from.get(name) ?? "";
  if (!STATUSES.some((status) => status === page.status)) page.status = "open";
  return page;
}

/** The address of the list with some filters changed. @param {Partial<Filters>} [changes] */
export function addressWith(changes = {}) {
  return hashOf("inbox", "", { ...inbox.get().filters, ...changes });
}

/** The address of a conversation beside this list. @param {string} id */
export function addressOf(id) {
  return hashOf("c", id, { ...inbox.get().filters });
}

/** Tell whether anything but the status narrows the list. */
export function isNarrowed() {
  return Object.entries(inbox.get().filters).some(([name, value]) => !["status", "sort"].includes(name) && value);
}

/** Show the list that an address asks for. @param {URLSearchParams} query */
export function show(query) {
  const filters = filtersOf(query);
  localStorage.setItem(KEPT, new URLSearchParams(given(filters)).toString());
  const now = inbox.get();
  const same = JSON.stringify(filters) === JSON.stringify(now.filters);
  if (same && (now.pages.length || now.reading)) return;
  startAgain(filters);
}

/** Forget what was read, and read the first page. @param {Filters} [filters] */
export function startAgain(filters = inbox.get().filters) {
  generation += 1;
  reading = null;
  counters = {};
  inbox.change(() => ({ filters, pages: [], heads: new Map(), error: null, selected: new Set(), active: "" }));
  readOn();
}

/**
 * Note the rows in view, and read what is missing or old there.
 * @param {string[]} ids @param {number} below how many rows follow
 */
export function setVisible(ids, below) {
  visible = new Set(ids);
  const { pages, error, reading: isReading } = inbox.get();
  if (!error && needsMore(pages, visible, { below, ahead: AHEAD, isReading })) readOn();
}

/** Read again what is in view, quietly, after a change. */
export function refresh() {
  inbox.change(({ pages }) => ({ pages: allStale(pages) }));
  return readOn();
}

/**
 * Read again what is in view if it was read before something changed in a team that is shown.
 * @param {Record<string, number>} known the counters of changes by team
 */
export async function catchUp(known) {
  const mine = generation;
  await reading;
  const { filters, pages, error } = inbox.get();
  if (mine === generation && (pages.length || error) && isBehind(filters.team, counters, known)) await refresh();
}

/** Put a conversation's new state into the list, as an answer of the API told it. @param {Listed[]} fresh */
export function update(...fresh) {
  inbox.change(({ heads }) => {
    const next = new Map(heads);
    for (const head of fresh) if (next.has(head.id)) next.set(head.id, { ...next.get(head.id), ...head });
    return { heads: next };
  });
}

/** Take conversations out of the list at once; it is read again when the API has done what was asked. @param {string[]} ids */
export function removeFromList(ids) {
  const gone = new Set(ids);
  inbox.change(({ pages, selected }) => ({
    pages: without(pages, gone),
    selected: new Set([...selected].filter((id) => !gone.has(id))),
  }));
}

/** Read what is to be read next: old pages that are seen, else the page after the last. One at a time. */
function readOn() {
  asked = true;
  reading ??= readAll();
  return reading;
}

async function readAll() {
  const mine = generation;
  while (asked && mine === generation) {
    asked = false;
    inbox.change(() => ({ reading: true }));
    try {
      await readOne(mine);
      if (mine === generation) inbox.change(() => ({ error: null }));
    } catch (error) {
      // What is shown stays; only an empty list has to say why it is empty.
      if (mine === generation) inbox.change(() => ({ error }));
    }
  }
  if (mine !== generation) return;
  // With nothing in between: who asks from now on begins another reading.
  reading = null;
  inbox.change(() => ({ reading: false }));
}

/** @param {number} mine */
async function readOne(mine) {
  const { pages } = inbox.get();
  const stale = nextStale(pages, visible);
  const index = stale < 0 ? pages.length : stale;
  const from = stale < 0 ? nextCursor(pages) : pages[stale].from;
  if (from === null) return;
  const page = await api.get(`/conversations?${query(from, index)}`);
  if (mine !== generation) return;
  take(index, from, page);
  if (!index) {
    counters = page.pulse ?? {};
    readCounts();
  }
  if (isWhole() && !conversationsShown().length) readOutlook();
  if (nextStale(inbox.get().pages, visible) >= 0) asked = true;
}

/**
 * @param {number} index
 * @param {string} from
 * @param {{items: Listed[], cursor: string | null}} found
 */
function take(index, from, { items, cursor }) {
  inbox.change(({ pages, heads, selected }) => {
    const next = withPage(pages, index, { from, to: cursor, ids: items.map(({ id }) => id) });
    const kept = new Set(idsOf(next));
    const known = new Map([...heads, ...items.map((head) => /** @type {const} */ ([head.id, head]))]);
    return {
      pages: next,
      heads: new Map([...known].filter(([id]) => kept.has(id))),
      selected: new Set([...selected].filter((id) => kept.has(id))),
    };
  });
}

/**
 * @param {string} cursor
 * @param {number} index
 */
function query(cursor, index) {
  const limit = String(index ? PAGE : FIRST_PAGE);
  return new URLSearchParams([
    ...requestOf(inbox.get().filters),
    ["limit", limit],
    ...(cursor ? [["cursor", cursor]] : []),
  ]);
}

async function readCounts() {
  try {
    const counts = await api.get("/conversations/counts");
    inbox.change(() => ({ counts }));
  } catch {
    // Badges are a help, not news: without them the list says the same.
    inbox.change(() => ({ counts: null }));
  }
}

/** Find out why the list is empty: a conversation comes back later, or no account is connected. */
async function readOutlook() {
  const [snoozed, me] = await Promise.allSettled([api.get("/conversations?status=snoozed&limit=1"), api.get("/me")]);
  const next = snoozed.status === "fulfilled" ? (snoozed.value.items[0]?.snoozed_until ?? null) : null;
  const connected = me.status === "fulfilled" ? me.value.connected : null;
  inbox.change(() => ({ outlook: { next, connected } }));
}

// -- selecting ---------------------------------------------------------------------------------------------------------

/** @type {string} */
let anchor = "";

/** Select a row, or take it out; with `upTo`, all rows from the one selected last. @param {string} id @param {boolean} [upTo] */
export function select(id, upTo = false) {
  const ids = conversationsShown().map((head) => head.id);
  const [from, to] = [ids.indexOf(anchor), ids.indexOf(id)].sort((one, other) => one - other);
  inbox.change(({ selected }) => {
    const next = new Set(selected);
    if (upTo && from >= 0) for (const id of ids.slice(from, to + 1)) next.add(id);
    else if (!next.delete(id)) next.add(id);
    return { selected: next };
  });
  anchor = id;
}

/** Select all that was read, or nothing. @param {boolean} all */
export function selectAll(all) {
  inbox.change(() => ({ selected: new Set(all ? conversationsShown().map(({ id }) => id) : []) }));
}

/** Return the selected conversations, in the list's order. */
export function selection() {
  const { selected } = inbox.get();
  return conversationsShown().filter(({ id }) => selected.has(id));
}

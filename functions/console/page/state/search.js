/** Finding conversations by names and words: what was found so far, and what was looked at to find it. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";

/**
 * @typedef {import("../lib/schemas.js").Schemas["Search"]} SearchResult
 * @typedef {SearchResult["items"][number]} Hit
 * @typedef {SearchResult["covers"]} Covers
 */

export const searching = slice("searching", {
  words: "",
  /** @type {Hit[]} */
  hits: [],
  /** @type {Covers | null} */
  covers: null,
  /** @type {string | null} */
  cursor: null,
  busy: false,
  /** @type {unknown} */
  error: null,
});

/** @type {AbortController | null} */
let running = null;
/** The text of the field, and the words of the address when it was drawn last. */
let written = "";
let followed = "";

/** Keep what is typed into the field; the address follows a moment later. @param {string} text */
export function write(text) {
  written = text;
}

/**
 * Return the text of the field: what was typed there, until the address names other words, such as those of a link. While
 * the address has yet to follow, and where only spaces at the ends tell both apart, what was typed stays.
 * @param {string} words of the address
 * @param {boolean} follows whether the address has yet to follow
 */
export function fieldText(words, follows) {
  if (words !== followed && !follows && words !== written.trim()) written = words;
  followed = words;
  return written;
}

/** Look for these words; for none, stop looking. @param {string} words */
export function search(words) {
  if (words === searching.get().words) return;
  running?.abort();
  searching.change(() => ({ words, hits: [], covers: null, cursor: null, busy: Boolean(words), error: null }));
  if (words) ask("");
}

/** Look further back. */
export function further() {
  const { cursor } = searching.get();
  if (cursor) ask(cursor);
}

/** Try once more what did not work. */
export function again() {
  ask(searching.get().cursor ?? "");
}

/** @param {string} cursor */
async function ask(cursor) {
  const mine = new AbortController();
  running = mine;
  searching.change(() => ({ busy: true, error: null }));
  try {
    const question = new URLSearchParams({ q: searching.get().words, ...(cursor ? { cursor } : {}) });
    const result = await api.get(`/search?${question}`, { signal: mine.signal });
    if (running === mine)
      searching.change(({ hits }) => ({ ...result, hits: joined(hits, result.items), busy: false }));
  } catch (error) {
    if (running === mine) searching.change(() => ({ error, busy: false }));
  }
}

/**
 * A conversation that was found before keeps its place, and gets what else was found in it.
 * @param {Hit[]} before
 * @param {Hit[]} result
 */
export function joined(before, result) {
  const all = new Map(before.map((hit) => [hit.conversation.id, hit]));
  for (const hit of result) {
    const known = all.get(hit.conversation.id);
    const ids = new Set(known?.matches.map(({ message_id }) => message_id));
    const fresh = hit.matches.filter(({ message_id }) => !ids.has(message_id));
    all.set(hit.conversation.id, known ? { ...known, matches: [...known.matches, ...fresh] } : hit);
  }
  return [...all.values()];
}

/**
 * A snippet in pieces, those that match told apart. Ranges count in UTF-16 units, as strings do here, and may be
 * anything: what does not fit is left out.
 * @param {string} snippet
 * @param {number[][]} ranges
 * @returns {{text: string, hit: boolean}[]}
 */
export function pieces(snippet, ranges) {
  const result = [];
  let at = 0;
  const valid = ranges.filter((range) => range.every(Number.isInteger));
  for (const [start, end] of valid.sort(([one], [other]) => one - other)) {
    if (start < at || end <= start || end > snippet.length) continue;
    result.push({ text: snippet.slice(at, start), hit: false });
    result.push({ text: snippet.slice(start, end), hit: true });
    at = end;
  }
  result.push({ text: snippet.slice(at), hit: false });
  return result.filter(({ text }) => text);
}

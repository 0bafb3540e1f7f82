/** Places where a text that is too long is cut. The API cuts it, by the same rules; this is the preview. */

import { clusters, count } from "./text_length.js";

/** @typedef {import("./text_length.js").Route} Route */
/** @typedef {{start: number, end: number, worth: number}} Piece what is never cut, and how well it can be cut behind it */

const MOST_PARTS = 10;
/** Ways that are open for one message only. */
const ONCE = new Set(["private_reply", "template", "replace"]);

const [ANYWHERE, WORD, LINE, SENTENCE, PARAGRAPH] = [0, 1, 2, 3, 4];
/** Shares of the limit that a part must reach to be cut at each kind of place, rather than later at a lesser one. */
const SHARES = [
  [PARAGRAPH, 0.4],
  [SENTENCE, 0.5],
  [LINE, 0.6],
  [WORD, 0],
];
const NAME = "A-Za-z0-9_\u00c0-\u024f";
/** Addresses, mentions and hashtags; and numbers with their points. */
const WHOLE = new RegExp(
  "https?://[^\\s\u3000-\u303f\uff00-\uffef]+" +
    `|(?<![${NAME}-])[${NAME}-]+(?:\\.[${NAME}-]+)+(?:[/?#][^\\s\u3000-\u303f\uff00-\uffef]*)?` +
    "|[@\uff20][A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*(?:@[A-Za-z0-9.-]+)?" +
    `|#[${NAME}]+`,
  "gi",
);
const SENTENCE_END = /[.!?\u2026\u3002\uff01\uff1f\u0964\u061f]['")\]\u201c\u201d\u2019\u00ab\u00bb]*$/;
const ABBREVIATION =
  /(?:^|[\s(.])(?:[\p{L}\p{N}_]|\d+|bzw|ca|etc|dr|evtl|ggf|inkl|mr|mrs|ms|nr|no|st|str|tel|usw|vgl|vs)\.$/iu;

/**
 * The parts of a text on a way, or nothing where it fits, or cannot be split.
 * @param {string} text
 * @param {Route | undefined} route
 * @returns {string[]}
 */
export function parts(text, route) {
  if (!route || ONCE.has(route.way)) return [];
  const measure = (/** @type {string} */ part) => count(part, route.unit) ?? 0;
  if (measure(text) <= route.limit) return [];
  const pieces = split(text, route.limit, measure);
  return pieces.length > MOST_PARTS ? [] : pieces;
}

/**
 * The text in parts, blanks at the cuts left out; nothing where one piece is longer than the limit.
 * @param {string} text
 * @param {number} limit
 * @param {(text: string) => number} measure
 */
export function split(text, limit, measure) {
  if (measure(text) <= limit) return [text];
  const all = piecesOf(text);
  const texts = [];
  for (let first = 0; first < all.length; ) {
    const fits = (/** @type {number} */ last) => measure(text.slice(all[first].start, all[last].end)) <= limit;
    const last = best(all, first, furthest(all, first, fits));
    if (last < first) return [];
    texts.push(text.slice(all[first].start, all[last].end));
    first = last + 1;
  }
  return texts;
}

/**
 * The last piece up to which the text fits; the one before the first where not even that does.
 * @param {Piece[]} all
 * @param {number} first
 * @param {(last: number) => boolean} fits
 */
function furthest(all, first, fits) {
  let low = first;
  let high = Math.min(first + 16, all.length - 1);
  while (high < all.length - 1 && fits(high)) {
    low = high;
    high = Math.min(first + 2 * (high - first), all.length - 1);
  }
  if (fits(high)) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  // One more letter can make a shorter text of a longer one, where it completes an address: so look again.
  while (low >= first && !fits(low)) low -= 1;
  return low;
}

/**
 * Return the best place to cut if the text fits up to `last`.
 * @param {Piece[]} all
 * @param {number} first
 * @param {number} last
 */
function best(all, first, last) {
  if (last < first || last === all.length - 1) return last;
  const begin = all[first].start;
  const full = all[last].end - begin;
  for (const [worth, share] of SHARES) {
    for (let index = last; index >= first && all[index].end - begin >= share * full; index -= 1) {
      if (all[index].worth >= worth) return index;
    }
  }
  return last;
}

/** @param {string} text */
function piecesOf(text) {
  /** @type {Piece[]} */
  const pieces = [];
  const wholeAt = wholes(text);
  let at = 0;
  for (const cluster of clusters(text)) {
    const start = at;
    at += cluster.length;
    if (!cluster.trim()) continue;
    const before = pieces.at(-1);
    if (before && start < before.end) {
      before.end = Math.max(before.end, at);
      continue;
    }
    if (before) before.worth = worth(text, before.end, start);
    pieces.push({ start, end: Math.max(at, wholeAt(start, at)), worth: PARAGRAPH });
  }
  return pieces;
}

/**
 * Tells where the address or mention ends that begins in a cluster; 0 if none does. To be asked from left to right.
 * @param {string} text
 */
function wholes(text) {
  const spans = [...text.matchAll(WHOLE)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  let next = 0;
  return (/** @type {number} */ start, /** @type {number} */ end) => {
    while (next < spans.length && spans[next].end <= start) next += 1;
    return next < spans.length && spans[next].start < end ? spans[next].end : 0;
  };
}

/**
 * Rate a cut between `end` and what follows after the blanks.
 * @param {string} text
 * @param {number} end
 * @param {number} following
 */
function worth(text, end, following) {
  const gap = text.slice(end, following);
  if (gap.split("\n").length > 2) return PARAGRAPH;
  if (!gap) return /[\u3002\uff01\uff1f]/.test(text[end - 1]) ? SENTENCE : ANYWHERE;
  const before = text.slice(Math.max(0, end - 12), end);
  if (SENTENCE_END.test(before) && !ABBREVIATION.test(before)) return SENTENCE;
  return gap.includes("\n") ? LINE : WORD;
}

/** Suggestions after a sign in a text that is being typed: `/` for templates and macros, `@` for colleagues. Pure. */

/**
 * @typedef {{sign: "/" | "@", word: string, from: number, to: number}} Asked what was typed after the sign, and where it stands
 */

// The sign begins a word, and what follows has no further sign, so that a path or an address asks nothing. A colleague is
// asked for by one word, a template by some.
const ASKED = /(?:^|[\s(])(?:(@)([^\s/@]{0,40})|(\/)((?:[^\s/@]{1,30} ){0,4}[^\s/@]{0,40}))$/u;

/**
 * Return the suggestion that is asked for at the caret, if any.
 * @param {string} text
 * @param {number} caret
 * @param {string} signs those that mean something here
 * @returns {Asked | null}
 */
export function askedAt(text, caret, signs) {
  const before = text.slice(Math.max(0, caret - 170), caret);
  const match = ASKED.exec(before);
  if (!match) return null;
  const sign = /** @type {"/" | "@"} */ (match[1] ?? match[3]);
  const word = match[2] ?? match[4];
  return signs.includes(sign) ? { sign, word, from: caret - word.length - 1, to: caret } : null;
}

/**
 * The text with what was asked for put in its place, and where the caret goes: into the first field that is still empty,
 * or behind it all.
 * @param {string} text
 * @param {Asked} asked
 * @param {string} put
 * @returns {{text: string, start: number, end: number}}
 */
export function putIn(text, asked, put) {
  const next = text.slice(0, asked.from) + put + text.slice(asked.to);
  const field = fieldIn(put);
  const start = asked.from + (field ? field.start : put.length);
  return { text: next, start, end: field ? asked.from + field.end : start };
}

const FIELD = /\{\{\s*\w+\s*\}\}/u;

/** The first field of a template that nobody has filled in. @param {string} text */
export function fieldIn(text) {
  const match = FIELD.exec(text);
  return match
    ? { start: match.index, end: match.index + match[0].length, name: match[0].replace(/[{}\s]/g, "") }
    : null;
}

/**
 * Filter a list by what was typed, the nearest first: each of its words stands in the name or in the text beside it, in
 * any order.
 * @template {{name: string, also?: string}} T
 * @param {T[]} all
 * @param {string} typed
 * @returns {T[]}
 */
export function fitting(all, typed) {
  const wanted = plain(typed).split(/\s+/).filter(Boolean);
  if (!wanted.length) return all;
  return all
    .map((each) => ({ each, rank: rankOf(each, wanted) }))
    .filter(({ rank }) => rank < NOT_THERE)
    .sort((one, other) => one.rank - other.rank)
    .map(({ each }) => each);
}

/** The rank of what a word is not in. */
const NOT_THERE = 3;

/**
 * The rank of the word that is found worst: the name begins with all that was typed, one of its words begins with it, it
 * stands beside it, or nowhere.
 * @param {{name: string, also?: string}} each
 * @param {string[]} wanted
 */
function rankOf({ name, also = "" }, wanted) {
  const named = plain(name);
  if (named.startsWith(wanted.join(" "))) return 0;
  const words = named.split(/[\s_.-]+/);
  const beside = plain(also);
  return Math.max(
    ...wanted.map((one) => (words.some((word) => word.startsWith(one)) ? 1 : beside.includes(one) ? 2 : NOT_THERE)),
  );
}

/** @param {string} text */
function plain(text) {
  // Marks go before it is taken apart, too: bringing many of them into their order takes the square of their number.
  return text.replace(/\p{M}/gu, "").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * Return the ids of the agents whom a note still names.
 * @param {string} note
 * @param {Record<string, string>} mentions ids by name
 */
export function mentionsIn(note, mentions) {
  return Object.entries(mentions)
    .filter(([name]) => note.includes(`@${name}`))
    .map(([, id]) => id);
}

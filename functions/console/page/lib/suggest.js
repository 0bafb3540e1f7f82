/** Suggestions after a sign in a text that is being typed: `/` for templates and macros, `@` for colleagues. Pure. */

/**
 * @typedef {{sign: "/" | "@", word: string, from: number, to: number}} Asked what was typed after the sign, and where it stands
 */

// The sign begins a word; what follows has no space and no further sign, so that a path or an address asks nothing.
const ASKED = /(?:^|[\s(])([/@])([^\s/@]{0,40})$/u;

/**
 * Return the suggestion that is asked for at the caret, if any.
 * @param {string} text
 * @param {number} caret
 * @param {string} signs those that mean something here
 * @returns {Asked | null}
 */
export function askedAt(text, caret, signs) {
  const before = text.slice(Math.max(0, caret - 60), caret);
  const match = ASKED.exec(before);
  if (!match || !signs.includes(match[1])) return null;
  const sign = /** @type {"/" | "@"} */ (match[1]);
  return { sign, word: match[2], from: caret - match[2].length - 1, to: caret };
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
 * Filter a list by words that begin with what was typed, the nearest first.
 * @template {{name: string, also?: string}} T
 * @param {T[]} all
 * @param {string} word
 * @returns {T[]}
 */
export function fitting(all, word) {
  const wanted = plain(word);
  if (!wanted) return all;
  return all
    .map((each) => ({ each, rank: rankOf(each, wanted) }))
    .filter(({ rank }) => rank < 3)
    .sort((one, other) => one.rank - other.rank)
    .map(({ each }) => each);
}

/**
 * @param {{name: string, also?: string}} each
 * @param {string} wanted
 */
function rankOf({ name, also = "" }, wanted) {
  const named = plain(name);
  if (named.startsWith(wanted)) return 0;
  if (named.split(/[\s_.-]+/).some((word) => word.startsWith(wanted))) return 1;
  return plain(also).includes(wanted) ? 2 : 3;
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

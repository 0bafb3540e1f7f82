/**
 * Excerpts of texts that others wrote. A message may be very long; the browser shows the beginning, and more on
 * request. Pure.
 */

/** Longer texts are folded, in code units and lines. */
const LONG = { units: 1600, lines: 24 };
/** The size of a folded text's excerpt. */
const FOLDED = { units: 1000, lines: 16 };
/** The size that each step adds. */
const STEP = { units: 8000, lines: 400 };

/**
 * The first characters of a text. A name or a title is never so long that more of it says anything.
 * @param {string} text
 * @param {number} most
 */
export function beginning(text, most) {
  return text.length <= most ? text : [...text.slice(0, 2 * most)].slice(0, most).join("");
}

/**
 * Return the part of a text that is shown after so many steps, and whether the text is folded.
 * @param {string} text
 * @param {number} steps
 * @returns {{shown: string, long: boolean}}
 */
export function excerpt(text, steps) {
  const long = endOf(text, LONG) < text.length;
  if (!long) return { shown: text, long };
  const most = { units: FOLDED.units + steps * STEP.units, lines: FOLDED.lines + steps * STEP.lines };
  return { shown: text.slice(0, endOf(text, most)), long };
}

/**
 * Return the end of a text that is no longer than this; not within a character.
 * @param {string} text
 * @param {{units: number, lines: number}} most
 */
function endOf(text, { units, lines }) {
  let end = Math.min(text.length, units);
  for (let at = text.indexOf("\n"), count = 1; at >= 0 && at < end; at = text.indexOf("\n", at + 1), count += 1) {
    if (count === lines) end = at;
  }
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
}

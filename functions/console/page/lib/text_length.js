/** The length of a text as the platform counts: the API's own figures, known while somebody still types. */

/**
 * @typedef {import("./schemas.js").Route} Route
 * @typedef {{used: number, limit: number, left: number, state: "calm" | "near" | "over"}} Room
 */

/** The share of the limit from which on the page speaks of it. */
const NEAR = 0.9;

/** @type {Record<string, (text: string) => number>} */
const UNITS = {
  // Code points: an emoji of one is one, a family of four is seven.
  characters: (text) => [...text].length,
  utf16: (text) => text.length,
  bytes: (text) => new TextEncoder().encode(text).length,
  // What people call characters: the family is one.
  graphemes: (text) => clusters(text).length,
  weighted,
};

/**
 * The length of a text in a unit of the API; `null` for a unit that this page does not know, of which the API judges.
 * @param {string} text
 * @param {string} unit
 */
export function count(text, unit) {
  return UNITS[unit]?.(text) ?? null;
}

/**
 * Return how much room a text leaves on a route; `null` where that is not known.
 * @param {string} text
 * @param {Route | undefined} route
 * @returns {Room | null}
 */
export function room(text, route) {
  const used = route ? count(text, route.unit) : null;
  if (!route || used === null) return null;
  const left = route.limit - used;
  return { used, limit: route.limit, left, state: left < 0 ? "over" : used >= route.limit * NEAR ? "near" : "calm" };
}

/** @type {Intl.Segmenter | undefined} */
let segmenter;

/** Code units that the browser is asked for at a time: for each cluster it takes as long as the text it was given. */
const WINDOW = 256;

/** The text as what people call characters. @param {string} text */
export function clusters(text) {
  const matches = [];
  for (let start = 0, size = WINDOW; start < text.length; ) {
    const all = firstClusters(text, start, size);
    for (const cluster of all) {
      matches.push(cluster);
      start += cluster.length;
    }
    size = all.length ? WINDOW : 2 * size;
  }
  return matches;
}

/**
 * The clusters that end within a window; of one that was made larger for the first of them, that one. None if it is longer.
 * @param {string} text
 * @param {number} start
 * @param {number} size
 */
function firstClusters(text, start, size) {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const all = [];
  let reached = start;
  for (const { segment } of segmenter.segment(text.slice(start, endOfWindow(text, start + size)))) {
    all.push(segment);
    reached += segment.length;
    if (size > WINDOW && all.length > 1) break;
  }
  // The last one may go on behind the window, and is looked at again as the first of the next.
  return reached < text.length ? all.slice(0, -1) : all;
}

/**
 * Return the end of a window that does not split a character.
 * @param {string} text
 * @param {number} end
 */
function endOfWindow(text, end) {
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end + 1 : end;
}

const ADDRESS_WEIGHT = 23;
const EMOJI_WEIGHT = 2;
const LONGEST_LABEL = 63;
/** A host in Latin letters with an ending that may be one, its port, path and query. */
const ADDRESS =
  /(?<![\wÀ-ɏ@#$./-])(https?:\/\/)?((?:[a-z0-9À-ɏ](?:[a-z0-9À-ɏ-]*[a-z0-9À-ɏ])?\.)+)([a-z]{2,24})(?![\w@+-])(?::\d+)?(?:\/(?:[\wÀ-ɏ!*';:=+,.$/%#[\]–~@|&-]|\([\wÀ-ɏ!*';:=+,.$/%#[\]–~@|&-]*\))*)?(?:\?[\w!?*'@();:&=+$/%#[\].,~|-]*)?/gi;
/**
 * A letter with as many marks as it may have in text for exchange: unicode.org/reports/tr15/#Stream_Safe_Text_Format
 */
const PIECE = /\P{M}*\p{M}{0,30}/gu;
/** Characters with which an address does not end; a closing bracket neither, unless it closes one of the address. */
const TAIL = new Set("!*';:,.$%[]–~@|&?(");
/** The platform's own short addresses end with their name. */
const SHORTENED = /^https?:\/\/t\.co\/[a-z0-9]+/i;
/** The endings that are typed without `https://`; all others are the API's to judge. */
const ENDINGS = new Set(
  "ai app at be biz blog ch co com cz de dev dk es eu fi fr info io it li lu me net nl no online org pl pt ru se shop site store tv uk us xyz".split(
    " ",
  ),
);
const EMOJI =
  /[0-9#*]\ufe0f?\u20e3|\p{RI}{2}|(?:(?![©®\d#*])\p{Emoji}(?!\ufe0e)\ufe0f?\p{EMod}?|[©®]\ufe0f)(?:[\u{e0020}-\u{e007f}]+|(?:\u200d\p{Emoji}\ufe0f?\p{EMod}?)*)/gu;
const HEAVY = /[\u1100-\u1fff\u200e\u200f\u2020-\u2031\u2038-\u{10ffff}]/gu;

/**
 * Return the number of addresses in a text, as X finds them, and the text without them.
 * @param {string} text
 */
export function withoutAddresses(text) {
  let addresses = 0;
  const rest = composed(text).replace(ADDRESS, (matches, protocol, host, ending) => {
    const isNamed = host.split(".").every((/** @type {string} */ label) => label.length <= LONGEST_LABEL);
    if (!isNamed || (!protocol && !ENDINGS.has(ending.toLowerCase()))) return matches;
    addresses += 1;
    const short = SHORTENED.exec(matches);
    return short ? matches.slice(short[0].length) : matches.slice(endOf(matches));
  });
  return { addresses, rest };
}

/**
 * Count as X counts: an address is 23 however long it is, an emoji 2, a letter of most scripts beyond Georgian 2.
 * @param {string} text
 */
function weighted(text) {
  const { addresses, rest } = withoutAddresses(text);
  let emoji = 0;
  const plain = rest.replace(EMOJI, () => {
    emoji += 1;
    return "";
  });
  const heavy = plain.match(HEAVY)?.length ?? 0;
  return ADDRESS_WEIGHT * addresses + EMOJI_WEIGHT * emoji + [...plain].length + heavy;
}

/**
 * The text with its marks in one with their letters. They are brought into their order first, which takes the square of
 * their number: what no script piles up on a letter is composed by itself.
 * @param {string} text
 */
function composed(text) {
  return (text.match(PIECE) ?? []).map((piece) => piece.normalize("NFC")).join("");
}

/** Return the end of an address without what only stands behind it. @param {string} address */
function endOf(address) {
  let end = address.length;
  while (end > 0 && isTail(address, end - 1)) end -= 1;
  return end;
}

/**
 * @param {string} address
 * @param {number} at
 */
function isTail(address, at) {
  if (address[at] !== ")") return TAIL.has(address[at]);
  // The nearest bracket before it says whether it closes one.
  let before = at - 1;
  while (before >= 0 && address[before] !== "(" && address[before] !== ")") before -= 1;
  return address[before] !== "(";
}

/** How long a text is, as the platform counts: the API's own figures, known while somebody still types. */

/**
 * @typedef {{way: string, visibility: "public" | "private", limit: number, unit: string, person_only: boolean, until: string | null, files?: import("./file_rules.js").Rule | null}} Route
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
 * How much room a text leaves on a way; `null` where that is not known.
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

/** Between two of these there is always a boundary: so the browser, which is slow at long texts, is asked little. */
const APART = /(?<=[ -~\u3041-\u3096\u309d-\u30fe\u4e00-\u9fff])(?=[ -~\u3041-\u3096\u309d-\u30fe\u4e00-\u9fff])/;

/** The text as what people call characters. @param {string} text */
export function clusters(text) {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const found = [];
  for (const run of text.split(APART)) {
    if (run.length === 1) found.push(run);
    else for (const { segment } of segmenter.segment(run)) found.push(segment);
  }
  return found;
}

const ADDRESS_WEIGHT = 23;
const EMOJI_WEIGHT = 2;
const LONGEST_LABEL = 63;
/** A host in Latin letters with an ending that may be one, its port, path and query. */
const ADDRESS =
  /(?<![\w@#$./-])(https?:\/\/)?((?:[a-z0-9À-ɏ](?:[a-z0-9À-ɏ-]*[a-z0-9À-ɏ])?\.)+)([a-z]{2,24})(?![\w@+-])(?::\d+)?(?:\/(?:[\wÀ-ɏ!*';:=+,.$/%#[\]–~@|&-]|\([\wÀ-ɏ!*';:=+,.$/%#[\]–~@|&-]*\))*)?(?:\?[\w!?*'@();:&=+$/%#[\].,~|-]*)?/gi;
const TAIL = /(?:[!*';:,.$%[\]–~@|&?(]|(?<!\([^()]*)\))+$/;
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
 * As X counts: an address is 23 however long it is, an emoji 2, a letter of most scripts beyond Georgian 2.
 * @param {string} text
 */
function weighted(text) {
  let addresses = 0;
  const rest = text.normalize("NFC").replace(ADDRESS, (found, protocol, host, ending) => {
    const isNamed = host.split(".").every((/** @type {string} */ label) => label.length <= LONGEST_LABEL);
    if (!isNamed || (!protocol && !ENDINGS.has(ending.toLowerCase()))) return found;
    addresses += 1;
    const short = SHORTENED.exec(found);
    return short ? found.slice(short[0].length) : (TAIL.exec(found)?.[0] ?? "");
  });
  let emoji = 0;
  const plain = rest.replace(EMOJI, () => {
    emoji += 1;
    return "";
  });
  const heavy = plain.match(HEAVY)?.length ?? 0;
  return ADDRESS_WEIGHT * addresses + EMOJI_WEIGHT * emoji + [...plain].length + heavy;
}

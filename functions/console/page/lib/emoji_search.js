/** Emoji by their names and other words, their skin tones, and those that were used last. */

/**
 * @typedef {[emoji: string, name: string, words: string, hasTones?: 1]} Emoji
 * @typedef {{title: string, emoji: Emoji[]}} Group
 */

const RECENT = 24;
const KEY = "nachfrage.emoji";
const TONE_KEY = "nachfrage.emoji_tone";
/** Signs that give the emoji before them a skin tone; the first choice is none. */
export const TONES = ["", "\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"];
/** Each person or hand of an emoji. The hands between two people who hold them have no tone of their own. */
const BASES = /(\p{Emoji_Modifier_Base})\uFE0F?(?!\u200D\u{1F9D1})/gu;

/**
 * Return the emoji whose name or words have each of the words typed, those whose name begins with it first.
 * @param {Group[]} groups
 * @param {string} typed
 * @param {number} most
 * @returns {Emoji[]}
 */
export function found(groups, typed, most) {
  const wanted = plain(typed).split(" ").filter(Boolean);
  if (!wanted.length) return [];
  /** @type {Emoji[][]} */
  const ranked = [[], [], []];
  for (const emoji of groups.flatMap((group) => group.emoji)) {
    const rank = rankOf(emoji, wanted);
    if (rank >= 0) ranked[rank].push(emoji);
  }
  return ranked.flat().slice(0, most);
}

/**
 * Return 0 if the name begins with the first word, 1 if words begin with all, 2 if they only have them, -1 for none.
 * @param {Emoji} emoji
 * @param {string[]} wanted
 */
function rankOf([, name, words], wanted) {
  const text = ` ${plain(name)} ${plain(words)}`;
  if (!wanted.every((word) => text.includes(word))) return -1;
  if (!wanted.every((word) => text.includes(` ${word}`))) return 2;
  return text.startsWith(` ${wanted[0]}`) ? 0 : 1;
}

/** Text as it is compared: without case, accents and signs between words. @param {string} text */
function plain(text) {
  const bare = text.slice(0, 200).normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return bare.replace(/ß/g, "ss").replace(/[^\p{L}\p{N}]+/gu, " ");
}

/** Return the emoji that were chosen last on this machine. @returns {string[]} */
export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string").slice(0, RECENT) : [];
  } catch {
    return [];
  }
}

/** @param {string} emoji */
export function remember(emoji) {
  const next = [emoji, ...recent().filter((each) => each !== emoji)].slice(0, RECENT);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Without storage, nothing is remembered.
  }
}

/** Return an emoji in a skin tone, if it has any. @param {Emoji} emoji @param {number} tone place in `TONES` */
export function toned([emoji, , , hasTones], tone) {
  return hasTones && TONES[tone] ? emoji.replace(BASES, `$1${TONES[tone]}`) : emoji;
}

/** Return the skin tone that was chosen last on this machine: its place in `TONES`. */
export function chosenTone() {
  try {
    const kept = Number(localStorage.getItem(TONE_KEY));
    return kept in TONES ? kept : 0;
  } catch {
    return 0;
  }
}

/** @param {number} tone place in `TONES` */
export function chooseTone(tone) {
  try {
    localStorage.setItem(TONE_KEY, String(tone));
  } catch {
    // Without storage, it holds as long as the choice is open.
  }
}

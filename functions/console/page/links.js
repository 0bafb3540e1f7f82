/** Finds the addresses in what people wrote. All else stays text. */

/**
 * @typedef {{text: string, href?: string, host?: string}} Part `host` where the address does not plainly show it
 */

// An address ends at a space, at what encloses it, and at what would change the direction of the writing around it.
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`{}|\\^\p{Bidi_Control}\p{Cc}]+/giu;
const AFTERTHOUGHT = /[.,;:!?…»“”’]+$/u;
const LONGEST = 2000;

/**
 * A text in parts: plain ones, and addresses that may be opened.
 * @param {string} text
 * @returns {Part[]}
 */
export function parts(text) {
  /** @type {Part[]} */
  const found = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const written = trimmed(match[0]);
    const url = safe(written);
    if (!url) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: written, href: url.href, ...hostOf(written, url) });
    end = match.index + written.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/**
 * An address that may be opened: of the web, or nothing.
 * @param {string | null | undefined} address
 */
export function safe(address) {
  if (!address || address.length > LONGEST || !URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === "https:" || url.protocol === "http:" ? url : null;
}

/** Without what belongs to the sentence around it. @param {string} address */
function trimmed(address) {
  let kept = address.replace(AFTERTHOUGHT, "");
  while (/[)\]]$/.test(kept) && !balanced(kept)) kept = kept.slice(0, -1).replace(AFTERTHOUGHT, "");
  return kept;
}

/** @param {string} text */
function balanced(text) {
  return text.split(/[([]/).length >= text.split(/[)\]]/).length;
}

/**
 * Where the address really leads, unless it begins with just that.
 * @param {string} written
 * @param {URL} url
 */
function hostOf(written, url) {
  const shown = written.toLowerCase().replace(/^https?:\/\//, "");
  const plain = shown === url.host || shown.startsWith(`${url.host}/`) || shown.startsWith(`${url.host}?`);
  return plain ? {} : { host: url.host };
}

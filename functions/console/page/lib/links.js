/** Finds the addresses in what people wrote. All else stays text. */

/**
 * @typedef {{text: string, href?: string, host?: string}} Part `host` where the address does not plainly show it
 */

// An address ends at a space, at what encloses it, and at what would change the direction of the writing around it.
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`{}|\\^\p{Bidi_Control}\p{Cc}]+/giu;
/**
 * Characters that belong to the sentence where an address ends with them, and the brackets that belong to it unless the
 * address opens them.
 */
const TRAILING = new Set(".,;:!?…»“”’");
const OPENING = new Set("([");
const CLOSING = new Set(")]");
const LONGEST = 2000;

/**
 * A text in parts: plain ones, and addresses that may be opened.
 * @param {string} text
 * @returns {Part[]}
 */
export function parts(text) {
  /** @type {Part[]} */
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const written = trimmed(match[0]);
    const url = safe(written);
    if (!url) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: written, href: url.href, ...hostOf(written, url) });
    end = match.index + written.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
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

/**
 * Cut off what belongs to the sentence around an address: looked at once from each end, however long it is.
 * @param {string} address
 */
function trimmed(address) {
  let excess = countOf(address, CLOSING) - countOf(address, OPENING);
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1];
    if (excess > 0 && CLOSING.has(last)) excess -= 1;
    else if (!TRAILING.has(last)) break;
  }
  return address.slice(0, end);
}

/**
 * @param {string} text
 * @param {Set<string>} signs
 */
function countOf(text, signs) {
  let count = 0;
  for (const sign of text) if (signs.has(sign)) count += 1;
  return count;
}

/**
 * Return the host that an address leads to, unless it visibly begins with it.
 * @param {string} written
 * @param {URL} url
 */
function hostOf(written, url) {
  const shown = written.toLowerCase().replace(/^https?:\/\//, "");
  const plain = shown === url.host || shown.startsWith(`${url.host}/`) || shown.startsWith(`${url.host}?`);
  return plain ? {} : { host: url.host };
}

/** Tell whether the browser may be sent to an address: over the web, and nothing that runs. @param {string} address */
export function isWebAddress(address) {
  try {
    return ["https:", "http:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

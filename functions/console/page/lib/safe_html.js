/**
 * Makes the page of a mail harmless: what runs, loads, disguises or covers something is left out, and what is quoted is
 * folded away. DOMPurify decides which elements and attributes stay; nothing is part of this document before that.
 */

import DOMPurify from "dompurify";
import { safe } from "./links.js";

/**
 * @typedef {{quoted: string, picture: string, large: string, leadsTo: (host: string) => string}} Words that are put in
 */

const ELEMENTS =
  "a abbr b blockquote br caption center code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark " +
  "ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr tt u ul";
const ATTRIBUTES = "alt class colspan dir height href id lang rowspan src start title type width";
/** Attributes that are read here, and do not stay. */
const READ = ["class", "height", "id", "src", "type", "width"];
/** Pictures of which a mail says that they have fewer pixels are signs and lines, and not looked at by themselves. */
const SMALL = 64;
/** Elements in which mail programs put what they quote. */
const QUOTED =
  'blockquote[type="cite" i], .gmail_quote, .yahoo_quoted, .protonmail_quote, .tutanota_quote, #divRplyFwdMsg, #appendonsend';
const BELOW = ["divRplyFwdMsg", "appendonsend"];
const ADDRESS = /^(?:https?:\/\/|www\.)|^[\p{L}\d-]+(?:\.[\p{L}\d-]+)+(?:[/?#]|$)/iu;

DOMPurify.addHook("uponSanitizeAttribute", (_, attribute) => {
  // Pictures of other servers would tell them who reads, and when.
  if (attribute.attrName === "src" && !/^cid:/i.test(attribute.attrValue)) attribute.keepAttr = false;
});

/**
 * Return an element with what is harmless of a page.
 * @param {string} html
 * @param {Record<string, string>} pictures links to those that came along, by their names after `cid:`
 * @param {Words} words
 */
export function safePage(html, pictures, words) {
  const found = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: ELEMENTS.split(" "),
    ALLOWED_ATTR: ATTRIBUTES.split(" "),
    ALLOW_ARIA_ATTR: false,
    ALLOW_DATA_ATTR: false,
    ADD_URI_SAFE_ATTR: ATTRIBUTES.split(" ").filter((name) => !["href", "src"].includes(name)),
    ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel|cid):/i,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const image of found.querySelectorAll("img")) replacePicture(image, pictures, words);
  for (const link of found.querySelectorAll("a")) guardLink(link, words);
  foldQuotes(found, words);
  for (const element of found.querySelectorAll("*")) strip(element);
  const page = document.createElement("div");
  page.append(found);
  for (const details of page.querySelectorAll("details")) details.className = "message-folded";
  for (const button of page.querySelectorAll("button")) {
    button.type = "button";
    button.ariaHasPopup = "dialog";
    button.className = "rich-picture";
  }
  for (const host of page.querySelectorAll("a + span[title]")) host.className = "message-host";
  return page;
}

/** Take away what was only read; a picture of ours keeps its address. @param {Element} element */
function strip(element) {
  const kept = element.hasAttribute("referrerpolicy") ? "src" : "";
  for (const name of READ) if (name !== kept) element.removeAttribute(name);
}

/**
 * Show a picture that came along, and say in the place of any other that it was not loaded.
 * @param {HTMLImageElement} image
 * @param {Record<string, string>} pictures
 * @param {Words} words
 */
function replacePicture(image, pictures, words) {
  const name = decoded((image.getAttribute("src") ?? "").replace(/^cid:/i, ""));
  const link = Object.hasOwn(pictures, name) ? safe(pictures[name]) : null;
  const isPixel = Number(image.getAttribute("width") ?? 9) < 3 || Number(image.getAttribute("height") ?? 9) < 3;
  if (link) showPicture(image, link.href, words);
  else if (isPixel) image.remove();
  else image.replaceWith(image.alt.trim() ? `[${image.alt.trim()}]` : `[${words.picture}]`);
}

/**
 * Load a picture that came along. It can be enlarged unless it is small, or a part of a link.
 * @param {HTMLImageElement} image
 * @param {string} address
 * @param {Words} words
 */
function showPicture(image, address, words) {
  image.src = address;
  image.referrerPolicy = "no-referrer";
  image.loading = "lazy";
  image.alt ||= "";
  if (!image.closest("a") && !isSmall(image)) offerLarge(image, words);
}

/** @param {HTMLImageElement} image */
function isSmall(image) {
  return ["width", "height"].some((name) => Number.parseInt(image.getAttribute(name) ?? "", 10) < SMALL);
}

/**
 * Make a picture a button, which shows it at full size.
 * @param {HTMLImageElement} image
 * @param {Words} words
 */
function offerLarge(image, words) {
  const button = document.createElement("button");
  const name = image.alt.trim();
  button.ariaLabel = name ? `${words.large}: ${name}` : words.large;
  image.replaceWith(button);
  button.append(image);
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Have a link open elsewhere, and say where it leads if its words name another place.
 * @param {HTMLAnchorElement} link
 * @param {Words} words
 */
function guardLink(link, words) {
  const address = link.getAttribute("href") ?? "";
  const url = safe(address);
  if (!url && !/^(?:mailto|tel):/i.test(address)) {
    link.removeAttribute("href");
    return;
  }
  link.title = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  if (!url || !namesOther(link.textContent ?? "", url.host)) return;
  const host = document.createElement("span");
  host.title = address;
  host.textContent = ` ${words.leadsTo(url.host)}`;
  link.after(host);
}

/** Tell whether words look like an address, and like one of another host. @param {string} text @param {string} host */
function namesOther(text, host) {
  const shown = text.trim().toLowerCase();
  const bare = shown.replace(/^https?:\/\//, "");
  return ADDRESS.test(shown) && bare !== host && !bare.startsWith(`${host}/`) && !bare.startsWith(`${host}?`);
}

/**
 * Fold away what is quoted; if nothing else is said, it stays open.
 * @param {DocumentFragment} page
 * @param {Words} words
 */
function foldQuotes(page, words) {
  for (const quoted of page.querySelectorAll(QUOTED)) {
    if (!page.contains(quoted) || quoted.closest("details")) continue;
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = words.quoted;
    const all = [quoted];
    while (BELOW.includes(quoted.id) && all.at(-1)?.nextElementSibling)
      all.push(/** @type {Element} */ (all.at(-1)?.nextElementSibling));
    quoted.before(details);
    details.append(summary, ...all);
  }
  const own = [...page.childNodes].filter((node) => node.nodeName !== "DETAILS");
  const isEmpty = !own.some((node) => (node.textContent ?? "").trim());
  for (const details of page.querySelectorAll("details")) details.open = isEmpty;
}

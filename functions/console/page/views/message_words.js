/** What somebody wrote, as text: addresses can be opened and show where they lead; what is very long is folded. */

import { html, nothing } from "lit-html";
import { house } from "../house.js";
import { parts } from "../links.js";
import { slice } from "../state.js";
import { t } from "../texts.js";

/** What is longer is folded, in code units and lines. */
const LONG = 1600;
const LINES = 24;
/** The first part of a folded text. */
const FOLDED = 1000;
const FOLDED_LINES = 16;

const unfolded = slice("words", { open: /** @type {Set<string>} */ (new Set()) });

/**
 * @param {string} key of the text
 * @param {string} text
 * @param {string[]} [mentions] ids of the agents whom a note names
 */
export function words(key, text, mentions = []) {
  const long = text.length > LONG || lines(text) > LINES;
  const open = unfolded.get().open.has(key);
  const shown = long && !open ? folded(text) : text;
  return html`
    <p class="said-text" dir="auto">${parts(shown).map((part) => (part.href ? link(part) : marked(part.text, mentions)))}${shown === text ? nothing : "…"}</p>
    ${long ? html`<button class="link-button said-all" aria-expanded=${open} @click=${() => toggle(key)}>${open ? t("message.less") : t("message.all", { n: [...text].length })}</button>` : nothing}`;
}

/** The texts that are unfolded; another set whenever that changes. */
export function wordsUnfolded() {
  return unfolded.get().open;
}

/** @param {string} key */
function toggle(key) {
  unfolded.change(({ open }) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    return { open: next };
  });
}

/** @param {string} text */
function lines(text) {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0 && count <= LINES; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

/** The beginning, which does not end within a character. @param {string} text */
function folded(text) {
  const few = text.split("\n", FOLDED_LINES).join("\n");
  return few.length > FOLDED ? [...few.slice(0, FOLDED + 1)].slice(0, -1).join("") : few;
}

/** @param {import("../links.js").Part} part */
function link({ text, href, host }) {
  return html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow" title=${href}><bdi>${text}</bdi></a>${host ? html` <span class="said-host">${t("message.leads_to", { host })}</span>` : nothing}`;
}

/**
 * With the names of those it speaks to set off.
 * @param {string} text
 * @param {string[]} mentions
 */
function marked(text, mentions) {
  const names = house
    .get()
    .agents.filter(({ id }) => mentions.includes(id))
    .map(({ name }) => `@${name}`);
  if (!names.length) return text;
  const pattern = new RegExp(`(${names.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`);
  return text
    .split(pattern)
    .map((each) => (names.includes(each) ? html`<strong class="said-mention">${each}</strong>` : each));
}

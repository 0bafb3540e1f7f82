/** The text of a message: addresses can be opened and show where they lead; long texts are folded. */

import { html, nothing } from "lit-html";
import { excerpt } from "../../lib/excerpt.js";
import { number } from "../../lib/format.js";
import { parts } from "../../lib/links.js";
import { t } from "../../lib/texts.js";
import { expand, stepsOf } from "../../state/expanded.js";
import { workspace } from "../../state/workspace.js";

/**
 * @param {string} key of the text
 * @param {string} text
 * @param {string[]} [mentions] ids of the agents whom a note names
 */
export function words(key, text, mentions = []) {
  const steps = stepsOf(`text ${key}`);
  const { shown, long } = excerpt(text, steps);
  return html`
    <p class="message-text" dir="auto">${parts(shown).map((part) => (part.href ? link(part) : marked(part.text, mentions)))}${shown === text ? nothing : "…"}</p>
    ${long ? foldings(`text ${key}`, steps, text, shown) : nothing}`;
}

/**
 * The ways to more of a long text, and back.
 * @param {string} key
 * @param {number} steps
 * @param {string} text
 * @param {string} shown
 */
function foldings(key, steps, text, shown) {
  const isWhole = shown === text;
  const further = excerpt(text, steps + 1).shown === text ? "message.all" : "message.more_text";
  return html`
    ${isWhole ? nothing : html`<button class="link-button message-all" aria-expanded=${steps > 0} @click=${() => expand(key, steps + 1)}>${t(further, { n: number([...text].length) })}</button>`}
    ${steps ? html`<button class="link-button message-all" aria-expanded="true" @click=${() => expand(key, 0)}>${t("message.less")}</button>` : nothing}`;
}

/** @param {import("../../lib/links.js").Part} part */
function link({ text, href, host }) {
  return html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow" title=${href}><bdi>${text}</bdi></a>${host ? html` <span class="message-host">${t("message.leads_to", { host })}</span>` : nothing}`;
}

/**
 * Return the text with mentioned names set off.
 * @param {string} text
 * @param {string[]} mentions
 */
function marked(text, mentions) {
  const names = workspace
    .get()
    .agents.filter(({ id }) => mentions.includes(id))
    .map(({ name }) => `@${name}`);
  if (!names.length) return text;
  const pattern = new RegExp(`(${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`);
  return text
    .split(pattern)
    .map((piece) => (names.includes(piece) ? html`<strong class="message-mention">${piece}</strong>` : piece));
}

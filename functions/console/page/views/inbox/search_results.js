/** Search results by conversation, and what was searched. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { brief, moment } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { hashOf, place } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import { again, further, pieces, searching } from "../../state/search.js";
import { empty, failure } from "../failure.js";
import { skeletonRow } from "./list.js";
import { face, nameOf, speaker, title } from "./list_row.js";

/** Snippets of one conversation that are shown. */
const SNIPPETS = 3;

export function template() {
  const { hits, covers } = searching.get();
  return html`
    <div class="results" role="region" aria-label=${t("search.results")} @keydown=${move}>
      ${hits.length ? html`<ul>${repeat(hits, ({ conversation }) => conversation.id, result)}</ul>` : nothingYet()}
      ${covers ? html`<p class="covers" role="status">${t("search.found", { n: hits.length })} ${covers.sentence}</p>` : nothing}
      ${onward()}
    </div>`;
}

/** Return what stands in place of results. */
function nothingYet() {
  const { busy, error, words } = searching.get();
  if (error) return nothing;
  if (busy) return html`<div class="skeletons" aria-hidden="true">${[1, 2, 3].map(() => skeletonRow())}</div>`;
  return empty("search", t("search.none.title", { words }), t("search.none.text"));
}

/** The way further back, or what stopped it. */
function onward() {
  const { busy, error, cursor } = searching.get();
  if (error) return failure(error, again);
  if (!cursor) return nothing;
  const text = busy ? t("search.busy") : t("search.further");
  return html`<div class="further"><button class="button" ?disabled=${busy} @click=${further}>${text}</button></div>`;
}

/** @param {import("../../state/search.js").Hit} hit */
function result({ conversation, matches }) {
  const open = place().name === "c" && place().id === conversation.id;
  const address = hashOf("c", conversation.id, { q: searching.get().words });
  return html`
    <li class="row-item found">
      <span class="row-pick">${face(conversation)}</span>
      <a class="row" href=${address} data-id=${conversation.id} aria-current=${open ? "true" : nothing}>
        <span class="row-top">
          <strong class="row-name"><bdi>${nameOf(conversation)}</bdi></strong>
          <time datetime=${conversation.last_message_at} title=${moment(conversation.last_message_at)}>${brief(conversation.last_message_at)}</time>
        </span>
        ${matches.length ? matches.slice(0, SNIPPETS).map((match) => snippet(match, conversation.customer?.id ?? "")) : html`<span class="row-text" dir="auto">${title(conversation)}${speaker(conversation)}${conversation.preview}</span>`}
        <span class="row-marks">
          <span class="mark-word ${conversation.visibility}">${icon(conversation.visibility)}${t(`visibility.${conversation.visibility}`)}</span>
          <span class="row-quiet">${t(`inbox.status.${conversation.status}`)}</span>
          ${matches.length > SNIPPETS ? html`<span class="row-quiet">${t("search.more", { n: matches.length - SNIPPETS })}</span>` : nothing}
        </span>
      </a>
    </li>`;
}

/**
 * @param {import("../../state/search.js").Hit["matches"][number]} match
 * @param {string} customer whose name stands above
 */
function snippet({ author, snippet: text, ranges }, customer) {
  const by = html`<bdi class="snippet-by">${author.name || t("person.unknown")}</bdi>`;
  return html`
    <span class="snippet">${author.id === customer ? nothing : by}
      <span dir="auto">${pieces(text, ranges).map(({ text: piece, hit }) => (hit ? html`<mark>${piece}</mark>` : piece))}</span></span>`;
}

/** Arrows go from one result to the next. @param {KeyboardEvent} event */
function move(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  step(by);
}

/** Go to the next result, or the one before. @param {number} by */
export function step(by) {
  const links = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".results .row"))];
  const at = links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
  const from = at < 0 ? links.findIndex((link) => link.dataset.id === place().id) : at;
  links[Math.max(0, Math.min(links.length - 1, from + by))]?.focus();
}

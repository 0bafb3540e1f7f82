/** Guides of channels and of the inbox, as pages; and the guide beside the form of a connection. */

import { html, nothing } from "lit-html";
import { glyph } from "../../lib/glyphs.js";
import { icon } from "../../lib/icons.js";
import { hashOf, place } from "../../lib/router.js";
import { language, t } from "../../lib/texts.js";
import * as guides from "../../state/guides.js";
import { failure } from "../failure.js";
import * as form from "./form.js";

/** Width from which there is room for a guide beside a form. */
const BESIDE = "(width >= 1000px)";
/** The heading to which the reader was led: its guide and its name. */
let led = "";

export function enter() {
  guides.open(chosen());
}

export function leave() {
  led = "";
}

function chosen() {
  return place().query.get("guide") ?? "";
}

export function template() {
  const guide = guides.find(chosen());
  if (!guide) return html`${form.head("guides")}${list()}`;
  return html`
    <header class="tab-head">
      <a class="up" href=${hashOf("settings", "guides")}>${icon("back")}${t("settings.tab.guides")}</a>
      <h1 lang=${language() in guide.versions ? nothing : "en"}>${guides.titleOf(guide)}</h1>
    </header>
    ${article(guide.name)}`;
}

function list() {
  return html`
    ${[false, true].map(
      (channel) => html`
        <section>
          <h2 class="day-heading">${t(channel ? "settings.guides.channels" : "settings.guides.handbook")}</h2>
          <ul class="admin-card listing">
            ${guides
              .all(channel)
              .map(
                (guide) =>
                  html`<li><a class="list-row" href=${hashOf("settings", "guides", { guide: guide.name })}>${channel ? glyph(guide.name) : icon("help")}<span class="list-main">${guides.titleOf(guide)}</span></a></li>`,
              )}
          </ul>
        </section>`,
    )}`;
}

/** Return the words of a guide that was opened. @param {string} name */
function article(name) {
  const shown = guides.shown.get();
  if (shown.error) return failure(shown.error, () => guides.open(name));
  if (!shown.body || shown.name !== name) return form.skeleton();
  leadTo(place().query.get("part") ?? "");
  const isForeign = shown.language !== language();
  return html`
    ${isForeign ? html`<p class="muted">${t("settings.guides.english")}</p>` : nothing}
    <article class="guide" lang=${shown.language} dir="auto">${shown.body}</article>`;
}

/** Lead the reader to a heading, once. @param {string} part */
function leadTo(part) {
  const target = part && `${place().query.get("guide")} ${part}`;
  if (target === led) return;
  led = target;
  requestAnimationFrame(() => document.getElementById(`guide-${part}`)?.focus());
}

/**
 * Return a form with a channel's guide: beside it where there is room, else above it, folded.
 * @param {string} channel
 * @param {import("lit-html").TemplateResult} content
 */
export function besideGuide(channel, content) {
  const guide = guides.find(channel);
  if (!guide) return content;
  const title = t("settings.guides.of", { channel: guides.titleOf(guide) });
  return html`
    <div class="connect-page" @click=${openElsewhere}>
      ${
        matchMedia(BESIDE).matches
          ? html`<section class="connect-guide" aria-label=${title} tabindex="0"><h3>${title}</h3>${article(guide.name)}</section>`
          : html`<details class="connect-guide"><summary>${title}</summary>${article(guide.name)}</details>`
      }
      <div class="connect-fields">${content}</div>
    </div>`;
}

/** Open other guides beside the form, which stays. @param {Event} event */
function openElsewhere(event) {
  const link = /** @type {Element} */ (event.target).closest(".guide a[href^='#']");
  if (!link) return;
  event.preventDefault();
  window.open(link.getAttribute("href") ?? "", "_blank", "noopener");
}

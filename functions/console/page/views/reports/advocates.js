/** People who speak for the company: what they said in public, when they were thanked, and a way to do it. */

import { html, nothing } from "lit-html";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { day, moment, number, relative } from "../../lib/format.js";
import { glyph } from "../../lib/glyphs.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { hashOf, place } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { advocates, load, thank } from "../../state/advocates.js";
import { channelLabel, me } from "../../state/workspace.js";
import { empty, failure } from "../failure.js";
import { tabs, teamFilter } from "./tabs.js";

/**
 * @typedef {import("../../state/advocates.js").Advocate} Advocate
 * @typedef {import("../../state/advocates.js").Words} Words
 */

export function enter() {
  adminLists.open().catch(() => {});
  me().catch(() => {});
  load(team());
}

function team() {
  return place().query.get("team") ?? "";
}

export function template() {
  const { found, error } = advocates.get();
  return html`
    <div class="admin">
      <header class="admin-head">
        <div>
          <h1>${t("advocates.title")}</h1>
          <p class="muted">${t("advocates.lead")}</p>
        </div>
      </header>
      ${tabs()}
      <div class="admin-filters" role="group" aria-label=${t("reports.filters")}>${teamFilter()}</div>
      ${error ? failure(error, () => load(team())) : found ? content(found) : html`<div class="waiting" role="status" aria-label=${t("shell.loading")}></div>`}
    </div>`;
}

/** @param {{items: Advocate[], conversations: number, complete: boolean}} found */
function content({ items, conversations, complete }) {
  if (!items.length) return empty("person", t("advocates.none.title"), t("advocates.none.text"));
  return html`
    <ul class="admin-card listing advocates">${items.map(person)}</ul>
    <p class="muted footnote">${t(complete ? "advocates.all" : "advocates.newest", { n: conversations })}</p>`;
}

/** @param {Advocate} advocate */
function person(advocate) {
  const { channel, name, handle, audience, last_thanked_at, said } = advocate;
  const isOther = handle && handle !== name;
  return html`
    <li class="advocate">
      <div class="advocate-head">
        ${glyph(channel)}
        <h2><bdi>${name || handle || t("person.unknown")}</bdi></h2>
        <span class="muted">${channelLabel(channel)}${isOther ? html` · <bdi>${handle}</bdi>` : nothing}${audience === null ? nothing : ` · ${t("advocates.audience", { count: number(audience) })}`}</span>
        <span class="advocate-thanked ${last_thanked_at ? "" : "muted"}">${last_thanked_at ? html`${icon("check")}${t("advocates.thanked", { when: relative(last_thanked_at) })}` : t("advocates.not_thanked")}</span>
      </div>
      <ul>${said.map(words)}</ul>
    </li>`;
}

/** @param {Words} said */
async function write(said) {
  try {
    await thank(said);
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

/** @param {Words} said */
function words(said) {
  const link = safe(said.permalink);
  return html`
    <li class="advocate-words">
      <p><span class="mark-word good">${t(`advocates.cause.${said.cause}`)}</span> <time class="muted" datetime=${said.at} title=${moment(said.at)}>${day(said.at)}</time></p>
      ${said.text ? html`<blockquote dir="auto">${said.text}</blockquote>` : nothing}
      <div class="row-actions">
        ${said.thanked_at ? nothing : html`<button class="button slight" @click=${() => write(said)}>${icon("edit")}${t("advocates.thank")}</button>`}
        <a class="button slight" href=${hashOf("c", said.conversation)}>${icon("inbox")}${t("advocates.open")}</a>
        ${link ? html`<a class="button slight" href=${link.href} target="_blank" rel="noopener noreferrer">${icon("link")}${t("advocates.original")}</a>` : nothing}
      </div>
    </li>`;
}

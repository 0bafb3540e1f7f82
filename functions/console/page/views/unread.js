/** Messages that came in and could not be read: who wrote, why it failed, and who dealt with it. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import * as api from "../lib/api.js";
import { toast } from "../lib/dialogs.js";
import { explain } from "../lib/errors.js";
import { moment, relative } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { hashOf, place } from "../lib/router.js";
import { slice } from "../lib/store.js";
import { has, t } from "../lib/texts.js";
import { refresh } from "../state/unread.js";
import { channelLabel } from "../state/workspace.js";
import { empty, failure } from "./failure.js";

/** @typedef {import("../lib/schemas.js").UnreadableMessage} UnreadableMessage */

const LISTS = ["unread", "filtered", "handled"];

const part = slice("unread_list", {
  /** @type {UnreadableMessage[] | null} */
  items: null,
  more: false,
  /** @type {unknown} */
  error: null,
});

/** Return the list that is asked for. */
function list() {
  return LISTS.find((list) => list === place().id) ?? "unread";
}

export function enter() {
  part.change(() => ({ items: null, error: null }));
  load();
}

export function leave() {}

export function title() {
  return t("unread.title");
}

async function load() {
  const wanted = list();
  try {
    const { items, more } = await api.get(`/unread?list=${wanted}`);
    if (wanted === list()) part.change(() => ({ items, more, error: null }));
  } catch (error) {
    if (wanted === list()) part.change(() => ({ error }));
  }
}

export function template() {
  return html`
    <div class="admin">
      <header class="admin-head">
        <div>
          <h1>${title()}</h1>
          <p class="muted">${t("unread.lead")}</p>
        </div>
      </header>
      <nav class="unread-lists" aria-label=${t("unread.lists")}>
        ${LISTS.map((item) => html`<a class="button slight" href=${hashOf("unread", item)} aria-current=${item === list() ? "page" : "false"}>${t(`unread.list.${item}`)}</a>`)}
      </nav>
      ${body()}
    </div>`;
}

function body() {
  const { items, more, error } = part.get();
  if (error && !items) return failure(error, load);
  if (!items) return html`<p class="muted" role="status">${t("shell.loading")}</p>`;
  if (!items.length) return empty("check", t(`unread.none.${list()}.title`), t(`unread.none.${list()}.text`));
  return html`
    <ul class="admin-card listing">${repeat(items, (item) => item.id, row)}</ul>
    ${more ? html`<p class="muted">${t("unread.more")}</p>` : nothing}`;
}

/** @param {UnreadableMessage} entry */
function row(entry) {
  return html`
    <li class="list-row unread-row">
      <span class="list-main">
        <strong dir="auto">${entry.from ?? t("unread.no_sender")}</strong>
        ${entry.subject ? html`<span dir="auto">${entry.subject}</span>` : nothing}
        <span class="muted">${reason(entry.reason)}</span>
        <span class="muted"><time datetime=${entry.at} title=${moment(entry.at)}>${relative(entry.at)}</time> · ${channelLabel(entry.channel)} · ${entry.connection}</span>
        ${entry.handled_by ? html`<span class="muted">${t("unread.handled_by", { who: entry.handled_by.name ?? entry.handled_by.id ?? "", when: relative(entry.handled_at ?? "") })}</span>` : nothing}
      </span>
      ${entry.original ? html`<a class="button slight" href=${entry.original} rel="noopener noreferrer" target="_blank">${icon("download")}${t("unread.original")}</a>` : nothing}
      ${entry.handled_by ? nothing : html`<button class="button slight" @click=${() => handle(entry)}>${icon("check")}${t("unread.handle")}</button>`}
    </li>`;
}

/** A reason in words; one that is unknown here says at least that it could not be read. @param {string} code */
function reason(code) {
  const key = `unread.reason.${code.split(":")[0]}`;
  return has(key) ? t(key) : t("unread.reason.other", { code });
}

/** @param {UnreadableMessage} entry */
async function handle(entry) {
  try {
    await api.send("PUT", `/unread/${encodeURIComponent(entry.id)}`);
    part.change(({ items }) => ({ items: (items ?? []).filter(({ id }) => id !== entry.id) }));
    toast(t("unread.handled"), { kind: "good" });
    refresh();
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
    load();
  }
}

/** Messages that came in and could not be read: who wrote, why it failed, and who dealt with it. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import * as api from "../lib/api.js";
import { toast } from "../lib/dialogs.js";
import { explain } from "../lib/errors.js";
import { moment, relative } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { hashOf, place } from "../lib/router.js";
import * as session from "../lib/session.js";
import { slice } from "../lib/store.js";
import { t } from "../lib/texts.js";
import { refresh } from "../state/unread.js";
import { forget, load as loadGroups, retries, retry } from "../state/unread_retry.js";
import { channelLabel } from "../state/workspace.js";
import { empty, failure } from "./failure.js";
import { template as groups, reasonText } from "./unread_groups.js";

/** @typedef {import("../lib/schemas.js").UnreadableMessage} UnreadableMessage */

const LISTS = ["unread", "filtered", "handled"];

const part = slice("unread_list", {
  /** @type {UnreadableMessage[] | null} */
  items: null,
  /** @type {string | null} */
  cursor: null,
  busy: false,
  /** @type {unknown} */
  error: null,
});

/** Return the list that is asked for. */
function list() {
  return LISTS.find((list) => list === place().id) ?? "unread";
}

/** Grows with each list that is shown, so that an older answer is not taken for it. */
let generation = 0;

export function enter() {
  generation += 1;
  part.change(() => ({ items: null, cursor: null, error: null }));
  forget();
  reload();
}

export function leave() {
  generation += 1;
  forget();
}

/** Administrators see numbers and may try again; what was handled is done. */
function mayRetry() {
  return session.is("admin") && list() !== "handled";
}

function reload() {
  load();
  if (mayRetry()) loadGroups(list());
}

export function title() {
  return t("unread.title");
}

/** @param {string} [after] the cursor of what is shown */
async function load(after = "") {
  const mine = generation;
  part.change(() => ({ busy: true }));
  try {
    const query = new URLSearchParams({ list: list(), ...(after ? { cursor: after } : {}) });
    const page = await api.get(`/unread?${query}`);
    if (mine !== generation) return;
    part.change(({ items }) => ({
      items: after ? [...(items ?? []), ...page.items] : page.items,
      cursor: page.cursor,
      error: null,
    }));
  } catch (error) {
    if (mine === generation) part.change(() => ({ error }));
  } finally {
    if (mine === generation) part.change(() => ({ busy: false }));
  }
}

export function template() {
  return html`
    <div class="admin">
      <header class="admin-head">
        <div>
          <h1>${title()}</h1>
          <p class="muted">${t("unread.lead")}</p>
          ${session.is("lead", "admin") ? html`<p><a href=${hashOf("settings", "left-out")}>${t("left_out.link")}</a></p>` : nothing}
        </div>
      </header>
      <nav class="unread-lists" aria-label=${t("unread.lists")}>
        ${LISTS.map((item) => html`<a class="button slight" href=${hashOf("unread", item)} aria-current=${item === list() ? "page" : "false"}>${t(`unread.list.${item}`)}</a>`)}
      </nav>
      ${mayRetry() ? groups(reload) : nothing}
      ${body()}
    </div>`;
}

function body() {
  const { items, cursor, busy, error } = part.get();
  if (error && !items) return failure(error, () => load());
  if (!items) return html`<p class="muted" role="status">${t("shell.loading")}</p>`;
  if (!items.length) return empty("check", t(`unread.none.${list()}.title`), t(`unread.none.${list()}.text`));
  return html`
    <ul class="admin-card listing">${repeat(items, (item) => item.id, row)}</ul>
    ${error ? failure(error, () => load(cursor ?? "")) : nothing}
    ${cursor && !error ? html`<button class="button" ?disabled=${busy} @click=${() => load(cursor)}>${t("unread.more")}</button>` : nothing}`;
}

/** @param {UnreadableMessage} entry */
function row(entry) {
  return html`
    <li class="list-row unread-row">
      <span class="list-main">
        <strong dir="auto">${entry.from ?? t("unread.no_sender")}</strong>
        ${entry.subject ? html`<span dir="auto">${entry.subject}</span>` : nothing}
        <span class="muted">${reasonText(entry.reason)}</span>
        <span class="muted"><time datetime=${entry.at} title=${moment(entry.at)}>${relative(entry.at)}</time> · ${channelLabel(entry.channel)} · ${entry.connection}</span>
        ${notes(entry)}
      </span>
      ${mayRetry() ? again(entry) : nothing}
      ${entry.original ? html`<a class="button slight" href=${entry.original} rel="noopener noreferrer" target="_blank">${icon("download")}${t("unread.original")}</a>` : nothing}
      ${entry.handled_by ? nothing : html`<button class="button slight" @click=${() => handle(entry)}>${icon("check")}${t("unread.handle")}</button>`}
    </li>`;
}

/** Return notes of an entry: its handling by a person, or the last try and its result. @param {UnreadableMessage} entry */
function notes({ id, handled_by, handled_at, was_read, tried_at }) {
  if (handled_by) {
    const who = handled_by.name ?? handled_by.id ?? "";
    return html`<span class="muted">${t(was_read ? "unread.read_by" : "unread.handled_by", { who, when: relative(handled_at ?? "") })}</span>`;
  }
  return html`
    ${tried_at ? html`<span class="muted">${t("unread.tried", { when: relative(tried_at) })}</span>` : nothing}
    <span class="muted" role="status">${result(id)}</span>`;
}

/** @param {UnreadableMessage} entry */
function again(entry) {
  const running = retries.get().entries[entry.id] === "running";
  return html`<button class="button slight" ?disabled=${running} @click=${() => tryAgain(entry)}>${icon("refresh")}${t(running ? "unread.retrying" : "unread.retry")}</button>`;
}

/** Return the result of the last try in words. @param {string} id */
function result(id) {
  const tried = retries.get().entries[id];
  if (!tried || tried === "running") return nothing;
  return t(`unread.result.${tried.result}`, { reason: tried.reason ? reasonText(tried.reason) : "" });
}

/** @param {UnreadableMessage} entry */
async function tryAgain(entry) {
  try {
    await retry(entry.id, reload);
    const tried = retries.get().entries[entry.id];
    if (typeof tried === "object" && tried.result === "read") toast(t("unread.result.read"), { kind: "good" });
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
    reload();
  }
}

/** @param {UnreadableMessage} entry */
async function handle(entry) {
  try {
    await api.send("PUT", `/unread/${encodeURIComponent(entry.id)}`);
    part.change(({ items }) => ({ items: items?.filter(({ id }) => id !== entry.id) ?? null }));
    toast(t("unread.handled"), { kind: "good" });
    refresh();
    if (mayRetry()) loadGroups(list());
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
    reload();
  }
}

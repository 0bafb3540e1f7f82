/** Mails that were not taken in, as a machine seems to have written them: how many for which reason, from whom, and when. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import * as api from "../../lib/api.js";
import { moment, relative } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { has, t } from "../../lib/texts.js";
import { empty, failure } from "../failure.js";
import * as form from "./form.js";

/** @typedef {import("../../lib/schemas.js").LeftOutMail} LeftOutMail */

const part = slice("settings.left_out", {
  /** @type {LeftOutMail[] | null} */
  items: null,
  /** @type {{connection: string, reason: string, count: number}[]} */
  counts: [],
  more: false,
  /** @type {string | null} */
  cursor: null,
  /** @type {unknown} */
  error: null,
  busy: false,
});

export function enter() {
  load();
}

export function leave() {}

/** @param {string | null} [cursor] */
async function load(cursor = null) {
  part.change(() => ({ busy: true }));
  try {
    const [page, counted] = await Promise.all([
      api.get(`/mail/left-out${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`),
      cursor ? null : api.get("/mail/left-out/counts"),
    ]);
    part.change(({ items }) => ({
      items: cursor ? [...(items ?? []), ...page.items] : page.items,
      cursor: page.cursor,
      error: null,
      ...(counted ? { counts: counted.items, more: counted.more } : {}),
    }));
  } catch (error) {
    part.change(() => ({ error }));
  }
  part.change(() => ({ busy: false }));
}

export function template() {
  return html`${form.head("left-out")}${body()}`;
}

function body() {
  const { items, cursor, error, busy } = part.get();
  if (error && !items) return failure(error, () => load());
  if (!items) return form.skeleton();
  if (!items.length) return empty("check", t("left_out.none.title"), t("left_out.none.text"));
  return html`
    ${counts()}
    <h2>${t("left_out.mails")}</h2>
    <ul class="admin-card listing">${repeat(items, (mail) => mail.id, row)}</ul>
    ${error ? failure(error, () => load(cursor)) : nothing}
    ${cursor && !error ? html`<div class="show-more"><button class="button" ?disabled=${busy} @click=${() => load(cursor)}>${t("left_out.more")}</button></div>` : nothing}`;
}

function counts() {
  const { counts: counted, more } = part.get();
  return html`
    <section aria-labelledby="left-out-counts">
      <h2 id="left-out-counts">${t("left_out.counts")}</h2>
      <ul class="admin-card listing">${counted.map(
        ({ connection, reason, count }) => html`
          <li class="list-row"><span class="list-main"><strong>${reasonText(reason)}</strong><span class="muted"><bdi>${connection}</bdi> · ${t("left_out.count", { n: count })}</span></span></li>`,
      )}</ul>
      ${more ? html`<p class="muted">${t("left_out.counted")}</p>` : nothing}
    </section>`;
}

/** @param {LeftOutMail} mail */
function row(mail) {
  return html`
    <li class="list-row left-out-row">
      <span class="list-main">
        <strong dir="auto">${mail.from ?? t("unread.no_sender")}</strong>
        ${mail.subject ? html`<span dir="auto">${mail.subject}</span>` : nothing}
        <span class="muted">${reasonText(mail.reason)}</span>
        <span class="muted"><time datetime=${mail.at} title=${moment(mail.at)}>${relative(mail.at)}</time> · <bdi>${mail.connection}</bdi></span>
      </span>
      ${mail.original ? html`<a class="button slight" href=${mail.original} rel="noopener noreferrer" target="_blank">${icon("download")}${t("unread.original")}</a>` : nothing}
    </li>`;
}

/** Return a reason in words. @param {string} reason */
function reasonText(reason) {
  const key = `left_out.reason.${reason}`;
  return has(key) ? t(key) : reason;
}

/** Mails that were not taken in, as a machine seems to have written them: how many for which reason, from whom, and when. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { moment, relative } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { has, t } from "../../lib/texts.js";
import { pagedList } from "../../state/paged_list.js";
import { empty, failure } from "../failure.js";
import * as form from "./form.js";
import { pagedListView } from "./paged_list.js";

/** @typedef {import("../../lib/schemas.js").LeftOutMail} LeftOutMail */

/** @type {ReturnType<typeof pagedList<LeftOutMail>>} */
const mails = pagedList("settings.left_out", (query) => api.get(`/mail/left-out${query}`));

const counted = slice("settings.left_out_counts", {
  /** @type {{connection: string, reason: string, count: number}[]} */
  items: [],
  more: false,
  /** @type {unknown} */
  error: null,
});

export function enter() {
  mails.load();
  loadCounts();
}

export function leave() {}

async function loadCounts() {
  try {
    const { items, more } = await api.get("/mail/left-out/counts");
    counted.change(() => ({ items, more, error: null }));
  } catch (error) {
    counted.change(() => ({ error }));
  }
}

export function template() {
  return html`${form.head("left-out")}${pagedListView(mails, {
    row,
    none: () => empty("check", t("left_out.none.title"), t("left_out.none.text")),
    more: t("left_out.more"),
    above: () => html`${counts()}<h2>${t("left_out.mails")}</h2>`,
  })}`;
}

function counts() {
  const { items, more, error } = counted.get();
  if (error) return failure(error, loadCounts);
  return html`
    <section aria-labelledby="left-out-counts">
      <h2 id="left-out-counts">${t("left_out.counts")}</h2>
      <ul class="admin-card listing">${items.map(
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

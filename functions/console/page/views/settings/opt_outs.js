/** Customers who opted out of follow-ups. Only that they declined is stored, not who they are. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import * as api from "../../lib/api.js";
import { confirm, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { moment, relative } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { hashOf } from "../../lib/router.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { empty, failure } from "../failure.js";
import * as form from "./form.js";

/** @typedef {import("../../lib/schemas.js").OptOut} OptOut */

const part = slice("settings.opt_outs", {
  /** @type {OptOut[] | null} */
  items: null,
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
    const page = await api.get(`/opt-outs${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`);
    part.change(({ items }) => ({
      items: cursor ? [...(items ?? []), ...page.items] : page.items,
      cursor: page.cursor,
      error: null,
    }));
  } catch (error) {
    part.change(() => ({ error }));
  }
  part.change(() => ({ busy: false }));
}

export function template() {
  return html`${form.head("opt-outs")}${body()}`;
}

function body() {
  const { items, cursor, error, busy } = part.get();
  if (error && !items) return failure(error, () => load());
  if (!items) return form.skeleton();
  if (!items.length && !cursor)
    return empty("check", t("settings.opt_outs.none.title"), t("settings.opt_outs.none.text"));
  return html`
    <ul class="admin-card listing">${repeat(items, (optOut) => optOut.id, row)}</ul>
    ${cursor ? html`<div class="show-more"><button class="button" ?disabled=${busy} @click=${() => load(cursor)}>${t("follow_ups.more")}</button></div>` : nothing}`;
}

/** @param {OptOut} declined */
function row(declined) {
  return html`
    <li class="list-row">
      <span class="list-main">
        <strong>${t("settings.opt_outs.declined", { when: relative(declined.declined_at) })}</strong>
        <span class="muted"><time datetime=${declined.declined_at}>${moment(declined.declined_at)}</time> · ${adminLists.channelLabel(declined.channel)} · ${declined.connection}</span>
      </span>
      ${declined.conversation ? html`<a class="button slight" href=${hashOf("c", declined.conversation)}>${t("settings.opt_outs.open")}</a>` : nothing}
      <button class="button slight" @click=${() => lift(declined)}>${icon("undo")}${t("settings.opt_outs.lift")}</button>
    </li>`;
}

/** @param {OptOut} declined */
async function lift(declined) {
  const agreed = await confirm({
    title: t("settings.opt_outs.lift_title"),
    text: t("settings.opt_outs.lift_text"),
    action: t("settings.opt_outs.lift"),
  });
  if (!agreed) return;
  try {
    await api.send("DELETE", `/opt-outs/${encodeURIComponent(declined.id)}`);
    part.change(({ items }) => ({ items: (items ?? []).filter(({ id }) => id !== declined.id) }));
    toast(t("settings.opt_outs.lifted"), { kind: "good" });
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

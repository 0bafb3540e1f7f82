/** Notifications of a team: to Slack, Microsoft Teams, or by email. Addresses are written, never read. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import * as api from "../../lib/api.js";
import { announce, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { focusOn } from "../../lib/typed_ahead.js";
import { Editor } from "../../state/editor.js";
import * as form from "./form.js";

/** @typedef {{id?: string, kind: string, to: string, on: string[], address?: string}} Notice */

const KINDS = ["slack", "teams", "email"];
const OCCASIONS = ["missed", "still_broken", "failed", "approval", "search_paused"];

/** @type {Editor<{items: Notice[]}>} */
const editor = new Editor("notices", {
  read: async (team) => ({ items: (await api.get(pathOf(team))).items }),
  write: async (team, draft) => ({ items: (await api.send("PUT", pathOf(team), asWritten(draft))).items }),
});
const test = slice("settings.notifications.test", {
  busy: false,
  /** @type {{id: string, kind: string, ok: boolean, reason: string | null}[]} How it went at each address. */
  tried: [],
});

/** @param {string} team */
function pathOf(team) {
  return `/teams/${encodeURIComponent(team)}/notices`;
}

/** @param {{items: Notice[]}} draft */
function asWritten({ items }) {
  // Of a known address only its end is known here; without a new one it stays.
  return { items: items.map(({ id, kind, on, address }) => ({ id, kind, on, to: address?.trim() || undefined })) };
}

export function enter() {
  editor.open(form.teamName());
}

export function leave() {
  editor.close();
  test.change(() => ({ tried: [] }));
}

export function template() {
  return html`
    ${form.head("notices")}
    ${form.teamPicker("notices")}
    ${form.shown(editor, (draft) => html`${list(draft.items)} ${adding()} ${trying(draft.items)} ${form.saveBar(editor, { blocked: blocked(draft.items) })}`)}`;
}

/** @param {Notice[]} items */
function blocked(items) {
  if (items.some((item) => !item.to && !item.address?.trim())) return t("settings.notifications.address_missing");
  return items.some(({ on }) => !on.length) ? t("settings.notifications.no_occasion") : "";
}

/** @param {Notice[]} items */
function list(items) {
  if (!items.length) return html`<p class="admin-card admin-setting muted">${t("settings.notifications.none")}</p>`;
  return html`<ul class="admin-cards">${items.map(one)}</ul>`;
}

/**
 * @param {Notice} notice
 * @param {number} at
 */
function one(notice, at) {
  const id = `notice-${at}`;
  const kept = notice.to && notice.address === undefined;
  return html`
    <li class="admin-card admin-setting">
      <div class="connection-head">
        <h2>${t(`settings.notifications.kind.${notice.kind}`)}</h2>
        <button class="icon-button" aria-label=${t("settings.notifications.remove", { kind: t(`settings.notifications.kind.${notice.kind}`) })} @click=${() =>
          editor.change(({ items }) => {
            items.splice(at, 1);
          })}>${icon("trash")}</button>
      </div>
      ${
        kept
          ? html`
            <div class="field">
              <span class="label">${t(`settings.notifications.address.${notice.kind}`)}</span>
              <div class="stored-address"><span>${t("settings.notifications.ends", { end: notice.to.replace(/^…/, "") })}</span>
                <button class="button slight" @click=${() => change(at, { address: "" })}>${t("settings.notifications.replace")}</button></div>
            </div>`
          : form.field(
              id,
              t(`settings.notifications.address.${notice.kind}`),
              form.input(id, notice.address ?? "", (address) => change(at, { address }), {
                type: notice.kind === "email" ? "email" : "url",
                hint: "address",
                wrong: editor.wrong(`${at}`),
                maxlength: 2000,
                required: true,
              }),
              { hint: t(`settings.notifications.hint.${notice.kind}`), wrong: editor.wrong(`${at}`) },
            )
      }
      <fieldset class="ticks">
        <legend class="label">${t("settings.notifications.when")}</legend>
        ${OCCASIONS.map((occasion) => occasionBox(notice, at, occasion))}
      </fieldset>
    </li>`;
}

/**
 * @param {Notice} notice
 * @param {number} at
 * @param {string} occasion
 */
function occasionBox(notice, at, occasion) {
  const changed = (/** @type {any} */ event) =>
    change(at, {
      on: OCCASIONS.filter((other) => (other === occasion ? event.target.checked : notice.on.includes(other))),
    });
  return html`
    <label class="ticked"><input type="checkbox" .checked=${live(notice.on.includes(occasion))} @change=${changed}>${t(`settings.notifications.on.${occasion}`)}</label>`;
}

/**
 * @param {number} at
 * @param {Partial<Notice>} changed
 */
function change(at, changed) {
  editor.change(({ items }) => {
    items[at] = { ...items[at], ...changed };
  });
}

function adding() {
  return html`
    <div class="row-actions">
      ${KINDS.map((kind) => html`<button class="button" @click=${() => add(kind)}>${icon("plus")}${t(`settings.notifications.add.${kind}`)}</button>`)}
    </div>`;
}

/** @param {string} kind */
function add(kind) {
  editor.change(({ items }) => {
    items.push({ kind, to: "", on: ["missed", "still_broken"], address: "" });
  });
  const at = (editor.draft?.items.length ?? 1) - 1;
  focusOn(() => document.getElementById(`notice-${at}`));
}

/** @param {Notice[]} items */
function trying(items) {
  if (!items.length) return nothing;
  const { busy, tried } = test.get();
  return form.card(
    t("settings.notifications.test_title"),
    html`
      <div class="row-actions"><button class="button" ?disabled=${busy || editor.dirty} @click=${send}>${icon("send")}${t(busy ? "settings.notifications.testing" : "settings.notifications.test")}</button></div>
      <ul class="tried" aria-live="polite">${tried.map(outcome)}</ul>`,
    t(editor.dirty ? "settings.notifications.test_after_saving" : "settings.notifications.test_lead"),
  );
}

/** Return the result of a test at one address. @param {{kind: string, ok: boolean, reason: string | null}} tried */
function outcome({ kind, ok, reason }) {
  const fields = { kind: t(`settings.notifications.kind.${kind}`), reason: reason ?? "" };
  return html`
    <li><span class="mark-word ${ok ? "good" : "bad"}">${icon(ok ? "check" : "alert")}${t(ok ? "settings.notifications.ok" : "settings.notifications.not_ok", fields)}</span></li>`;
}

async function send() {
  test.change(() => ({ busy: true }));
  try {
    const { items } = await api.send("POST", `${pathOf(form.teamName())}/test`, {});
    test.change(() => ({ tried: items }));
    announce(t("settings.notifications.tested"));
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 12 });
  }
  test.change(() => ({ busy: false }));
}

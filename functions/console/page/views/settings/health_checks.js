/** System status: the checks that can run here; for administrators. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { icon } from "../../lib/icons.js";
import * as session from "../../lib/session.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { empty, failure } from "../failure.js";
import * as form from "./form.js";

/** @typedef {import("../../lib/schemas.js").HealthCheck} HealthCheck */

const ICONS = /** @type {const} */ ({ ok: "check", finding: "alert", unseen: "hidden", unneeded: "close" });

const part = slice("settings.checks", {
  /** @type {HealthCheck[] | null} */
  items: null,
  /** @type {unknown} */
  error: null,
});

export function enter() {
  if (session.is("admin")) load();
}

export function leave() {
  part.change(() => ({ items: null, error: null }));
}

async function load() {
  part.change(() => ({ items: null, error: null }));
  try {
    const { items } = await api.getAll("/checks");
    part.change(() => ({ items }));
  } catch (error) {
    part.change(() => ({ error }));
  }
}

export function template() {
  if (!session.is("admin")) {
    return html`${form.head("checks")}${empty("private", t("settings.checks.forbidden.title"), t("settings.checks.forbidden.text"))}`;
  }
  const again = html`<button class="button" @click=${load}>${icon("refresh")}${t("settings.checks.again")}</button>`;
  return html`${form.head("checks", again)}${body()}`;
}

function body() {
  const { items, error } = part.get();
  if (error) return failure(error, load);
  if (!items) return form.skeleton();
  const findings = items.filter(({ state }) => state === "finding").length;
  return html`
    <p role="status">${t("settings.checks.found", { count: findings })}</p>
    <ul class="admin-card listing">${items.map(row)}</ul>`;
}

/** @param {{title: string, state: keyof typeof ICONS, text: string, next: string | null}} check */
function row({ title, state, text, next }) {
  return html`
    <li class="list-row check" data-state=${state}>
      ${icon(ICONS[state])}
      <span class="list-main">
        <strong>${title}</strong>
        <span>${text}</span>
        ${next ? html`<span class="muted">${t("settings.checks.next", { step: next })}</span>` : nothing}
      </span>
    </li>`;
}

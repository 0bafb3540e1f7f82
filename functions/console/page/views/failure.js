/** Panels in place of something that could not be loaded or is empty: what happened, and what helps. */

import { html, nothing } from "lit-html";
import { ApiError } from "../lib/api.js";
import { explain } from "../lib/errors.js";
import { icon } from "../lib/icons.js";
import { loadPart } from "../lib/load_part.js";
import { t } from "../lib/texts.js";
import { openLoaded } from "../lib/typed_ahead.js";

/**
 * A panel for an error; with `again`, a button that tries once more.
 * @param {unknown} error
 * @param {() => void} [again]
 */
export function failure(error, again) {
  const { title, text } = explain(error);
  const needsStep = error instanceof ApiError && error.code === "second_step";
  return html`
    <div class="empty" role="alert">
      <div class="empty-icon bad">${icon("alert")}</div>
      <h2>${title}</h2>
      <p>${text}</p>
      ${needsStep ? html`<button class="button primary" @click=${openAccount}>${t("account.second.menu")}</button>` : nothing}
      ${again ? html`<button class="button" @click=${again}>${t("failure.again")}</button>` : nothing}
    </div>`;
}

/** Open the dialog for two-step sign-in; loaded when it is needed. */
async function openAccount() {
  await openLoaded(
    () => loadPart(() => import("./admin.js")),
    ({ account }) => account.open(),
  );
}

/**
 * A panel where there is nothing, and that is as it should be.
 * @param {Parameters<typeof icon>[0]} drawing
 * @param {string} title
 * @param {string} text
 * @param {unknown} [action] a button or link that leads on
 */
export function empty(drawing, title, text, action = nothing) {
  return html`
    <div class="empty">
      <div class="empty-icon">${icon(drawing)}</div>
      <h2>${title}</h2>
      <p>${text}</p>
      ${action}
    </div>`;
}

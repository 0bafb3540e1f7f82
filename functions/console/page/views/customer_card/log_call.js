/** The form on a customer's card that logs a call or a visit. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { icon } from "../../lib/icons.js";
import { t } from "../../lib/texts.js";
import * as state from "../../state/customer_card.js";
import { channelLabel } from "../../state/workspace.js";
import { options } from "../options.js";

const usual = { kind: "phone", summary: "", resolve: true };
let draft = { ...usual };
let isOpen = false;

export function reset() {
  draft = { ...usual };
  isOpen = false;
}

/**
 * @param {import("../../lib/schemas.js").CustomerCard} card
 * @param {() => void} redraw
 */
export function template(card, redraw) {
  const toggle = () => {
    isOpen = !isOpen;
    redraw();
  };
  const button = html`<button class="button" aria-expanded=${String(isOpen)} @click=${toggle}>${icon("plus")}${t("settings.card.log")}</button>`;
  return html`${button}${isOpen ? form(card, redraw) : nothing}`;
}

/**
 * @param {import("../../lib/schemas.js").CustomerCard} card
 * @param {() => void} redraw
 */
function form(card, redraw) {
  const save = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (draft.summary.trim() && (await state.logCall(card, draft))) reset();
    redraw();
  };
  return html`
    <form class="stacked card-log" @submit=${save}>
      <div class="field"><label for="call-kind">${t("settings.card.log_kind")}</label>
        <select class="input" id="call-kind" @change=${(/** @type {any} */ event) => {
          draft.kind = event.target.value;
        }}>
          ${options(
            draft.kind,
            ["phone", "visit"].map((kind) => [kind, channelLabel(kind)]),
          )}
        </select></div>
      <div class="field"><label for="call-summary">${t("settings.card.log_summary")}</label>
        <textarea class="input" id="call-summary" rows="3" dir="auto" maxlength="20000" required .value=${live(draft.summary)} @input=${(
          /** @type {any} */ event,
        ) => {
          draft.summary = event.target.value;
        }}></textarea></div>
      <label for="call-resolve"><input type="checkbox" id="call-resolve" .checked=${live(draft.resolve)} @change=${(
        /** @type {any} */ event,
      ) => {
        draft.resolve = event.target.checked;
      }}> ${t("settings.card.log_resolve")}</label>
      <p class="muted">${t("settings.card.log_hint")}</p>
      <div class="buttons"><button class="button primary">${t("settings.card.log_save")}</button></div>
    </form>`;
}

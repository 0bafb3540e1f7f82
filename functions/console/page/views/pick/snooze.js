/** Picker of the time until which a conversation is snoozed. */

import { html, nothing } from "lit-html";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { localInput, snoozeChoices } from "../../lib/times.js";
import { focusOn } from "../../lib/typed_ahead.js";
import { openPick } from "./dialog.js";

/**
 * Ask until when. Resolves with the time as `POST …/snooze` takes it, and in words.
 * @param {Element | null | undefined} anchor what opened it
 * @returns {Promise<{until: string, label: string} | undefined>}
 */
export function openSnooze(anchor) {
  const now = new Date();
  const own = { open: false, value: localInput(snoozeChoices(now).find(({ id }) => id === "tomorrow")?.at ?? now) };
  const choose = () => {
    own.open = true;
    schedule();
    focusOn(() => document.getElementById("snooze-own"));
  };
  return openPick(
    anchor,
    t("pick.snooze.title"),
    (close) => html`
      <h2 class="pick-title">${t("pick.snooze.title")}</h2>
      <div class="pick-list" @keydown=${move}>
        ${snoozeChoices(now).map(
          ({ id, at }, index) => html`
            <button class="pick-option" ?autofocus=${index === 0} @click=${() => close(answer(at))}>
              <span class="pick-label">${t(`pick.snooze.${id}`)}</span><span class="pick-hint">${soon(at.getTime())}</span>
            </button>`,
        )}
        ${own.open ? nothing : html`<button class="pick-option" @click=${choose}><span class="pick-label">${t("pick.snooze.own")}</span>${icon("clock")}</button>`}
      </div>
      ${own.open ? ownTime(own, close) : nothing}`,
  );
}

/**
 * @param {{value: string}} own
 * @param {(value?: {until: string, label: string}) => void} close
 */
function ownTime(own, close) {
  const chosen = new Date(own.value);
  const good = chosen.getTime() > Date.now();
  const type = (/** @type {Event} */ event) => {
    own.value = /** @type {HTMLInputElement} */ (event.target).value;
    schedule();
  };
  const take = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (good) close(answer(chosen));
  };
  return html`
    <form class="pick-note" @submit=${take}>
      <label for="snooze-own">${t("pick.snooze.until")}</label>
      <input id="snooze-own" class="input" type="datetime-local" min=${localInput(new Date())} .value=${own.value} @input=${type}>
      ${good ? nothing : html`<p class="wrong" role="status">${t("pick.snooze.past")}</p>`}
      <button class="button primary" ?disabled=${!good}>${t("pick.snooze.take")}</button>
    </form>`;
}

/** @param {Date} at */
function answer(at) {
  return { until: at.toISOString(), label: soon(at.getTime()) };
}

/** Arrows move between the choices. @param {KeyboardEvent} event */
function move(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const buttons = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("button")];
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  buttons[(at + by + buttons.length) % buttons.length].focus();
}

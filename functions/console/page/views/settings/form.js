/** The parts of which the settings are made: cards, fields, durations in words, and the bar that saves. */

import { html, noChange, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { isoOf, lengthOf } from "../../lib/durations.js";
import { icon } from "../../lib/icons.js";
import { go, hashOf, place } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { failure } from "../failure.js";
import { options as optionsOf } from "../options.js";

/**
 * @typedef {import("../../lib/durations.js").Unit} Unit
 * @typedef {import("../../state/editor.js").Editor<any>} Editor
 */

/**
 * The head of a page of the settings: its name, what it is for, and what can be done.
 * @param {string} tab
 * @param {unknown} [actions]
 */
export function head(tab, actions = nothing) {
  return html`
    <header class="tab-head">
      <a class="up narrow-only" href=${hashOf("settings", "all")}>${icon("back")}${t("shell.settings")}</a>
      <div class="tab-title">
        <div>
          <h1>${t(`settings.tab.${tab}`)}</h1>
          <p class="muted">${t(`settings.lead.${tab}`)}</p>
        </div>
        ${actions}
      </div>
    </header>`;
}

/**
 * Return the team whose settings are shown: the one that is asked for, whether it exists or not, else the agent's own.
 */
export function teamName() {
  const { own } = adminLists.lists.get();
  return place().query.get("team") || own[0] || adminLists.teams()[0]?.name || "";
}

/** Choose the team, where there are several. @param {string} tab */
export function teamPicker(tab) {
  const chosen = teamName();
  const teams = adminLists.teams().map((team) => [team.name, adminLists.labelOf(team)]);
  if (teams.length < 2 && (teams[0]?.[0] ?? "") === chosen) return nothing;
  return html`
    <label class="field team-picker">
      <span class="label">${t("settings.for_team")}</span>
      <select class="input" @change=${(/** @type {any} */ event) => chooseTeam(tab, event.target)}>
        ${optionsOf(chosen, teams)}
      </select>
    </label>`;
}

/**
 * @param {string} tab
 * @param {HTMLSelectElement} select
 */
async function chooseTeam(tab, select) {
  await go(hashOf("settings", tab, { team: select.value }));
  // Who would rather stay, stays with the team that is shown.
  select.value = teamName();
}

/**
 * @param {string} heading
 * @param {unknown} body
 * @param {string} [lead]
 */
export function card(heading, body, lead = "") {
  return html`
    <section class="admin-card admin-setting">
      <div class="setting-head">
        <h2>${heading}</h2>
        ${lead ? html`<p class="muted">${lead}</p>` : nothing}
      </div>
      ${body}
    </section>`;
}

/**
 * A field with its label, a hint, and what is wrong with it. `control` gets what ties it to them.
 * @param {string} id
 * @param {string} label
 * @param {unknown} control
 * @param {{hint?: string, wrong?: string}} [beside]
 */
export function field(id, label, control, { hint = "", wrong = "" } = {}) {
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      ${control}
      ${hint ? html`<span class="hint" id=${`${id}-hint`}>${hint}</span>` : nothing}
      ${problem(id, wrong)}
    </div>`;
}

/**
 * Return the error of a field, below it.
 * @param {string} id
 * @param {string} wrong
 */
export function problem(id, wrong) {
  return wrong ? html`<span class="wrong" id=${`${id}-wrong`} role="alert">${icon("alert")}${wrong}</span>` : nothing;
}

/**
 * A line of text.
 * @param {string} id
 * @param {string} value
 * @param {(value: string) => void} changed
 * @param {{wrong?: string, hint?: string, type?: string, list?: string, placeholder?: string, label?: string, required?: boolean, maxlength?: number}} [options]
 */
export function input(id, value, changed, options = {}) {
  const { wrong, hint, type = "text", list, placeholder, label, required = false, maxlength = 200 } = options;
  return html`
    <input class="input" id=${id} type=${type} dir="auto" autocomplete="off" maxlength=${maxlength}
      list=${list ?? nothing} placeholder=${placeholder ?? nothing} aria-label=${label ?? nothing} ?required=${required}
      aria-invalid=${wrong ? "true" : nothing} aria-describedby=${describedBy(id, hint, wrong)}
      .value=${live(value)} @input=${(/** @type {any} */ event) => changed(event.target.value)}>`;
}

/**
 * Return a field for several words, separated by commas. What is being typed stays as it is typed.
 * @param {string} id
 * @param {string[]} list
 * @param {(list: string[]) => void} changed
 * @param {{hint?: string, label?: string, placeholder?: string}} [options]
 */
export function words(id, list, changed, { hint, label, placeholder } = {}) {
  const typed = (/** @type {any} */ event) => changed(split(event.target.value));
  return html`
    <input class="input" id=${id} dir="auto" autocomplete="off" maxlength="2000" placeholder=${placeholder ?? nothing}
      aria-label=${label ?? nothing} aria-describedby=${describedBy(id, hint)}
      .value=${document.activeElement?.id === id ? noChange : live(list.join(", "))} @input=${typed}>`;
}

/** @param {string} text */
function split(text) {
  const list = text.split(",").map((word) => word.trim());
  return [...new Set(list.filter(Boolean))];
}

/**
 * @param {string} id
 * @param {string} [hint]
 * @param {string} [wrong]
 */
export function describedBy(id, hint, wrong) {
  const names = [hint ? `${id}-hint` : "", wrong ? `${id}-wrong` : ""].filter(Boolean);
  return names.length ? names.join(" ") : nothing;
}

/**
 * Return a field to choose one of several. It shows `value` also where that is not among the options; where it has to be
 * chosen (`required`), a form is not sent without.
 * @param {string} id
 * @param {string} value
 * @param {string[][]} options values and texts
 * @param {(value: string) => void} changed
 * @param {{wrong?: string, hint?: string, label?: string, disabled?: boolean, required?: boolean, nameOf?: (value: string) => string}} [beside]
 *   `nameOf` is the text of a value that is not among the options
 */
export function select(id, value, options, changed, beside = {}) {
  const { wrong, hint, label, disabled = false, required = false, nameOf } = beside;
  return html`
    <select class="input" id=${id} aria-label=${label ?? nothing} aria-invalid=${wrong ? "true" : nothing} ?disabled=${disabled} ?required=${required}
      aria-describedby=${describedBy(id, hint, wrong)} @change=${(/** @type {any} */ event) => changed(event.target.value)}>
      ${optionsOf(value, options, nameOf)}
    </select>`;
}

/**
 * A switch with a sentence beside it.
 * @param {string} id
 * @param {string} label
 * @param {boolean} checked
 * @param {(checked: boolean) => void} changed
 * @param {string} [hint]
 */
export function toggle(id, label, checked, changed, hint = "") {
  return html`
    <div class="switch">
      <input type="checkbox" id=${id} .checked=${live(checked)} aria-describedby=${describedBy(id, hint)} @change=${(/** @type {any} */ event) => changed(event.target.checked)}>
      <label for=${id}>${label}</label>
      ${hint ? html`<span class="hint" id=${`${id}-hint`}>${hint}</span>` : nothing}
    </div>`;
}

/**
 * A duration: a number and a unit, as it stands in a sentence.
 * @param {string} id
 * @param {string} iso
 * @param {(iso: string) => void} changed
 * @param {{units: Unit[], kind?: string, label: string, wrong?: string}} options `kind` is how units are put: `within`, `after`
 */
export function duration(id, iso, changed, { units, kind = "within", label, wrong }) {
  const length = lengthOf(iso, units.at(-1)) ?? { count: 1, unit: units[0] };
  const inUnit = (/** @type {string} */ unit) => t(`duration.${kind}.${unit}`);
  const typed = (/** @type {any} */ event) => {
    const { valueAsNumber, validity } = event.target;
    if (validity.valid) changed(isoOf({ ...length, count: valueAsNumber }));
  };
  const left = (/** @type {any} */ event) => {
    // Half a number, or none, is reset.
    event.target.value = String(length.count);
  };
  return html`
    <span class="duration">
      <input class="input" id=${id} type="number" inputmode="numeric" min="1" max="9999" required aria-label=${label}
        aria-invalid=${wrong ? "true" : nothing} aria-describedby=${describedBy(id, "", wrong)} .value=${document.activeElement?.id === id ? noChange : live(String(length.count))} @input=${typed} @change=${left}>
      <select class="input" aria-label=${t("duration.unit")} @change=${(/** @type {any} */ event) => changed(isoOf({ ...length, unit: event.target.value }))}>
        ${optionsOf(
          length.unit,
          units.map((unit) => [unit, inUnit(unit)]),
          inUnit,
        )}
      </select>
    </span>`;
}

/**
 * The bar that saves: there as soon as something was changed.
 * @param {Editor} editor
 * @param {{action?: string, run?: () => unknown, blocked?: string}} [options] `blocked` says why it cannot be saved as it is
 */
export function saveBar(editor, { action = t("settings.save"), run = () => editor.save(), blocked = "" } = {}) {
  const { saving } = editor.part.get();
  const wrong = editor.wrong(null);
  if (!editor.dirty && !wrong) return nothing;
  return html`
    <div class="save-bar" role="group" aria-label=${t("settings.changes")}>
      ${wrong ? html`<p class="wrong" tabindex="-1">${icon("alert")}<span>${wrong}</span></p>` : html`<p>${blocked || t("settings.changed")}</p>`}
      <button class="button" ?disabled=${saving} @click=${() => editor.discard()}>${t("settings.discard")}</button>
      <button class="button primary" ?disabled=${saving || Boolean(blocked)} @click=${run}>${saving ? t("settings.saving") : action}</button>
    </div>`;
}

/**
 * Return what an editor shows: its page, a placeholder while it is read, or why it cannot be.
 * @param {Editor} editor
 * @param {(draft: any) => unknown} body
 */
export function shown(editor, body) {
  const { draft, error, key } = editor.part.get();
  if (draft) return body(draft);
  return error ? failure(error, () => editor.open(key)) : skeleton();
}

/** A page that is on its way. */
export function skeleton() {
  return html`
    <p class="unseen" role="status">${t("shell.loading")}</p>
    ${[1, 2].map(
      () =>
        html`<div class="admin-card admin-setting" aria-hidden="true"><div class="is-loading grey-line brief-line"></div><div class="is-loading grey-line"></div><div class="is-loading grey-line"></div></div>`,
    )}`;
}

/**
 * Do something instead of what the browser does with an event, such as sending a form.
 * @param {Event} event
 * @param {() => void} then
 */
export function prevented(event, then) {
  event.preventDefault();
  then();
}

/** Routing rules: which team a new conversation goes to, in an order, tested on past messages before they are saved. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { announce } from "../../lib/dialogs.js";
import { number } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { focusOn } from "../../lib/typed_ahead.js";
import * as adminLists from "../../state/admin_lists.js";
import { attempt, editor, keyed, part, readConnections } from "../../state/routing_rules.js";
import * as form from "./form.js";
import { details } from "./routing_rule.js";
import { sentence } from "./routing_sentence.js";
import { trialCard, trySaving } from "./routing_test.js";

/**
 * @typedef {import("../../lib/schemas.js").RoutingRule} RoutingRule
 * @typedef {RoutingRule & {key: string}} Rule with a key that stays when the rule is moved or renamed
 * @typedef {import("../../lib/schemas.js").RoutingTest} Trial
 */

export function enter() {
  editor.open();
  // What there is to choose from; the rules themselves can be read and written without.
  adminLists.openAgents().catch(() => schedule());
  readConnections();
}

export function leave() {
  editor.close();
  part.change(() => ({ trial: null, open: "", wrong: "" }));
}

export function template() {
  return html`
    ${form.head("routing")}
    ${form.shown(
      editor,
      (draft) => html`
        ${rules(draft.rules)}
        ${part.get().trial ? trialCard(/** @type {Trial} */ (part.get().trial)) : nothing}
        ${part.get().wrong ? html`<div class="admin-notice bad" role="alert">${icon("alert")}<div><p>${part.get().wrong}</p></div></div>` : nothing}
        ${form.saveBar(editor, { action: t("settings.routing.save"), run: trySaving, blocked: blocked(draft.rules) })}`,
    )}`;
}

/** @param {Rule[]} list */
function blocked(list) {
  if (list.some(({ name }) => !name.trim())) return t("settings.routing.unnamed");
  if (list.some(({ team }) => !team)) return t("settings.routing.no_team");
  const names = list.map(({ name }) => name.trim());
  return new Set(names).size < names.length ? t("settings.routing.same_name") : "";
}

/** @param {Rule[]} list */
export function rules(list) {
  return html`
    <ol class="admin-cards rules">
      ${repeat(
        list,
        ({ key }) => key,
        (rule, at) => one(rule, at, list.length),
      )}
      <li class="admin-card admin-setting admin-rule otherwise"><p><strong>${t("settings.routing.otherwise")}</strong> ${t("settings.routing.otherwise_text")}</p></li>
    </ol>
    <div class="row-actions">
      <button class="button" @click=${add}>${icon("plus")}${t("settings.routing.add")}</button>
      ${list.length ? html`<button class="button" ?disabled=${part.get().trying || Boolean(blocked(list))} @click=${() => attempt()}>${icon("search")}${t(part.get().trying ? "settings.routing.trying" : "settings.routing.try")}</button>` : nothing}
    </div>`;
}

/**
 * @param {Rule} rule
 * @param {number} at
 * @param {number} all
 */
export function one(rule, at, all) {
  const isOpen = part.get().open === rule.key;
  const wrong = editor.wrong(`rule ${at + 1}`);
  return html`
    <li class="admin-card admin-setting admin-rule" id=${rule.key}>
      <div class="rule-head">
        <span class="rule-place" aria-hidden="true">${number(at + 1)}</span>
        <div class="list-main"><h2 dir="auto">${rule.name || t("settings.routing.new")}</h2><span class="muted">${sentence(rule)}</span></div>
        <div class="rule-buttons">
          <button class="icon-button up-button" ?disabled=${at === 0} aria-label=${t("settings.routing.up", { name: rule.name })} title=${t("settings.routing.up_short")} @click=${() => move(at, -1)}>${icon("down")}</button>
          <button class="icon-button" ?disabled=${at === all - 1} aria-label=${t("settings.routing.down", { name: rule.name })} title=${t("settings.routing.down_short")} @click=${() => move(at, 1)}>${icon("down")}</button>
          <button class="icon-button" aria-expanded=${isOpen} aria-label=${t("settings.routing.edit", { name: rule.name })} title=${t("settings.routing.edit_short")} @click=${() => part.change(() => ({ open: isOpen ? "" : rule.key }))}>${icon("edit")}</button>
        </div>
      </div>
      ${wrong ? form.problem(rule.key, wrong) : nothing}
      ${isOpen ? details(rule, at) : nothing}
    </li>`;
}

function add() {
  const rule = keyed({
    name: "",
    when: { channels: [], connections: [], words: [], languages: [], hours: null },
    team: adminLists.teams()[0]?.name ?? "",
    tags: [],
    assignee: null,
  });
  editor.change((draft) => {
    draft.rules.push(rule);
  });
  part.change(() => ({ open: rule.key, trial: null, wrong: "" }));
  focusLater(`#${rule.key}-name`);
}

/** @param {number} at */
export function remove(at) {
  editor.change((draft) => {
    draft.rules.splice(at, 1);
  });
  part.change(() => ({ open: "", trial: null, wrong: "" }));
}

/**
 * Another place in the order. The button that was pressed keeps the focus, so that it can be pressed again.
 * @param {number} at
 * @param {number} by
 */
function move(at, by) {
  const rule = editor.draft?.rules[at];
  if (!rule) return;
  editor.change((draft) => {
    draft.rules.splice(at + by, 0, ...draft.rules.splice(at, 1));
  });
  part.change(() => ({ trial: null, wrong: "" }));
  announce(t("settings.routing.moved", { name: rule.name, place: number(at + by + 1) }));
  focusLater(
    `#${rule.key} .rule-buttons button:nth-child(${by < 0 ? 1 : 2}):not(:disabled), #${rule.key} .rule-buttons button:not(:disabled)`,
  );
}

/** @param {string} selector */
function focusLater(selector) {
  focusOn(() => document.querySelector(selector));
}

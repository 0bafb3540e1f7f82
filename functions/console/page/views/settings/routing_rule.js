/** The form of one routing rule. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { withHeld } from "../../lib/choices.js";
import { icon } from "../../lib/icons.js";
import { DAYS } from "../../lib/opening_hours.js";
import { t } from "../../lib/texts.js";
import { toggledAmong } from "../../lib/ticked.js";
import * as adminLists from "../../state/admin_lists.js";
import { change, connectionChoices, part } from "../../state/routing_rules.js";
import * as form from "./form.js";
import { remove } from "./routing.js";
import { dayName } from "./routing_sentence.js";

/**
 * @typedef {import("../../lib/schemas.js").RoutingRule} RoutingRule
 * @typedef {RoutingRule & {key: string}} Rule with a key that stays when the rule is moved or renamed
 */

const LANGUAGES = /** @type {const} */ (["en", "de"]);

/**
 * @param {Rule} rule
 * @param {number} at
 */
export function details(rule, at) {
  const { when, assignee } = rule;
  const id = (/** @type {string} */ name) => `${rule.key}-${name}`;
  const channels = adminLists.lists.get().channels;
  const { connections } = part.get();
  return html`
    <div class="rule-body stacked">
      ${form.field(
        id("name"),
        t("settings.routing.name"),
        form.input(
          id("name"),
          rule.name,
          (name) =>
            change(at, (draftRule) => {
              draftRule.name = name;
            }),
          { hint: "name", maxlength: 100, required: true },
        ),
        { hint: t("settings.routing.name_hint") },
      )}
      <h3>${t("settings.routing.when")}</h3>
      ${
        channels.length > 1
          ? boxes(
              t("settings.routing.channels"),
              channels.map(({ name, label }) => [name, label]),
              when.channels,
              (chosen) =>
                change(at, (draftRule) => {
                  draftRule.when.channels = chosen;
                }),
            )
          : nothing
      }
      ${
        connections.length > 1 || when.connections.length
          ? boxes(
              t("settings.routing.connections"),
              connectionChoices(connections, adminLists.channelLabel),
              when.connections,
              (chosen) =>
                change(at, (draftRule) => {
                  draftRule.when.connections = chosen;
                }),
            )
          : nothing
      }
      ${form.field(
        id("words"),
        t("settings.routing.words"),
        form.words(
          id("words"),
          when.words,
          (words) =>
            change(at, (draftRule) => {
              draftRule.when.words = words;
            }),
          { hint: "words" },
        ),
        { hint: t("settings.routing.words_hint") },
      )}
      ${boxes(
        t("settings.routing.languages"),
        LANGUAGES.map((language) => /** @type {const} */ ([language, t(`language.${language}`)])),
        when.languages,
        (chosen) =>
          change(at, (draftRule) => {
            draftRule.when.languages = chosen;
          }),
      )}
      ${hours(rule, at)}
      <h3>${t("settings.routing.then")}</h3>
      <div class="grid-two">
        ${form.field(
          id("team"),
          t("settings.routing.team"),
          form.select(
            id("team"),
            rule.team,
            adminLists.teams().map((team) => [team.name, adminLists.labelOf(team)]),
            (team) =>
              change(at, (draftRule) => {
                draftRule.team = team;
              }),
            { required: true },
          ),
        )}
        ${form.field(
          id("assignee"),
          t("settings.routing.assignee"),
          form.select(
            id("assignee"),
            assignee?.id ?? "",
            [
              ["", t("settings.routing.nobody")],
              ...(adminLists.lists.get().agents ?? []).map(({ id: agent, name }) => [agent, name]),
            ],
            (agent) =>
              change(at, (draftRule) => {
                draftRule.assignee = agent ? { id: agent, name: adminLists.agentName(agent) } : null;
              }),
            { nameOf: () => assignee?.name || t("agent.unknown") },
          ),
        )}
      </div>
      ${form.field(
        id("tags"),
        t("settings.routing.tags"),
        form.words(
          id("tags"),
          rule.tags,
          (tags) =>
            change(at, (draftRule) => {
              draftRule.tags = tags;
            }),
          { hint: "tags" },
        ),
        { hint: t("settings.routing.tags_hint") },
      )}
      <div class="row-actions"><button class="button slight quiet-danger" @click=${() => remove(at)}>${icon("trash")}${t("settings.routing.remove")}</button></div>
    </div>`;
}

/**
 * Checkboxes of which any number can be chosen. What is chosen and not among the options stays, and can be cleared.
 * @template {string} T
 * @param {string} label
 * @param {(readonly [T, string])[]} options
 * @param {T[]} chosen
 * @param {(chosen: T[]) => void} changed
 */
function boxes(label, options, chosen, changed) {
  const all = withHeld(options, chosen);
  return html`
    <fieldset class="ticks in-row">
      <legend class="label">${label}</legend>
      ${all.map(
        ([value, text]) => html`
          <label class="ticked"><input type="checkbox" .checked=${live(chosen.includes(value))} @change=${(/** @type {any} */ event) => changed(toggledAmong(all, chosen, value, event.target.checked))}>${text}</label>`,
      )}
    </fieldset>`;
}

/**
 * @param {Rule} rule
 * @param {number} at
 */
export function hours(rule, at) {
  const written = rule.when.hours;
  const set = (/** @type {Partial<NonNullable<typeof written>>} */ changed) =>
    change(at, (draftRule) => {
      draftRule.when.hours = { .../** @type {NonNullable<typeof written>} */ (draftRule.when.hours), ...changed };
    });
  return html`
    <div class="field">
      ${form.toggle(`${rule.key}-timed`, t("settings.routing.timed"), Boolean(written), (on) =>
        change(at, (draftRule) => {
          draftRule.when.hours = on ? { from: "18:00", to: "22:00", days: [...DAYS] } : null;
        }),
      )}
      ${
        written
          ? html`
            <span class="week-span">
              <input class="input" type="time" required aria-label=${t("settings.hours.from")} .value=${live(written.from)} @change=${(/** @type {any} */ event) => set({ from: event.target.value })}>
              <span aria-hidden="true">–</span>
              <input class="input" type="time" required aria-label=${t("settings.hours.to")} .value=${live(written.to)} @change=${(/** @type {any} */ event) => set({ to: event.target.value })}>
            </span>
            ${boxes(
              t("settings.routing.days"),
              DAYS.map((day) => /** @type {const} */ ([day, dayName(day, "short")])),
              written.days ?? [...DAYS],
              (chosen) => set({ days: chosen }),
            )}`
          : nothing
      }
    </div>`;
}

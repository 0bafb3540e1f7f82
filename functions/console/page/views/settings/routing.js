/** Which team a conversation goes to when it begins: rules in an order, tried on what was written before they are saved. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { repeat } from "lit-html/directives/repeat.js";
import * as api from "../../lib/api.js";
import { announce, open } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { day, number } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { DAYS } from "../../lib/opening_hours.js";
import { hashOf } from "../../lib/router.js";
import { schedule, slice } from "../../lib/store.js";
import { locale, t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { Editor } from "../../state/editor.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/schemas.js").RoutingRule} RoutingRule
 * @typedef {RoutingRule["when"]} When
 * @typedef {RoutingRule & {key: string}} Rule with a key that stays when the rule is moved or renamed
 * @typedef {import("../../lib/schemas.js").RoutingTest} Trial
 */

const LANGUAGES = /** @type {const} */ (["en", "de"]);
const SHOWN = 50;
const TRIED_DAYS = 30;
const MONDAY = Date.UTC(2026, 0, 5);
let count = 0;

/** @type {Editor<{rules: Rule[]}>} */
const editor = new Editor("routing", {
  read: async () => ({ rules: (await api.get("/routing")).rules.map(keyed) }),
  write: async (_, draft) => ({
    rules: (await api.send("PUT", "/routing", { rules: written(draft.rules) })).rules.map(keyed),
  }),
});
const part = slice("settings.routing.beside", {
  /** @type {import("../../lib/schemas.js").Connection[]} */
  connections: [],
  /** @type {Trial | null} */
  trial: null,
  trying: false,
  /** What went wrong when it was tried. */
  wrong: "",
  /** @type {string} Which rule is open, by its key. */
  open: "",
});

/** A rule with what tells it apart while it is moved about. @param {RoutingRule} rule @returns {Rule} */
function keyed(rule) {
  count += 1;
  return { ...rule, key: `rule-${count}` };
}

/** @param {Rule[]} rules */
function written(rules) {
  return rules.map(({ key, ...rule }) => ({ ...rule, assignee: rule.assignee?.id ?? null }));
}

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

async function readConnections() {
  try {
    const { items } = await api.getAll("/connections");
    part.change(() => ({ connections: items }));
  } catch {
    part.change(() => ({ connections: [] }));
  }
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
  const names = list.map(({ name }) => name.trim());
  return new Set(names).size < names.length ? t("settings.routing.same_name") : "";
}

/** @param {Rule[]} list */
function rules(list) {
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
function one(rule, at, all) {
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

/** A rule in a sentence. @param {Rule} rule */
function sentence(rule) {
  const { when } = rule;
  const list = new Intl.ListFormat(locale(), { type: "disjunction" });
  const parts = [
    when.channels.length &&
      t("settings.routing.says.channels", { list: list.format(when.channels.map(adminLists.channelLabel)) }),
    when.connections.length &&
      t("settings.routing.says.connections", { list: list.format(when.connections.map(connectionName)) }),
    when.words.length &&
      t("settings.routing.says.words", {
        list: list.format(when.words.map((word) => t("settings.routing.quoted", { word }))),
      }),
    when.languages.length &&
      t("settings.routing.says.languages", {
        list: list.format(when.languages.map((language) => t(`language.${language}`))),
      }),
    when.hours &&
      t("settings.routing.says.hours", {
        from: when.hours.from,
        to: when.hours.to,
        days: days(when.hours.days ?? [...DAYS]),
      }),
  ].filter(Boolean);
  const what = parts.length ? parts.join(t("settings.routing.says.and")) : t("settings.routing.says.everything");
  return t("settings.routing.says.rule", {
    what: what[0].toLocaleUpperCase(locale()) + what.slice(1),
    team: adminLists.teamLabel(rule.team),
    more: moreOf(rule),
  });
}

/** @param {Rule} rule */
function moreOf(rule) {
  const tags = rule.tags.length ? t("settings.routing.says.tags", { tags: rule.tags.join(", ") }) : "";
  const assignee = rule.assignee
    ? t("settings.routing.says.assignee", { name: rule.assignee.name || adminLists.agentName(rule.assignee.id) })
    : "";
  return `${assignee}${tags}`;
}

/** @param {string[]} names */
function days(names) {
  if (names.length === 7) return t("settings.routing.every_day");
  return new Intl.ListFormat(locale(), { style: "short", type: "conjunction" }).format(
    names.map((name) => dayName(name, "short")),
  );
}

/** @param {string} name @param {"short" | "long"} length */
function dayName(name, length) {
  const at = MONDAY + DAYS.indexOf(/** @type {any} */ (name)) * 86_400_000;
  return new Intl.DateTimeFormat(locale(), { weekday: length, timeZone: "UTC" }).format(at);
}

/** @param {string} path `channel/name` */
function connectionName(path) {
  const found = part.get().connections.find((connection) => `${connection.channel}/${connection.name}` === path);
  return found?.account_name || path;
}

/**
 * @param {number} at
 * @param {(rule: Rule) => void} fn
 */
function change(at, fn) {
  editor.change((draft) => fn(draft.rules[at]));
  part.change(() => ({ trial: null, wrong: "" }));
}

/**
 * @param {Rule} rule
 * @param {number} at
 */
function details(rule, at) {
  const { when } = rule;
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
            change(at, (each) => {
              each.name = name;
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
                change(at, (each) => {
                  each.when.channels = chosen;
                }),
            )
          : nothing
      }
      ${
        connections.length > 1 || when.connections.length
          ? boxes(
              t("settings.routing.connections"),
              connections.map((connection) => [
                `${connection.channel}/${connection.name}`,
                connection.account_name || connection.name,
              ]),
              when.connections,
              (chosen) =>
                change(at, (each) => {
                  each.when.connections = chosen;
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
            change(at, (each) => {
              each.when.words = words;
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
          change(at, (each) => {
            each.when.languages = chosen;
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
              change(at, (each) => {
                each.team = team;
              }),
          ),
        )}
        ${form.field(
          id("assignee"),
          t("settings.routing.assignee"),
          form.select(
            id("assignee"),
            rule.assignee?.id ?? "",
            [
              ["", t("settings.routing.nobody")],
              ...(adminLists.lists.get().agents ?? []).map(({ id: agent, name }) => [agent, name]),
            ],
            (agent) =>
              change(at, (each) => {
                each.assignee = agent ? { id: agent, name: adminLists.agentName(agent) } : null;
              }),
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
            change(at, (each) => {
              each.tags = tags;
            }),
          { hint: "tags" },
        ),
        { hint: t("settings.routing.tags_hint") },
      )}
      <div class="row-actions"><button class="button slight quiet-danger" @click=${() => remove(at)}>${icon("trash")}${t("settings.routing.remove")}</button></div>
    </div>`;
}

/**
 * Checkboxes of which any number can be chosen.
 * @template {string} T
 * @param {string} label
 * @param {(readonly [T, string])[]} options
 * @param {T[]} chosen
 * @param {(chosen: T[]) => void} changed
 */
function boxes(label, options, chosen, changed) {
  return html`
    <fieldset class="ticks in-row">
      <legend class="label">${label}</legend>
      ${options.map(
        ([each, text]) => html`
          <label class="ticked"><input type="checkbox" .checked=${live(chosen.includes(each))} @change=${(/** @type {any} */ event) => changed(options.map(([name]) => name).filter((name) => (name === each ? event.target.checked : chosen.includes(name))))}>${text}</label>`,
      )}
    </fieldset>`;
}

/**
 * @param {Rule} rule
 * @param {number} at
 */
function hours(rule, at) {
  const written = rule.when.hours;
  const set = (/** @type {Partial<NonNullable<typeof written>>} */ changed) =>
    change(at, (each) => {
      each.when.hours = { .../** @type {NonNullable<typeof written>} */ (each.when.hours), ...changed };
    });
  return html`
    <div class="field">
      ${form.toggle(`${rule.key}-timed`, t("settings.routing.timed"), Boolean(written), (on) =>
        change(at, (each) => {
          each.when.hours = on ? { from: "18:00", to: "22:00", days: [...DAYS] } : null;
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
function remove(at) {
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
  requestAnimationFrame(() =>
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector(selector))?.focus()),
  );
}

/** Try the rules on what was written; says whether that could be done. @returns {Promise<boolean>} */
async function attempt() {
  part.change(() => ({ trying: true, wrong: "", trial: null }));
  try {
    const trial = await api.send("POST", "/routing/test", {
      rules: written(editor.draft?.rules ?? []),
      days: TRIED_DAYS,
    });
    part.change(() => ({ trying: false, trial }));
    announce(summary(trial));
    return true;
  } catch (error) {
    part.change(() => ({ trying: false, wrong: explain(error).text }));
    return false;
  }
}

/** Save, after having seen what that would have changed. */
async function trySaving() {
  if (!part.get().trial && !(await attempt())) return;
  const trial = /** @type {Trial} */ (part.get().trial);
  const agreed = await open(
    t("settings.routing.sure"),
    (close) => html`
      ${trialBody(trial)}
      <div class="buttons">
        <button class="button" @click=${() => close(false)}>${t("settings.routing.not_yet")}</button>
        <button class="button primary" autofocus @click=${() => close(true)}>${t("settings.routing.save")}</button>
      </div>`,
    { wide: true },
  );
  if (agreed && (await editor.save())) part.change(() => ({ trial: null, open: "" }));
}

/** @param {Trial} trial */
function trialCard(trial) {
  return form.card(t("settings.routing.trial"), trialBody(trial));
}

/** @param {Trial} trial */
function summary({ tested, changes, until }) {
  if (!tested) return t("settings.routing.nothing_to_try");
  const fields = { count: number(changes.length), tested: number(tested), since: day(until ?? "") };
  return changes.length
    ? t("settings.routing.would_change", { n: changes.length, ...fields })
    : t("settings.routing.no_change", fields);
}

/** @param {Trial} trial */
function trialBody(trial) {
  const matched = Object.entries(trial.per_rule).map(([name, n]) =>
    t("settings.routing.matched", { name, n, count: number(n) }),
  );
  return html`
    <p>${summary(trial)}</p>
    ${matched.length ? html`<p class="muted">${matched.join(" · ")}</p>` : nothing}
    <ul class="trial">
      ${trial.changes.slice(0, SHOWN).map(
        ({ conversation, from, to, rule }) => html`
          <li>
            <a href=${hashOf("c", conversation.id)} target="_blank"><bdi>${conversation.customer?.name || t("person.unknown")}</bdi></a>
            <span class="one-line muted" dir="auto">${conversation.preview}</span>
            <span>${t("settings.routing.from_to", { from: adminLists.teamLabel(from), to: adminLists.teamLabel(to), rule })}</span>
          </li>`,
      )}
    </ul>
    ${trial.changes.length > SHOWN ? html`<p class="muted">${t("settings.routing.more_changes", { n: trial.changes.length - SHOWN })}</p>` : nothing}`;
}

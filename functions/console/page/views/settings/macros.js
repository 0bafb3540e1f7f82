/** Macros of a team: several actions in one step, such as tags, a reply, a follow-up. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import * as api from "../../lib/api.js";
import { confirm, toast } from "../../lib/dialogs.js";
import { inWords } from "../../lib/durations.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { nameOf } from "../../lib/template_names.js";
import { t } from "../../lib/texts.js";
import { focusOn } from "../../lib/typed_ahead.js";
import * as adminLists from "../../state/admin_lists.js";
import { Editor } from "../../state/editor.js";
import { options } from "../options.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/schemas.js").Macro["actions"][number]} Action one of `KINDS` with what it needs
 * @typedef {{name: string, title: string, actions: Action[]}} Macro
 */

/** @type {Record<string, () => any>} */
const KINDS = {
  reply: () => ({ text: "" }),
  tag: () => ({ add: [], remove: [] }),
  assign: () => ({ assignee: "me" }),
  follow_up: () => ({ after: "P7D" }),
  snooze: () => ({ after: "PT24H" }),
  resolve: () => true,
};

/** @type {Editor<{items: Macro[]}>} */
const editor = new Editor("macros", {
  read: async (team) => ({ items: (await api.getAll(pathOf(team))).items }),
  write: async (team, draft, saved) => {
    for (const macro of draft.items) {
      const before = saved.items.find((/** @type {Macro} */ { name }) => name === macro.name);
      if (JSON.stringify(before) !== JSON.stringify(macro)) await put(team, macro);
    }
    return editor.store.read(team);
  },
});
const part = slice("settings.macros.beside", {
  /** The name of the open macro. */
  open: "",
  /** @type {{name: string, language: string, text: string, kind?: string}[]} */
  templates: [],
});

/** @param {string} team @param {string} [name] */
function pathOf(team, name) {
  return `/teams/${encodeURIComponent(team)}/macros${name ? `/${encodeURIComponent(name)}` : ""}`;
}

/** @param {string} team @param {Macro} macro */
async function put(team, { name, title, actions }) {
  try {
    await api.send("PUT", pathOf(team, name), { title, actions });
  } catch (error) {
    if (error instanceof api.ApiError) error.details = { ...error.details, field: name };
    throw error;
  }
}

export function enter() {
  const team = form.teamName();
  editor.open(team);
  readTemplates(team);
  adminLists.openAgents().catch(() => {});
}

export function leave() {
  editor.close();
  part.change(() => ({ open: "" }));
}

/** @param {string} team */
async function readTemplates(team) {
  try {
    const { items } = await api.getAll(`/teams/${encodeURIComponent(team)}/templates`);
    part.change(() => ({ templates: items }));
  } catch {
    // Without them there is less to choose from, which the choices show by themselves.
    part.change(() => ({ templates: [] }));
  }
}

export function template() {
  return html`
    ${form.head("macros", html`<button class="button" ?disabled=${!editor.draft} @click=${add}>${icon("plus")}${t("settings.macros.new")}</button>`)}
    ${form.teamPicker("macros")}
    ${form.shown(editor, (draft) => html`${list(draft.items)} ${form.saveBar(editor, { blocked: blocked(draft.items) })}`)}`;
}

/** @param {Macro[]} items */
function blocked(items) {
  if (items.some(({ title }) => !title.trim())) return t("settings.macros.untitled");
  if (items.some(({ actions }) => !actions.length)) return t("settings.macros.empty");
  return items.some(({ actions }) => actions.some(isUnfinished)) ? t("settings.macros.unfinished") : "";
}

/** @param {Action} action */
function isUnfinished(action) {
  const [kind, value] = of(action);
  if (kind === "reply") return !value.text?.trim();
  return kind === "tag" && !value.add?.length && !value.remove?.length;
}

/**
 * An action of a kind.
 * @param {string} kind
 * @param {unknown} value
 */
function actionOf(kind, value) {
  return /** @type {Action} */ (/** @type {unknown} */ ({ [kind]: value }));
}

/** Return the kind of an action, and its value. @param {Action} action @returns {[string, any]} */
function of(action) {
  return Object.entries(action)[0];
}

/**
 * Tell whether two actions exclude each other: a resolved conversation is not snoozed.
 * @param {string} kind @param {string} other
 */
function excludes(kind, other) {
  return [kind, other].sort().join() === "resolve,snooze";
}

/** @param {Macro[]} items */
function list(items) {
  if (!items.length) return html`<p class="admin-card admin-setting muted">${t("settings.macros.none")}</p>`;
  return html`<ul class="admin-cards">${items.map(one)}</ul>`;
}

/**
 * @param {Macro} macro
 * @param {number} at
 */
function one(macro, at) {
  const isOpen = part.get().open === macro.name;
  return html`
    <li class="admin-card admin-setting admin-rule">
      <div class="rule-head">
        <div class="list-main"><h2 dir="auto">${macro.title || t("settings.macros.new")}</h2><span class="muted">${macro.actions.map(sentence).join(", ")}</span></div>
        <button class="icon-button" aria-expanded=${isOpen} aria-label=${t("settings.macros.edit", { name: macro.title })} @click=${() => part.change(() => ({ open: isOpen ? "" : macro.name }))}>${icon("edit")}</button>
      </div>
      ${form.problem(macro.name, editor.wrong(macro.name))}
      ${isOpen ? details(macro, at) : nothing}
    </li>`;
}

/** @param {Action} action */
function sentence(action) {
  const [kind, value] = of(action);
  /** @type {Record<string, () => string>} */
  const says = {
    reply: () => t("settings.macros.says.reply", { text: shortened(value.text) || "…" }),
    tag: () =>
      t("settings.macros.says.tag", {
        tags:
          [...(value.add ?? []), ...(value.remove ?? []).map((/** @type {string} */ tag) => `−${tag}`)].join(", ") ||
          "…",
      }),
    assign: () => t("settings.macros.says.assign", { to: receiver(value) }),
    follow_up: () =>
      t("settings.macros.says.follow_up", {
        after: value.after ? inWords(value.after) : t("settings.macros.usual_time"),
      }),
    snooze: () => t("settings.macros.says.snooze", { after: inWords(value.after) }),
    resolve: () => t("settings.macros.says.resolve"),
  };
  return says[kind]?.() ?? kind;
}

/** @param {string} text */
function shortened(text) {
  return text.length > 60 ? `${text.slice(0, 59).trimEnd()}…` : text;
}

/** @param {{assignee?: string, team?: string}} value */
function receiver({ assignee, team }) {
  if (team) return adminLists.teamLabel(team);
  return assignee === "me" || !assignee ? t("settings.macros.me") : adminLists.agentName(assignee);
}

/**
 * @param {number} at
 * @param {(macro: Macro) => void} fn
 */
function change(at, fn) {
  editor.change((draft) => fn(draft.items[at]));
}

/**
 * @param {Macro} macro
 * @param {number} at
 */
function details(macro, at) {
  const id = `macro-${at}`;
  const used = macro.actions.map((action) => of(action)[0]);
  const unused = Object.keys(KINDS).filter((kind) => !used.some((other) => other === kind || excludes(kind, other)));
  return html`
    <div class="rule-body stacked">
      ${form.field(
        id,
        t("settings.macros.title"),
        form.input(
          id,
          macro.title,
          (title) =>
            change(at, (draftMacro) => {
              draftMacro.title = title;
            }),
          { hint: "title", required: true, maxlength: 80 },
        ),
        { hint: t("settings.macros.title_hint") },
      )}
      <h3>${t("settings.macros.does")}</h3>
      <ol class="macro-steps">${macro.actions.map((action, place) => actionRow(action, at, place))}</ol>
      <div class="row-actions" role="group" aria-label=${t("settings.macros.add")}>
        ${unused.map(
          (kind) =>
            html`<button class="chip-button" @click=${() =>
              change(at, (draftMacro) => {
                draftMacro.actions.push(actionOf(kind, KINDS[kind]()));
              })}>${icon("plus")}${t(`settings.macros.kind.${kind}`)}</button>`,
        )}
      </div>
      <div class="row-actions"><button class="button slight quiet-danger" @click=${() => remove(macro, at)}>${icon("trash")}${t("settings.macros.remove")}</button></div>
    </div>`;
}

/**
 * @param {Action} action
 * @param {number} at
 * @param {number} place
 */
function actionRow(action, at, place) {
  const [kind, value] = of(action);
  const set = (/** @type {any} */ next) =>
    change(at, (draftMacro) => {
      draftMacro.actions[place] = actionOf(kind, next);
    });
  return html`
    <li class="macro-step">
      <span class="action-name">${t(`settings.macros.kind.${kind}`)}</span>
      <span class="action-value">${control(kind, value, set, `macro-${at}-${place}`)}</span>
      <button class="icon-button" aria-label=${t("settings.remove_what", { what: t(`settings.macros.kind.${kind}`) })} @click=${() =>
        change(at, (draftMacro) => {
          draftMacro.actions.splice(place, 1);
        })}>${icon("close")}</button>
    </li>`;
}

/**
 * @param {string} kind
 * @param {any} value
 * @param {(value: any) => void} set
 * @param {string} id
 */
function control(kind, value, set, id) {
  const label = t(`settings.macros.kind.${kind}`);
  /** @type {Record<string, () => unknown>} */
  const controls = {
    reply: () => reply(value.text ?? "", set, id),
    tag: () =>
      form.words(id, value.add ?? [], (add) => set({ ...value, add }), {
        label,
        placeholder: t("settings.macros.tags"),
      }),
    assign: () =>
      form.select(
        id,
        value.team ? `team:${value.team}` : (value.assignee ?? "me"),
        receivers(),
        (to) => set(to.startsWith("team:") ? { team: to.slice(5) } : { assignee: to }),
        {
          label,
          nameOf: (to) => (to.startsWith("team:") ? to.slice(5) : adminLists.agentName(to) || t("agent.unknown")),
        },
      ),
    follow_up: () =>
      form.duration(id, value.after ?? "P7D", (after) => set({ ...value, after }), {
        units: ["hour", "day"],
        kind: "after",
        label,
      }),
    snooze: () =>
      form.duration(id, value.after, (after) => set({ after }), { units: ["hour", "day"], kind: "within", label }),
  };
  return controls[kind]?.() ?? nothing;
}

/**
 * The words of an answer, which may be taken from a template.
 * @param {string} text
 * @param {(value: any) => void} set
 * @param {string} id
 */
function reply(text, set, id) {
  const answers = part.get().templates.filter(({ kind }) => kind === "answer");
  const take = (/** @type {any} */ event) => {
    const template = answers[Number(event.target.value)];
    event.target.value = "";
    if (template) set({ text: template.text });
  };
  return html`
    <textarea class="input" id=${id} rows="3" dir="auto" maxlength="8000" aria-label=${t("settings.macros.kind.reply")}
      .value=${live(text)} @input=${(/** @type {any} */ event) => set({ text: event.target.value })}></textarea>
    ${
      answers.length
        ? html`
          <select class="input" aria-label=${t("settings.macros.choose_template")} @change=${take}>
            ${options("", [["", t("settings.macros.choose_template")], ...answers.map((template, at) => [String(at), `${nameOf(template.name)} (${t(`language.${template.language}`)})`])])}
          </select>`
        : nothing
    }`;
}

function receivers() {
  return [
    ["me", t("settings.macros.me")],
    ...adminLists.teams().map((team) => [`team:${team.name}`, adminLists.labelOf(team)]),
    ...(adminLists.lists.get().agents ?? []).map(({ id, name }) => [id, name]),
  ];
}

function add() {
  const name = `macro-${crypto.randomUUID().slice(0, 8)}`;
  editor.change(({ items }) => {
    items.push({ name, title: "", actions: [] });
  });
  part.change(() => ({ open: name }));
  const at = (editor.draft?.items.length ?? 1) - 1;
  focusOn(() => document.getElementById(`macro-${at}`));
}

/**
 * @param {Macro} macro
 * @param {number} at
 */
async function remove(macro, at) {
  const isSaved = editor.part.get().saved?.items.some(({ name }) => name === macro.name);
  if (!isSaved) {
    editor.change(({ items }) => {
      items.splice(at, 1);
    });
    return;
  }
  const agreed = await confirm({
    title: t("settings.macros.remove_title", { name: macro.title }),
    text: t("settings.macros.remove_text"),
    action: t("settings.macros.remove"),
    danger: true,
  });
  if (!agreed) return;
  const team = form.teamName();
  try {
    await api.send("DELETE", pathOf(team, macro.name));
    editor.discard();
    await editor.open(team);
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

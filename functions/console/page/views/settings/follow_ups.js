/** Follow-up settings of a team: timing, frequency, and text. */

import { html } from "lit-html";
import * as api from "../../lib/api.js";
import { inWords } from "../../lib/durations.js";
import { questionName } from "../../lib/question_names.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { teamEditor } from "../../state/team_editor.js";
import * as form from "./form.js";

/** @typedef {import("../../lib/schemas.js").Team} Team */

const editor = teamEditor("asking", ["after", "patience", "spread", "cap", "disclose", "template", "language"]);
const words = slice("settings.follow_ups.words", {
  /** @type {{name: string, title?: string, language: string, text: string, kind?: string}[]} */
  items: [],
});

export function enter() {
  const team = form.teamName();
  editor.open(team);
  readTemplates(team);
}

export function leave() {
  editor.close();
}

/** @param {string} team */
async function readTemplates(team) {
  if (!team) return;
  try {
    const { items } = await api.getAll(`/teams/${encodeURIComponent(team)}/templates`);
    words.change(() => ({ items }));
  } catch {
    // The names of the shipped ones are known; the page of the rules itself says what is wrong.
    words.change(() => ({ items: [] }));
  }
}

export function template() {
  return html`
    ${form.head("asking")}
    ${form.teamPicker("asking")}
    ${form.shown(editor, (draft) => html`${when(draft)} ${often(draft)} ${say(draft)} ${form.saveBar(editor)}`)}`;
}

/** @param {string} field @param {any} value */
function set(field, value) {
  editor.change((draft) => {
    draft[field] = value;
  });
}

/** @param {Team} draft */
function when(draft) {
  return form.card(
    t("settings.follow_ups.when"),
    html`
      ${line("after", t("settings.follow_ups.after"), length(draft, "after", "after"), t("settings.follow_ups.after_hint", { after: inWords(draft.after) }))}
      ${line("patience", t("settings.follow_ups.patience"), length(draft, "patience", "within"), t("settings.follow_ups.patience_hint"))}
      ${line("spread", t("settings.follow_ups.spread"), length(draft, "spread", "within"), t("settings.follow_ups.spread_hint"))}`,
  );
}

/**
 * @param {Team} draft
 * @param {"after" | "patience" | "spread"} name
 * @param {string} kind
 */
function length(draft, name, kind) {
  /** @type {import("../../lib/durations.js").Unit[]} */
  const units = name === "spread" ? ["minute", "hour"] : ["hour", "day"];
  return form.duration(`asking-${name}`, draft[name], (iso) => set(name, iso), {
    units,
    kind,
    label: t(`settings.follow_ups.${name}`),
    wrong: editor.wrong(name),
  });
}

/**
 * @param {string} name
 * @param {string} label
 * @param {unknown} control
 * @param {string} hint
 */
function line(name, label, control, hint) {
  return html`
    <div class="line-setting">
      <div class="line-text"><span class="label">${label}</span><span class="hint">${hint}</span></div>
      <div class="line-control">${control}${form.problem(`asking-${name}`, editor.wrong(name))}</div>
    </div>`;
}

/** @param {Team} draft */
function often(draft) {
  const options = [0, 1, 2, 3, 4, 5, 10].concat(draft.cap).filter((cap, at, all) => all.indexOf(cap) === at);
  return form.card(
    t("settings.follow_ups.often"),
    line(
      "cap",
      t("settings.follow_ups.cap"),
      form.select(
        "asking-cap",
        String(draft.cap),
        options
          .sort((one, other) => (one || Infinity) - (other || Infinity))
          .map((n) => [String(n), n ? t("settings.follow_ups.times", { n }) : t("settings.follow_ups.unlimited")]),
        (cap) => set("cap", Number(cap)),
        { label: t("settings.follow_ups.cap"), wrong: editor.wrong("cap") },
      ),
      t("settings.follow_ups.cap_hint"),
    ),
  );
}

/** @param {Team} draft */
function say(draft) {
  const questions = words.get().items.filter(({ kind }) => (kind ?? "question") === "question");
  const names = [...new Set([...questions.map(({ name }) => name), draft.template])];
  const shown = questions.filter(({ name }) => name === draft.template);
  return form.card(
    t("settings.follow_ups.words"),
    html`
      ${line(
        "template",
        t("settings.follow_ups.template"),
        form.select(
          "asking-template",
          draft.template,
          names.map((name) => [name, questionName(name, questions)]),
          (name) => set("template", name),
          { label: t("settings.follow_ups.template"), wrong: editor.wrong("template") },
        ),
        t("settings.follow_ups.template_hint"),
      )}
      <div class="quotes">${shown.map(({ language, text }) => html`<blockquote lang=${language} dir="auto"><span class="quote-language">${t(`language.${language}`)}</span>${text}</blockquote>`)}</div>
      ${line(
        "language",
        t("settings.follow_ups.language"),
        form.select(
          "asking-language",
          draft.language,
          ["en", "de"].map((language) => [language, t(`language.${language}`)]),
          (language) => set("language", language),
          { label: t("settings.follow_ups.language") },
        ),
        t("settings.follow_ups.language_hint"),
      )}
      ${form.toggle("asking-disclose", t("settings.follow_ups.disclose"), draft.disclose, (disclose) => set("disclose", disclose), t("settings.follow_ups.disclose_hint"))}`,
  );
}

/** Templates of a team for follow-ups and replies, in each language, with a preview. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import * as api from "../../lib/api.js";
import { confirm, open, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { go, hashOf, place } from "../../lib/router.js";
import { schedule } from "../../lib/store.js";
import { FIELDS, piecesOf, unknownIn } from "../../lib/template_fields.js";
import { answerName, nameOf } from "../../lib/template_names.js";
import { t } from "../../lib/texts.js";
import { Editor } from "../../state/editor.js";
import * as form from "./form.js";
import { nameFrom } from "./teams.js";
import * as templateFiles from "./template_files.js";

/**
 * @typedef {{name: string, language: string, text: string, own: boolean, kind: string, title: string, folder: string,
 *   files: import("../../lib/schemas.js").TemplateFile[]}} Template
 * @typedef {"question" | "answer"} Kind
 */

/** @type {Kind[]} */
const KINDS = ["question", "answer"];
const LANGUAGES = ["en", "de"];
const LONGEST = 2000;

/** @type {Editor<{items: Template[]}>} */
const editor = new Editor("templates", {
  read: async (team) => {
    const { items } = await api.getAll(pathOf(team));
    return {
      items: items.map((/** @type {Template} */ template) => ({
        ...template,
        kind: template.kind ?? "question",
        title: template.title ?? "",
        folder: template.folder ?? "",
        files: template.files ?? [],
      })),
    };
  },
  write: async (team, draft, saved) => {
    for (const template of draft.items) {
      if (isChanged(template, saved.items)) await put(team, template);
    }
    return editor.store.read(team);
  },
  isHere: (next, team) => next.name === "settings" && next.id === "templates" && next.query.get("team") === team,
});

/** Tell whether a template is not as it was saved. @param {Template} template @param {Template[]} saved */
function isChanged(template, saved) {
  const before = saved.find((other) => same(template, other));
  const shown = (/** @type {Template | undefined} */ each) =>
    each && JSON.stringify([each.text, each.title, each.folder, each.files.map(({ id }) => id)]);
  return shown(before) !== shown(template);
}

/** @param {string} team */
function pathOf(team) {
  return `/teams/${encodeURIComponent(team)}/templates`;
}

/**
 * @param {string} team
 * @param {Template} template
 */
async function put(team, { name, language, text, kind, title, folder, files }) {
  const path = `${pathOf(team)}/${encodeURIComponent(name)}/${language}`;
  try {
    await api.send("PUT", path, {
      text,
      title,
      folder,
      ...(kind === "answer" ? { kind, files: files.map(({ id }) => id) } : {}),
    });
  } catch (error) {
    // Told where it stands: with the name and language it can be shown at its field.
    if (error instanceof api.ApiError) error.details = { ...error.details, field: `${name}.${language}` };
    throw error;
  }
}

/** @typedef {Pick<Template, "name" | "language" | "kind">} Key */

/** @param {Key} one @param {Key} other */
function same(one, other) {
  return one.name === other.name && one.language === other.language && one.kind === other.kind;
}

export function enter() {
  const team = form.teamName();
  // From one template to another of the team, what is being written stays.
  if (editor.part.get().key !== team || !editor.draft) editor.open(team);
}

export function leave() {
  editor.close();
}

/** Return the kind and the template that are shown. */
function chosen() {
  const query = place().query;
  const kind = KINDS.find((kind) => kind === query.get("kind")) ?? "question";
  const names = namesOf(kind);
  const wanted = query.get("name") ?? "";
  return { kind, name: names.includes(wanted) ? wanted : (names[0] ?? "") };
}

/** @param {Kind} kind */
function namesOf(kind) {
  const items = editor.draft?.items ?? [];
  return [...new Set(items.filter((template) => template.kind === kind).map(({ name }) => name))];
}

/** Return what all languages of a template share. @param {Kind} kind @param {string} name */
function placeOf(kind, name) {
  const found = editor.draft?.items.filter((template) => template.kind === kind && template.name === name) ?? [];
  const {
    title = "",
    folder = "",
    files = [],
  } = found.find((template) => template.title || template.folder || template.files.length) ?? {};
  return { title, folder, files };
}

/** The name of a template for people. @param {Kind} kind @param {string} name */
function titleOf(kind, name) {
  return placeOf(kind, name).title.trim() || (kind === "answer" ? answerName(name) : nameOf(name));
}

/** The names of templates by folder; those in none come first. @param {Kind} kind @returns {[string, string[]][]} */
function foldersOf(kind) {
  /** @type {Map<string, string[]>} */
  const folders = new Map([["", []]]);
  for (const name of namesOf(kind)) {
    const folder = placeOf(kind, name).folder.trim();
    folders.set(folder, [...(folders.get(folder) ?? []), name]);
  }
  return [...folders].filter(([, names]) => names.length).sort((one, other) => one[0].localeCompare(other[0]));
}

/** @param {Record<string, string>} changed */
function hash(changed) {
  return hashOf("settings", "templates", { team: form.teamName(), ...chosen(), ...changed });
}

export function template() {
  return html`
    ${form.head("templates", html`<button class="button" ?disabled=${!editor.draft} @click=${create}>${icon("plus")}${t("settings.templates.new")}</button>`)}
    ${form.teamPicker("templates")}
    ${form.shown(editor, () => html`${kinds()} ${body()} ${form.saveBar(editor, { blocked: blocked() })}`)}`;
}

/** Return why the templates cannot be saved; empty where they can. */
function blocked() {
  const { draft, saved } = editor.part.get();
  const written = draft?.items.filter((template) => isChanged(template, saved?.items ?? []));
  const wrong = written?.find(({ text, kind }) => unknownIn(text, /** @type {Kind} */ (kind)) !== null);
  return wrong
    ? t("settings.templates.unfinished", { name: titleOf(/** @type {Kind} */ (wrong.kind), wrong.name) })
    : "";
}

function kinds() {
  const { kind } = chosen();
  return html`
    <nav class="segment-links" aria-label=${t("settings.templates.kinds")}>
      ${KINDS.map((option) => html`<a href=${hash({ kind: option, name: "" })} aria-current=${option === kind ? "page" : "false"}>${t(`settings.templates.kind.${option}`)}</a>`)}
    </nav>`;
}

function body() {
  const { kind, name } = chosen();
  const names = namesOf(kind);
  if (!names.length) return html`<p class="admin-card admin-setting muted">${t(`settings.templates.none.${kind}`)}</p>`;
  return html`
    <div class="template-page">
      <div class="template-list">
        ${foldersOf(kind).map(
          ([folder, inside]) => html`
            ${folder ? html`<h2 class="template-folder" dir="auto">${folder}</h2>` : nothing}
            <ul class="admin-card listing" aria-label=${folder || nothing}>
              ${inside.map(
                (template) => html`
                  <li>
                    <a class="list-row" href=${hash({ name: template })} aria-current=${template === name ? "true" : "false"}>
                      <span class="list-main"><strong dir="auto">${titleOf(kind, template)}</strong><span class="muted one-line" dir="auto">${shownText(kind, template)}</span></span>
                    </a>
                  </li>`,
              )}
            </ul>`,
        )}
      </div>
      <div class="template-texts">
        ${placeFields(kind, name)}
        ${LANGUAGES.map((language) => text(kind, name, language))}
        ${fieldsHint()}
      </div>
    </div>`;
}

/** The fields of what all languages of a template share. @param {Kind} kind @param {string} name */
function placeFields(kind, name) {
  const { title, folder, files } = placeOf(kind, name);
  const folders = foldersOf(kind)
    .map(([each]) => each)
    .filter(Boolean);
  const change = (/** @type {"title" | "folder" | "files"} */ field) => (/** @type {any} */ value) =>
    editor.change(({ items }) => {
      for (const each of items) if (each.kind === kind && each.name === name && each.text) each[field] = value;
    });
  return html`
    <section class="admin-card admin-setting template-place">
      ${form.field("template-title", t("settings.templates.title"), form.input("template-title", title, change("title"), { maxlength: 80, placeholder: titleOf(kind, name) }))}
      ${form.field("template-folder", t("settings.templates.folder"), form.input("template-folder", folder, change("folder"), { maxlength: 80, list: "template-folders" }))}
      <datalist id="template-folders">${folders.map((each) => html`<option value=${each}></option>`)}</datalist>
      ${kind === "answer" ? templateFiles.template(form.teamName(), files, change("files")) : nothing}
    </section>`;
}

/**
 * @param {Kind} kind
 * @param {string} name
 */
function shownText(kind, name) {
  const found = editor.draft?.items.filter((template) => template.kind === kind && template.name === name) ?? [];
  return (found.find(({ language }) => language === document.documentElement.lang) ?? found[0])?.text ?? "";
}

/**
 * A template in one language: to write, and as a customer reads it.
 * @param {Kind} kind
 * @param {string} name
 * @param {string} language
 */
function text(kind, name, language) {
  const found = editor.draft?.items.find((template) => same(template, { name, language, kind }));
  const written = found?.text ?? "";
  const id = `template-${language}`;
  const wrong = wrongWith(name, language, written);
  return html`
    <section class="admin-card admin-setting template-text">
      <div class="field">
        <div class="field-head">
          <label for=${id}>${t(`language.${language}`)}</label>
          <span class="muted">${found && !found.own ? t("settings.templates.shipped") : nothing}</span>
        </div>
        <textarea class="input" id=${id} rows="4" lang=${language} dir="auto" maxlength=${LONGEST}
          aria-invalid=${wrong ? "true" : nothing} aria-describedby=${form.describedBy(id, "", wrong)}
          .value=${live(written)} @input=${(/** @type {any} */ event) => write(kind, name, language, event.target.value)}></textarea>
        ${form.problem(id, wrong)}
        <div class="field-buttons" role="group" aria-label=${t("settings.templates.insert")}>
          ${FIELDS[kind].map((field) => html`<button class="chip-button" @click=${() => insert(kind, name, language, id, field)}>${icon("plus")}${t(`settings.templates.field.${field}`)}</button>`)}
        </div>
      </div>
      ${written ? preview(kind, written, language) : nothing}
      ${found?.own && saved(kind, name, language) ? html`<div class="row-actions"><button class="button slight quiet-danger" @click=${() => remove(found)}>${icon("trash")}${t("settings.templates.delete")}</button></div>` : nothing}
    </section>`;
}

/** @param {Kind} kind @param {string} name @param {string} language */
function saved(kind, name, language) {
  return editor.part.get().saved?.items.some((template) => same(template, { name, language, kind }));
}

/**
 * Return the error of a template: what the API said, or an unknown field.
 * @param {string} name
 * @param {string} language
 * @param {string} written
 */
function wrongWith(name, language, written) {
  const problem = editor.wrong(`${name}.${language}`);
  const unknown = unknownIn(written, chosen().kind);
  if (problem) return problem;
  return unknown === null
    ? ""
    : t(unknown ? "settings.templates.unknown_field" : "settings.templates.open_braces", { field: unknown });
}

/** Return the text with the fields filled in. @param {Kind} kind @param {string} written @param {string} language */
function preview(kind, written, language) {
  return html`
    <div class="template-preview">
      <span class="label">${t("settings.templates.preview")}</span>
      <p class="bubble" lang=${language} dir="auto">${piecesOf(written, kind).map(({ text, field }) => (field ? html`<mark>${t(`settings.templates.sample.${language}.${field}`)}</mark>` : text))}</p>
    </div>`;
}

/**
 * @param {Kind} kind
 * @param {string} name
 * @param {string} language
 * @param {string} text
 */
function write(kind, name, language, text) {
  editor.change(({ items }) => {
    const wanted = { name, language, kind, text, own: true, ...placeOf(kind, name) };
    const found = items.find((template) => same(template, wanted));
    if (found) found.text = text;
    else items.push(wanted);
  });
}

/**
 * Put a field where the cursor is.
 * @param {Kind} kind
 * @param {string} name
 * @param {string} language
 * @param {string} id
 * @param {string} field
 */
function insert(kind, name, language, id, field) {
  const area = /** @type {HTMLTextAreaElement} */ (document.getElementById(id));
  area.setRangeText(`{{${field}}}`, area.selectionStart, area.selectionEnd, "end");
  write(kind, name, language, area.value);
  area.focus();
}

function fieldsHint() {
  const { kind } = chosen();
  return html`
    <details class="admin-card admin-setting">
      <summary>${t("settings.templates.fields")}</summary>
      <dl class="terms">${FIELDS[kind].map((field) => html`<div><dt><code>${`{{${field}}}`}</code></dt><dd>${t(`settings.templates.means.${field}`)}</dd></div>`)}</dl>
    </details>`;
}

async function create() {
  const { kind } = chosen();
  let label = "";
  const created = await open(
    t(`settings.templates.new_title.${kind}`),
    (close) => html`
      <form class="stacked" @submit=${(/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        close(nameFrom(label));
      }}>
        ${form.field(
          "template-name",
          t("settings.templates.name"),
          form.input(
            "template-name",
            label,
            (value) => {
              label = value;
              schedule();
            },
            { required: true, hint: "name", maxlength: 50 },
          ),
          { hint: t("settings.templates.name_hint") },
        )}
        <div class="buttons">
          <button type="button" class="button" @click=${() => close()}>${t("dialog.cancel")}</button>
          <button class="button primary" ?disabled=${!nameFrom(label)}>${t("settings.templates.write")}</button>
        </div>
      </form>`,
  );
  if (!created) return;
  if (!namesOf(kind).includes(created)) {
    editor.change(({ items }) => {
      const place = { title: label.trim(), folder: "", files: [] };
      for (const language of LANGUAGES) items.push({ name: created, language, kind, text: "", own: true, ...place });
    });
  }
  // The place changes, the page stays: what is being written is not left.
  moveTo(kind, created);
}

/** @param {Kind} kind @param {string} name */
function moveTo(kind, name) {
  go(hashOf("settings", "templates", { team: form.teamName(), kind, name }), { replace: true });
}

/** @param {Template} found */
async function remove({ name, language, kind }) {
  const agreed = await confirm({
    title: t("settings.templates.delete_title", { name: titleOf(/** @type {Kind} */ (kind), name) }),
    text: t("settings.templates.delete_text"),
    action: t("settings.templates.delete"),
    danger: true,
  });
  if (!agreed) return;
  const team = form.teamName();
  try {
    const query = kind === "answer" ? "?kind=answer" : "";
    await api.send("DELETE", `${pathOf(team)}/${encodeURIComponent(name)}/${language}${query}`);
    editor.discard();
    await editor.open(team);
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

/** Templates, filled in for a conversation, and macros of its team. Read on first use. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import { answerName, plainName } from "../lib/template_names.js";

/**
 * @typedef {import("../lib/schemas.js").Conversation} Conversation
 * @typedef {{name: string, title: string, folder: string, text: string, language?: string, unfilled: string[],
 *   files: import("../lib/schemas.js").TemplateFile[]}} Template
 * @typedef {import("../lib/schemas.js").Macro} Macro
 * @typedef {{templates: Template[], macros: Macro[], error: unknown, busy: boolean}} Ready
 */

const ready = slice("answers", {
  /** @type {Map<string, Ready>} by conversation */
  of: new Map(),
});

/** @type {Ready} */
const NOTHING = { templates: [], macros: [], error: null, busy: false };

/**
 * Return the templates and macros of a conversation; they are requested if they are not known.
 * @param {Conversation} conversation
 */
export function answersFor(conversation) {
  const known = ready.get().of.get(conversation.id);
  if (known) return known;
  ready.get().of.clear();
  ready.get().of.set(conversation.id, { ...NOTHING, busy: true });
  load(conversation);
  return { ...NOTHING, busy: true };
}

/** Read again the next time. */
export function forget() {
  ready.get().of.clear();
}

/** @param {Conversation} conversation */
async function load(conversation) {
  const [templates, macros] = await Promise.allSettled([
    items(`/conversations/${encodeURIComponent(conversation.id)}/templates`),
    items(`/teams/${encodeURIComponent(conversation.team)}/macros`),
  ]);
  const error = templates.status === "rejected" ? templates.reason : null;
  ready.change(({ of }) => {
    of.set(conversation.id, {
      templates: templates.status === "fulfilled" ? templates.value.map(asTemplate) : [],
      macros: macros.status === "fulfilled" ? macros.value.map(asMacro) : [],
      error,
      busy: false,
    });
  });
}

/** The items of a list. @param {string} path */
async function items(path) {
  return (await api.getAll(path)).items;
}

/** @param {import("../lib/schemas.js").FilledTemplate} template @returns {Template} */
function asTemplate(template) {
  return {
    name: template.name,
    title: template.title || answerName(template.name),
    folder: template.folder ?? "",
    text: template.text,
    language: template.language,
    unfilled: template.unfilled ?? [],
    files: template.files ?? [],
  };
}

/** @param {Macro} macro @returns {Macro} */
function asMacro(macro) {
  return { name: macro.name, title: macro.title || plainName(macro.name), actions: macro.actions ?? [] };
}

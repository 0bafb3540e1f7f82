/** What a team keeps ready to answer with: templates, filled in for a conversation, and macros. Asked when wanted first. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";

/**
 * @typedef {{name: string, title: string, text: string, language?: string, unfilled: string[]}} Template
 * @typedef {{name: string, title: string, actions: Record<string, any>[]}} Macro
 * @typedef {{templates: Template[], macros: Macro[], error: unknown, busy: boolean}} Ready
 */

const ready = slice("answers", {
  /** @type {Map<string, Ready>} by conversation */
  of: new Map(),
});

/** @type {Ready} */
const NOTHING = { templates: [], macros: [], error: null, busy: false };

/** What is ready for a conversation; asked for if it is not known. @param {Record<string, any>} whole */
export function answersFor(whole) {
  const known = ready.get().of.get(whole.id);
  if (known) return known;
  ready.get().of.clear();
  ready.get().of.set(whole.id, { ...NOTHING, busy: true });
  load(whole);
  return { ...NOTHING, busy: true };
}

/** Ask anew the next time. */
export function forget() {
  ready.get().of.clear();
}

/** @param {Record<string, any>} whole */
async function load(whole) {
  const [templates, macros] = await Promise.allSettled([
    items(`/conversations/${encodeURIComponent(whole.id)}/templates`),
    items(`/teams/${encodeURIComponent(whole.team)}/macros`),
  ]);
  const error = templates.status === "rejected" ? templates.reason : null;
  ready.change(({ of }) => {
    of.set(whole.id, {
      templates: templates.status === "fulfilled" ? templates.value.map(asTemplate) : [],
      macros: macros.status === "fulfilled" ? macros.value.map(asMacro) : [],
      error,
      busy: false,
    });
  });
}

/** @param {string} path @returns {Promise<Record<string, any>[]>} */
async function items(path) {
  return (await api.getWhole(path)).items;
}

/** @param {Record<string, any>} each @returns {Template} */
function asTemplate(each) {
  return {
    name: each.name,
    title: each.title || each.name,
    text: each.text,
    language: each.language,
    unfilled: each.unfilled ?? [],
  };
}

/** @param {Record<string, any>} each @returns {Macro} */
function asMacro(each) {
  return { name: each.name, title: each.title || each.name, actions: each.actions ?? [] };
}

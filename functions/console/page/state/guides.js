/** The guides that come with the page: their names, and the one that is read. */

import { guides } from "guides";
import { slice } from "../lib/store.js";
import { language } from "../lib/texts.js";

/** @typedef {typeof guides[number]} Guide */

const ENGLISH = "en";

export const shown = slice("settings.guide", {
  name: "",
  /** @type {unknown} What is drawn; null while it is loaded. */
  body: null,
  /** Language of the body. */
  language: ENGLISH,
  /** @type {unknown} */
  error: null,
});

/** Return all guides; those of channels alone with `true`, the others with `false`. @param {boolean} channel */
export function all(channel) {
  return guides.filter((guide) => guide.channel === channel);
}

/** Return the guide of this name. @param {string} name */
export function find(name) {
  return guides.find((guide) => guide.name === name);
}

/** Return a guide's title in the reader's language. @param {Guide} guide */
export function titleOf({ versions }) {
  return (versions[language()] ?? versions[ENGLISH]).title;
}

/** Load a guide in the reader's language, or in English where there is no other. @param {string} name */
export async function open(name) {
  const guide = find(name);
  if (!guide) return shown.change(() => ({ name: "", body: null, error: null }));
  const version = language() in guide.versions ? language() : ENGLISH;
  const now = shown.get();
  if (now.name === name && now.language === version && now.body) return;
  shown.change(() => ({ name, body: null, language: version, error: null }));
  try {
    const { default: body } = await guide.versions[version].load();
    if (shown.get().name === name) shown.change(() => ({ body }));
  } catch (error) {
    if (shown.get().name === name) shown.change(() => ({ error }));
  }
}

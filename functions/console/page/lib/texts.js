/** Texts in the reader's language. They stand in `texts/`, one file per language. */

import { slice } from "./store.js";

const KEPT = "nachfrage.language";
/** @type {Record<string, () => Promise<{default: Record<string, string>}>>} */
const LOADED = {
  en: () => import("../texts/en.json"),
  de: () => import("../texts/de.json"),
};

/** The languages the page speaks, each by its own name. */
export const LANGUAGES = { en: "English", de: "Deutsch" };

/** @type {Record<string, string>} */
let texts = {};
/** @type {Intl.PluralRules} */
let plurals = new Intl.PluralRules("en");

export const currentLanguage = slice("language", { name: "en" });

/** The page's language: `en` or `de`. */
export function language() {
  return currentLanguage.get().name;
}

/** The language for dates and numbers: the reader's own kind of it (`de-AT`), where the browser says so. */
export function locale() {
  return navigator.languages.find((browserLanguage) => browserLanguage.split("-")[0] === language()) ?? language();
}

/** Speak what the reader chose, or else what the browser prefers. */
export function start() {
  const wanted = [localStorage.getItem(KEPT) ?? "", ...navigator.languages].map((language) => language.split("-")[0]);
  return speak(wanted.find((language) => language in LOADED) ?? "en");
}

/** Use this language from now on in this browser. @param {string} name */
export async function choose(name) {
  localStorage.setItem(KEPT, name);
  await speak(name);
}

/** @param {string} name */
async function speak(name) {
  texts = (await LOADED[name]()).default;
  plurals = new Intl.PluralRules(name);
  document.documentElement.lang = name;
  currentLanguage.change(() => ({ name }));
}

/**
 * The text of a key, with its fields filled in. With a number `n`, the form for that number: `key.one`, `key.other`.
 * @param {string} key
 * @param {Record<string, string | number>} [fields]
 */
export function t(key, fields = {}) {
  const text = texts[key] ?? (typeof fields.n === "number" ? texts[`${key}.${plurals.select(fields.n)}`] : undefined);
  if (text === undefined) {
    // A page with a strange word in it is better than none.
    reportError(new Error(`no text ${key}`));
    return key;
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => String(fields[name]));
}

/** Tell whether there is a text of this key. @param {string} key */
export function has(key) {
  return key in texts;
}

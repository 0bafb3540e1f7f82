/** Texts in the reader's language. They stand in `texts/`, one file per language. */

import { slice } from "./store.js";

const KEPT = "nachfrage.language";
/** @type {Record<string, () => Promise<{default: Record<string, string>}>>} */
const LOADED = {
  en: () => import("../texts/en.json"),
  de: () => import("../texts/de.json"),
};

/** The texts of what is loaded when it is opened; the build puts them apart. @type {typeof LOADED} */
const OTHERS = {
  en: () => import("../texts/en.json?later"),
  de: () => import("../texts/de.json?later"),
};

/** The languages the page speaks, each by its own name. */
export const LANGUAGES = { en: "English", de: "Deutsch" };

/** @type {Record<string, string>} */
let texts = {};
let withOthers = false;
/** @type {Promise<void> | undefined} */
let adding;
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

/** Have the texts of parts that are loaded when they are opened, too; resolves when they are there, also for those who ask meanwhile. */
export function addOthers() {
  adding ??= add().catch((error) => {
    withOthers = false;
    adding = undefined;
    throw error;
  });
  return adding;
}

async function add() {
  withOthers = true;
  texts = await read(language());
}

/** @param {string} name */
async function read(name) {
  const [first, others] = await Promise.all([LOADED[name](), withOthers ? OTHERS[name]() : null]);
  return { ...first.default, ...others?.default };
}

/** @param {string} name */
async function speak(name) {
  texts = await read(name);
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

// Tells what the first use of the page needs, to read conversations and to answer, from what is loaded when it is opened.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A module that is loaded when it is opened, with the texts that it alone uses. */
const PART = /\bloadPart\(\s*\(\)\s*=>\s*import\("([^"]+)"\)/g;
/** A text that explains a key of the keyboard, which only the help shows; it is loaded when it is opened. */
const EXPLANATION = /\btext:\s*"keys\.[\w.-]+"/g;
const KEY = "[a-z][\\w-]*(?:\\.[\\w-]+)+";
const WHOLE = new RegExp(`["'\`](${KEY})["'\`]`, "g");
const BEGUN = /`([a-z][\w-]*\.(?:[\w-]+\.)*)\$\{/g;
const FORMS = /\.(?:zero|one|two|few|many|other)$/;

/** Return the page's modules that can be reached from main.js without opening a part that is loaded on its own. */
export function modulesOfFirstUse(sources, inputs) {
  const found = new Set();
  const open = ["main.js"];
  while (open.length) {
    const path = open.pop();
    if (found.has(path) || !path.endsWith(".js") || path.includes("node_modules")) continue;
    found.add(path);
    const parts = new Set([...readFileSync(join(sources, path), "utf8").matchAll(PART)].map(([, part]) => part));
    for (const { path: imported, original } of inputs[path].imports) if (!parts.has(original)) open.push(imported);
  }
  return found;
}

/** Return the keys of texts that modules name: whole, and the beginnings of keys that are put together. */
export function textsOf(sources, modules) {
  const code = [...modules]
    .map((path) => readFileSync(join(sources, path), "utf8"))
    .join("\n")
    .replace(EXPLANATION, "");
  const all = (pattern) => [...code.matchAll(pattern)].map(([, key]) => key);
  return { whole: new Set(all(WHOLE)), begun: all(BEGUN) };
}

/** Tell whether a text is among those; a text with forms for numbers is named without its form. */
export function isNeeded(key, { whole, begun }) {
  return [key, key.replace(FORMS, "")].some((name) => whole.has(name) || begun.some((part) => name.startsWith(part)));
}

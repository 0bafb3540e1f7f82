/** Names of languages in the reader's language. */

import { language } from "./texts.js";

/** Return the name of a language, its code where nobody knows one. @param {string} code ISO 639-1 */
export function languageName(code) {
  try {
    return new Intl.DisplayNames([language()], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

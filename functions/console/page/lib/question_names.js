/** The names of templates for questions, as people gave them. */

import { nameOf } from "./template_names.js";

/**
 * Return the title of a question, of whichever of its languages has one; built-in ones have theirs in the reader's language.
 * @param {string} name
 * @param {{name: string, title?: string}[]} templates in all languages
 */
export function questionName(name, templates) {
  const titled = templates.find((template) => template.name === name && template.title?.trim());
  return titled?.title?.trim() || nameOf(name);
}

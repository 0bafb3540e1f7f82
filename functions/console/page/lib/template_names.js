/** The names of templates, in words where they are built in. */

import { t } from "./texts.js";

/** Name a template: built-in ones by their texts, a team's own by their names. @param {string} name */
export function nameOf(name) {
  const shipped = ["usual", "after_offer", "by_name", "with_topic", "after_days"];
  return shipped.includes(name) ? t(`settings.template.${name}`) : plainName(name);
}

/** Name a template for answers, in words where it is built in. @param {string} name */
export function answerName(name) {
  const shipped = ["thanks", "looking_into_it", "more_details", "private_please", "solved"];
  return shipped.includes(name) ? t(`template.answer.${name}`) : plainName(name);
}

/** Return a name as people write it: with spaces, and a capital letter at its beginning. @param {string} name */
export function plainName(name) {
  const words = name.replaceAll(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

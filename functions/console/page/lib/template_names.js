/** The names of templates, in words where they are built in. */

import { t } from "./texts.js";

/** Name a template: built-in ones by their texts, a team's own by their names. @param {string} name */
export function nameOf(name) {
  const shipped = ["usual", "by_name", "with_topic", "after_days"];
  return shipped.includes(name) ? t(`settings.template.${name}`) : name.replaceAll(/[-_]/g, " ");
}

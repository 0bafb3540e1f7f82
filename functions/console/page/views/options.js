/** The options of a `<select>`, drawn so that it shows what the state holds: also where that is not among its choices. */

import { html } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { withHeld } from "../lib/choices.js";
import { t } from "../lib/texts.js";

/**
 * Return the options of a field. A value that is not among the choices has an option of its own: "Please choose" for none.
 * @param {string} chosen what the state holds
 * @param {readonly (readonly string[])[]} choices values and texts
 * @param {(value: string) => string} [nameOf] the text of a value that is not among the choices
 */
export function options(chosen, choices, nameOf = (value) => value) {
  const pairs = /** @type {[string, string][]} */ (choices);
  const all = withHeld(pairs, [chosen], (value) => (value ? nameOf(value) : t("choice.none")));
  return all.map(([value, text]) => option(value, text, chosen));
}

/**
 * Return one option; for a field with groups, of which one has what is chosen.
 * @param {string} value
 * @param {string} text
 * @param {string} chosen what the state holds
 */
export function option(value, text, chosen) {
  // The attribute serves a new option. `live`: what somebody chose stands in the element alone, until it is in the state.
  return html`<option value=${value} ?selected=${value === chosen} .selected=${live(value === chosen)}>${text}</option>`;
}

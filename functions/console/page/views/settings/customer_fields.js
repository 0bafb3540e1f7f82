/** The fields that a team keeps of its customers, in the settings of the team. */

import { html, nothing } from "lit-html";
import { icon } from "../../lib/icons.js";
import { t } from "../../lib/texts.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/schemas.js").Team} Team
 * @typedef {{name: string, label: string, type?: string, choices?: string[]}} Field
 */

const TYPES = ["text", "number", "date", "choice"];
const MOST = 30;

/**
 * Return a name for a new field that no other one has.
 * @param {string} wanted
 * @param {Field[]} others
 */
export function freeName(wanted, others) {
  const taken = new Set(others.map(({ name }) => name));
  const first = wanted || "field";
  if (!taken.has(first)) return first;
  let number = 2;
  while (taken.has(`${first}-${number}`)) number += 1;
  return `${first}-${number}`;
}

/**
 * @param {{change: (edit: (draft: Team) => void) => void, wrong: (field: string) => string}} editor
 * @param {Team} draft
 * @param {(label: string) => string} nameFrom
 */
export function template(editor, draft, nameFrom) {
  const fields = /** @type {Field[]} */ (draft.customer_fields ?? []);
  const set = (/** @type {Field[]} */ changed) =>
    editor.change((team) => {
      team.customer_fields = /** @type {any} */ (changed);
    });
  const edit = (/** @type {number} */ place, /** @type {Partial<Field>} */ change) =>
    set(fields.map((field, each) => (each === place ? { ...field, ...change } : field)));
  const add = () => set([...fields, { name: freeName("", fields), label: "", type: "text", choices: [] }]);
  return form.card(
    t("settings.fields"),
    html`
      ${fields.map((field, place) =>
        one(
          field,
          place,
          (change) => edit(place, named(change, field, fields, nameFrom)),
          () => set(fields.filter((_, each) => each !== place)),
        ),
      )}
      ${form.problem("customer-fields", editor.wrong("customer_fields"))}
      ${fields.length < MOST ? html`<div class="row-actions"><button type="button" class="button" @click=${add}>${icon("plus")}${t("settings.fields.add")}</button></div>` : nothing}`,
    t("settings.fields.lead"),
  );
}

/**
 * A field that has no value yet is named after its label; later its name stays, as values are kept under it.
 * @param {Partial<Field>} change
 * @param {Field} field
 * @param {Field[]} fields
 * @param {(label: string) => string} nameFrom
 */
function named(change, field, fields, nameFrom) {
  const isNew = /^field(-\d+)?$/.test(field.name) || field.name === nameFrom(field.label);
  if (change.label === undefined || !isNew) return change;
  const others = fields.filter((each) => each !== field);
  return { ...change, name: freeName(nameFrom(change.label), others) };
}

/**
 * @param {Field} field
 * @param {number} place
 * @param {(change: Partial<Field>) => void} edit
 * @param {() => void} remove
 */
function one(field, place, edit, remove) {
  const id = `field-${place}`;
  const type = field.type ?? "text";
  const chosen = (/** @type {string} */ kind) => edit({ type: kind, choices: kind === "choice" ? field.choices : [] });
  return html`
    <fieldset class="customer-field">
      <legend class="unseen">${field.label || t("settings.fields.new")}</legend>
      ${form.field(
        `${id}-label`,
        t("settings.fields.label"),
        form.input(`${id}-label`, field.label, (label) => edit({ label }), { maxlength: 80, required: true }),
      )}
      ${form.field(
        `${id}-type`,
        t("settings.fields.type"),
        form.select(
          `${id}-type`,
          type,
          TYPES.map((kind) => [kind, t(`settings.fields.type.${kind}`)]),
          chosen,
        ),
      )}
      ${
        type === "choice"
          ? form.field(
              `${id}-choices`,
              t("settings.fields.choices"),
              form.words(`${id}-choices`, field.choices ?? [], (choices) => edit({ choices })),
            )
          : nothing
      }
      <button type="button" class="button quiet-danger" aria-label=${t("settings.fields.remove", { label: field.label || t("settings.fields.new") })} @click=${remove}>${icon("trash")}${t("settings.fields.remove_short")}</button>
    </fieldset>`;
}

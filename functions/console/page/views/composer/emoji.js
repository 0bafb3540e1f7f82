/** The button that opens the choice of emoji; the chosen one goes where the caret was. */

import { html } from "lit-html";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { loadPart } from "../../lib/load_part.js";
import { t } from "../../lib/texts.js";
import { openLoaded } from "../../lib/typed_ahead.js";

/** The field of the composer that was written in last, by its id. */
let last = "";

/** Note the field that is written in. @param {FocusEvent} event */
export function remember({ target }) {
  if (target instanceof HTMLTextAreaElement) last = target.id;
}

export function button() {
  const label = t("composer.emoji");
  return html`<button type="button" class="icon-button small" aria-haspopup="dialog" aria-label=${label} title=${label} @click=${choose}>${icon("smile")}</button>`;
}

async function load() {
  const { emoji: picker } = await loadPart(() => import("../admin.js"));
  return { picker, groups: await picker.loadGroups() };
}

/** @param {Event} event */
async function choose(event) {
  const anchor = /** @type {HTMLElement} */ (event.currentTarget);
  try {
    await openLoaded(load, ({ picker, groups }) => picker.insertEmoji(groups, anchor, last));
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

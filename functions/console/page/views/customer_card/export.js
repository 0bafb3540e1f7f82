/** The part of a customer's card with which leads and admins save all that is known of them, as JSON. */

import { html, nothing } from "lit-html";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { saveFile } from "../../lib/save_file.js";
import * as session from "../../lib/session.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as state from "../../state/customer_card.js";

let isBusy = false;

/** @param {import("../../lib/schemas.js").CustomerCard} card */
export function template(card) {
  if (!session.is("lead", "admin")) return nothing;
  return html`
    <section>
      <h3>${t("settings.card.data")}</h3>
      <button class="button" aria-describedby="card-export-hint" ?disabled=${isBusy} @click=${() => save(card)}>${icon("download")}${t("settings.card.export")}</button>
      <p class="muted" id="card-export-hint">${t("settings.card.export_hint")}</p>
    </section>`;
}

/** @param {import("../../lib/schemas.js").CustomerCard} card */
async function save({ id }) {
  isBusy = true;
  schedule();
  try {
    const known = JSON.stringify(await state.everything(id), null, 2);
    const day = new Date().toISOString().slice(0, 10);
    saveFile(new Blob([known], { type: "application/json" }), `nachfrage-customer-${id.slice(0, 8)}-${day}.json`);
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
  isBusy = false;
  schedule();
}

/** The order of the list, and saved views: a button each; what can be chosen behind it is loaded when it is pressed. */

import { html, nothing } from "lit-html";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { loadPart } from "../../lib/load_part.js";
import { t } from "../../lib/texts.js";
import { inbox } from "../../state/inbox.js";
import { documentOf, fromDocument, SORTED } from "../../state/list_filters.js";
import * as views from "../../state/saved_views.js";

/** Return the buttons. */
export function viewsAndOrder() {
  const { filters } = inbox.get();
  const order = filters.sort || "urgent";
  return html`
    <button class="chip" aria-haspopup="dialog" data-act="views" @click=${choose("openViews")}>${icon("inbox")}${active()?.name ?? t("views.button")}</button>
    ${
      SORTED.includes(filters.status)
        ? html`<button class="chip ${order === "urgent" ? "" : "on"}" aria-haspopup="dialog" data-act="order" aria-label=${t("order.label", { order: t(`order.${order}`) })} @click=${choose("openOrder")}>${icon("down")}${t(`order.${order}`)}</button>`
        : nothing
    }`;
}

/** Return the view whose filters the list has. */
function active() {
  const now = sameForm(documentOf(inbox.get().filters));
  return views.saved.get().views.find((view) => sameForm(documentOf(fromDocument(view.filters))) === now);
}

/** @param {object} document */
function sameForm(document) {
  return JSON.stringify(Object.entries(document).sort());
}

/** Return what opens a choice beside the button that is pressed. @param {"openViews" | "openOrder"} name */
function choose(name) {
  return async (/** @type {Event} */ event) => {
    const anchor = /** @type {Element} */ (event.currentTarget);
    try {
      await (await loadPart(() => import("../admin.js"))).viewChoices[name](anchor);
    } catch (error) {
      toast(explain(error).text, { kind: "bad" });
    }
  };
}

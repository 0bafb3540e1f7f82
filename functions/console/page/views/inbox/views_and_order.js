/** The order of the list, and saved views: a button each; what can be chosen behind it is loaded when it is pressed. */

import { html, nothing } from "lit-html";
import { icon } from "../../lib/icons.js";
import { t } from "../../lib/texts.js";
import { inbox } from "../../state/inbox.js";
import { documentOf, fromDocument, SORTED } from "../../state/list_filters.js";
import * as views from "../../state/saved_views.js";
import { choose } from "../pick/choose.js";

/** Return the buttons. */
export function viewsAndOrder() {
  const { filters } = inbox.get();
  const order = filters.sort || "urgent";
  return html`
    <button class="chip" aria-haspopup="dialog" data-act="views" @click=${(/** @type {Event} */ event) => open("openViews", event)}>${icon("inbox")}${active()?.name ?? t("views.button")}</button>
    ${
      SORTED.includes(filters.status)
        ? html`<button class="chip ${order === "urgent" ? "" : "on"}" aria-haspopup="dialog" data-act="order" aria-label=${t("order.label", { order: t(`order.${order}`) })} @click=${(/** @type {Event} */ event) => open("openOrder", event)}>${icon("down")}${t(`order.${order}`)}</button>`
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

/** Open a choice beside the button that is pressed. @param {"openViews" | "openOrder"} name @param {Event} event */
function open(name, { currentTarget }) {
  return choose((pick) => pick[name](/** @type {Element} */ (currentTarget)));
}

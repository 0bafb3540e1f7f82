/** Posting by hand: the approved text is copied, the platform's own page opens, and the address of our post comes back. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { isLate } from "../../lib/proposal_steps.js";
import { t } from "../../lib/texts.js";
import * as one from "../../state/open_proposal.js";
import * as actions from "./actions.js";
import { placeLabel } from "./list.js";

/** The form for the address of our post. @param {string} label */
export function addressForm(label) {
  const { address, addressRefusal: refusal, busy } = one.opened.get();
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (safe(address.trim())) actions.notePosted();
  };
  return html`
    <form class="field" @submit=${submit}>
      <label for=${actions.ADDRESS}>${label}</label>
      <span class="proposal-address">
        <input class="input" id=${actions.ADDRESS} type="url" inputmode="url" autocomplete="off" dir="ltr" maxlength="2000"
          aria-invalid=${refusal ? "true" : nothing} aria-describedby=${refusal ? "address-refusal" : nothing}
          .value=${live(address)} @input=${(/** @type {any} */ event) => one.writeAddress(event.target.value)}>
        <button class="button" ?disabled=${busy || !safe(address.trim())}>${icon("check")}${t("proposals.hand.posted")}</button>
      </span>
      ${refusal ? html`<span class="wrong" id="address-refusal">${icon("alert")}${refusal.message}</span>` : nothing}
    </form>`;
}

/** @param {import("../../lib/schemas.js").Proposal} proposal */
export function byHand(proposal) {
  return html`
    <section class="admin-card proposal-hand" aria-labelledby="by-hand">
      <h2 id="by-hand">${t("proposals.hand.title")}</h2>
      <ol>
        ${isLate(proposal) ? nothing : copying(proposal)}
        <li>
          ${addressForm(t("proposals.hand.address"))}
        </li>
      </ol>
    </section>`;
}

/** Copying the text, and opening the platform's own page. @param {import("../../lib/schemas.js").Proposal} proposal */
function copying(proposal) {
  const link = actions.composer(proposal);
  return html`
    <li>
      <p>${t("proposals.hand.copy", { place: placeLabel(proposal) })}</p>
      <p class="row-actions">
        <button type="button" class="button primary" @click=${actions.postByHand}>${icon("copy")}<span>${t("proposals.hand.open")}</span><kbd aria-hidden="true">p</kbd></button>
        ${link ? html`<a class="button" href=${link.href} target="_blank" rel="noopener noreferrer">${icon("link")}${t("proposals.hand.only_open")}</a>` : nothing}
      </p>
    </li>`;
}

/** The text of an offer: the field with what is left of its length, the team's texts, why it was refused, and the one that waits. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { moment, number, relative } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { waits } from "../../lib/proposal_steps.js";
import { fieldIn } from "../../lib/suggest.js";
import { room } from "../../lib/text_length.js";
import { t } from "../../lib/texts.js";
import * as one from "../../state/open_proposal.js";
import * as actions from "./actions.js";

/** @typedef {import("../../lib/schemas.js").Proposal} Proposal */

/** Texts of the team that are shown below the field; all others are behind the key. */
const SHOWN = 3;
/** Characters that the API takes. */
const LONGEST = 10_000;

/** @param {Proposal} proposal */
export function writing(proposal) {
  const { isConfirmed } = one.opened.get();
  const text = one.text();
  const left = roomOf(text, proposal);
  return html`
    <section class="proposal-writing" aria-label=${t("proposals.our_text")}>
      <label for=${actions.FIELD}>${t(waits(proposal) ? "proposals.change_text" : "proposals.text")}</label>
      ${fromDraft(proposal, text)}
      ${field(text, proposal)}
      <p class="proposal-left ${left?.state ?? "calm"}" id="proposal-left">${leftText(text, left)}</p>
      ${suggestions()}
      ${proposal.permitted.confirm ? confirmation(isConfirmed) : nothing}
      ${actions.suggested().length > SHOWN ? html`<p><button type="button" class="button slight" @click=${actions.chooseTemplate}>${icon("answer")}<span>${t("proposals.templates")}</span><kbd aria-hidden="true">t</kbd></button></p>` : nothing}
    </section>`;
}

/** Say whose text stands in the field, as long as nobody changed it. @param {Proposal} proposal @param {string} text */
function fromDraft({ draft }, text) {
  if (!draft || draft.text !== text) return nothing;
  return html`<p class="muted">${t("proposals.draft", { who: draft.by.name ?? t("person.unknown") })}</p>`;
}

/**
 * The field, and below it why the text was refused.
 * @param {string} text
 * @param {Proposal} proposal
 */
function field(text, proposal) {
  const { refusal } = one.opened.get();
  const type = (/** @type {Event} */ event) => one.write(/** @type {HTMLTextAreaElement} */ (event.target).value);
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") /** @type {HTMLElement} */ (event.target).blur();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (isReady(proposal)) actions.offer();
  };
  return html`
    <textarea id=${actions.FIELD} class="input" rows="4" dir="auto" maxlength=${LONGEST} placeholder=${t("proposals.placeholder")}
      aria-describedby=${refusal ? "proposal-left proposal-refusal" : "proposal-left"} aria-invalid=${refusal ? "true" : nothing}
      aria-keyshortcuts="Control+Enter" .value=${live(text)} @focus=${actions.claimToWrite} @input=${type} @keydown=${press}></textarea>
    ${refusal ? html`<p class="wrong" id="proposal-refusal">${icon("alert")}<span>${refusal.message}</span></p>` : nothing}`;
}

/** Tell whether the text can be offered as it is. @param {Proposal} proposal */
function isReady(proposal) {
  const { busy, isConfirmed } = one.opened.get();
  const text = one.text().trim();
  if (busy || !text || fieldIn(text) || (proposal.permitted.confirm && !isConfirmed)) return false;
  const isUnchanged = waits(proposal) && text === proposal.offer?.text;
  return !isUnchanged && roomOf(text, proposal)?.state !== "over";
}

/** The button that offers the text, or begins one. @param {Proposal} proposal */
export function mainButton(proposal) {
  const hasText = one.text().trim() && one.text().trim() !== proposal.offer?.text;
  return hasText
    ? html`<button type="button" class="button primary" ?disabled=${!isReady(proposal)} @click=${actions.offer}>${icon("send")}<span>${t(sendText(proposal))}</span></button>`
    : html`<button type="button" class="button primary" @click=${actions.write}>${icon("answer")}<span>${t("proposals.step.write")}</span><kbd aria-hidden="true">r</kbd></button>`;
}

/** @param {string} text @param {Proposal} proposal */
function roomOf(text, { context }) {
  const limit = context?.limit;
  return limit ? room(text, /** @type {any} */ ({ limit: limit.length, unit: limit.unit })) : null;
}

/**
 * Say what is left, or which field of a template is still open.
 * @param {string} text
 * @param {ReturnType<typeof roomOf>} left
 */
function leftText(text, left) {
  const open = fieldIn(text);
  if (open) return t("proposals.unfilled", { field: open.name });
  if (!left) return "";
  const n = Math.abs(left.left);
  return t(left.state === "over" ? "proposals.over" : "proposals.left", { n, count: number(n) });
}

/** @param {Proposal} proposal */
function sendText({ context, permitted }) {
  if (context?.needs_approval) return "proposals.send.approval";
  return permitted.state === "by_hand" ? "proposals.send.by_hand" : "proposals.send.now";
}

function suggestions() {
  const shown = one.text().trim() ? [] : actions.suggested().slice(0, SHOWN);
  if (!shown.length) return nothing;
  return html`
    <ul class="proposal-suggestions" aria-label=${t("proposals.suggested")}>
      ${shown.map(
        ({ text, title }) => html`
          <li><button type="button" class="suggestion" @click=${() => actions.use(text)}><strong>${title}</strong><span dir="auto">${text}</span></button></li>`,
      )}
    </ul>`;
}

/** @param {boolean} isConfirmed */
function confirmation(isConfirmed) {
  return html`
    <label class="ticked">
      <input type="checkbox" .checked=${live(isConfirmed)} @change=${(/** @type {any} */ event) => one.confirm(event.target.checked)}>
      <span>${t("proposals.confirm")}</span>
    </label>`;
}

/** The text that waits for a second person: exactly what would leave. @param {Proposal} proposal */
export function waitingText(proposal) {
  const { offer, status, claimed_until: until } = proposal;
  if (status !== "claimed" || !offer || !waits(proposal)) return nothing;
  const { refusal } = one.opened.get();
  const isOwn = actions.isOwnText(proposal);
  return html`
    <section class="proposal-offer" aria-label=${t("proposals.text_waits")}>
      <p><strong>${t(isOwn ? "proposals.waits.own" : "proposals.waits.other", { who: offer.by.name ?? "" })}</strong> <span class="muted">${relative(offer.at)}</span></p>
      <blockquote class="proposal-text" dir="auto">${offer.text}</blockquote>
      ${isOwn ? nothing : html`<p class="muted">${t("proposals.waits.exactly")}</p>`}
      ${until ? html`<p class="muted">${t("proposals.waits.until", { at: moment(until) })}</p>` : nothing}
      ${refusal && !one.steps().has("write") ? html`<p class="wrong" role="alert">${icon("alert")}<span>${refusal.message}</span></p>` : nothing}
    </section>`;
}

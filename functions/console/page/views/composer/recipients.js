/** Recipients of an answer to a mail: shown with names and addresses, and changed, with Cc and the subject, on request. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { beginning } from "../../lib/excerpt.js";
import { icon } from "../../lib/icons.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as drafts from "../../state/drafts.js";
import * as recipients from "../../state/recipients.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../state/drafts.js").Draft} Draft
 */

/** Characters of a name and of an address that are shown. */
const NAME = 100;
/** People of the exchange who are offered. */
const OFFERED = 8;

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function template(conversation, draft) {
  const envelope = recipients.envelopeOf(conversation, draft);
  if (!envelope) return nothing;
  const { to, cc, subject } = envelope;
  const open = draft.addressing;
  const toggle = () => change(conversation, { addressing: !open });
  return html`
    <div class="composer-recipients">
      <div class="composer-line">
        <span class="recipients-kind">${t("recipients.to")}</span>
        ${to.map((address) => person(conversation, address))}
        ${cc.length ? html`<span class="recipients-kind">${t("recipients.cc")}</span>${cc.map((address) => person(conversation, address))}` : nothing}
        <button type="button" class="button small quiet" aria-expanded=${open} @click=${toggle}>${t(open ? "recipients.close" : "recipients.change")}</button>
      </div>
      ${draft.subject === null || open ? nothing : html`<p class="recipients-subject"><span class="recipients-kind">${t("recipients.subject")}</span> <bdi>${beginning(subject, 200)}</bdi></p>`}
      ${open ? fields(conversation, draft, { to: draft.to ?? to.join(", "), cc: draft.cc, subject }) : nothing}
      ${writer(conversation, draft)}
    </div>`;
}

/** Return the names of all to whom a draft goes, for the line above. @param {Conversation} conversation @param {Draft} draft */
export function names(conversation, draft) {
  const envelope = recipients.envelopeOf(conversation, draft);
  return [...(envelope?.to ?? []), ...(envelope?.cc ?? [])]
    .map((address) => beginning(recipients.nameOf(conversation, address) || address, NAME))
    .join(", ");
}

/** @param {Conversation} conversation @param {string} address */
function person(conversation, address) {
  const name = beginning(recipients.nameOf(conversation, address), NAME);
  return html`<span class="recipient">${name ? html`<bdi>${name}</bdi> ` : nothing}<bdi class="recipient-address">${beginning(address, NAME)}</bdi></span>`;
}

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @param {{to: string, cc: string, subject: string}} values
 */
function fields(conversation, draft, values) {
  const offered = recipients.others(conversation, draft).slice(0, OFFERED);
  const usual = conversation.answer?.to[0] ?? "";
  const add = (/** @type {string} */ address) => () =>
    change(conversation, { cc: [...recipients.addressesIn(draft.cc), address].join(", ") });
  return html`
    <div class="recipients-fields" @keydown=${stay}>
      ${field("to", values.to, (to) => change(conversation, { to, toFor: usual }))}
      ${field("cc", values.cc, (cc) => change(conversation, { cc }))}
      ${offered.length ? html`<p class="recipients-offered">${offered.map((address) => html`<button type="button" class="button small quiet" @click=${add(address)}>${icon("plus")}<bdi>${t("recipients.add", { who: beginning(recipients.nameOf(conversation, address) || address, NAME) })}</bdi></button>`)}</p>` : nothing}
      ${field("subject", values.subject, (subject) => change(conversation, { subject }))}
    </div>`;
}

/**
 * @param {"to" | "cc" | "subject"} name
 * @param {string} value
 * @param {(value: string) => void} take
 */
function field(name, value, take) {
  const type = (/** @type {Event} */ event) => take(/** @type {HTMLInputElement} */ (event.target).value);
  const hint = name === "subject" ? nothing : t("recipients.hint");
  return html`
    <label class="recipients-field" for="recipients-${name}"><span>${t(`recipients.${name}`)}</span>
      <input id="recipients-${name}" class="input" type="text" dir="auto" autocomplete="off" maxlength=${name === "subject" ? 200 : nothing} placeholder=${hint} .value=${live(value)} @input=${type}></label>`;
}

/** Enter in one of these fields sends nothing by itself. @param {KeyboardEvent} event */
function stay(event) {
  if (event.key === "Enter" && !(event.ctrlKey || event.metaKey || event.altKey)) event.preventDefault();
}

/** Say that somebody wrote since, to whom the draft does not go. @param {Conversation} conversation @param {Draft} draft */
function writer(conversation, draft) {
  const address = recipients.passedOver(conversation, draft);
  if (!address) return nothing;
  const who = beginning(recipients.nameOf(conversation, address) || address, NAME);
  const answer = () => change(conversation, { to: address, toFor: address });
  return html`
    <p class="composer-notice warn" role="status">
      ${icon("alert")}<span>${t("recipients.wrote_last", { who })}</span>
      <button type="button" class="button small" @click=${answer}>${t("recipients.answer", { who })}</button>
    </p>`;
}

/** @param {Conversation} conversation @param {Partial<Draft>} changed */
function change(conversation, changed) {
  drafts.change(conversation.id, changed);
  schedule();
}

/** Recipients of a mail: who, in one line, and on request with all addresses; and the address of its sender. */

import { html, nothing } from "lit-html";
import { beginning } from "../../lib/excerpt.js";
import { icon } from "../../lib/icons.js";
import { t } from "../../lib/texts.js";
import * as recipients from "../../state/recipients.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../lib/schemas.js").Message} Message
 */

/** Characters of a name and of an address, and people of the line, that are shown. */
const NAME = 100;
const NAMED = 3;

/** The address of a mail's sender. @param {Message} message @param {Conversation} conversation */
export function senderAddress({ author, direction }, { answer }) {
  if (!answer || direction !== "inbound" || !author?.id) return nothing;
  return html`<span class="message-address"><span class="unseen">${t("recipients.sender")}</span> <bdi>${beginning(author.id, NAME)}</bdi></span>`;
}

/** @param {Message} message @param {Conversation} conversation */
export function recipientsOf({ recipients: sent }, conversation) {
  if (!sent || !(sent.to.length || sent.cc.length)) return nothing;
  return html`
    <details class="message-recipients">
      <summary>${inBrief("to", sent.to, conversation)}${sent.to.length && sent.cc.length ? ", " : nothing}${inBrief("cc", sent.cc, conversation)}</summary>
      <ul>${["to", "cc"].map((kind) => (kind === "to" ? sent.to : sent.cc).map((address) => person(kind, address, conversation)))}</ul>
    </details>
    ${sent.unreached ? html`<p class="mark-word bad">${icon("alert")}${t("recipients.unreached", { who: sent.unreached.map((address) => beginning(address, NAME)).join(", ") })}</p>` : nothing}`;
}

/** @param {"to" | "cc"} kind @param {string[]} addresses @param {Conversation} conversation */
function inBrief(kind, addresses, conversation) {
  if (!addresses.length) return nothing;
  const shown = addresses
    .slice(0, NAMED)
    .map((address) => beginning(recipients.nameOf(conversation, address) || address, NAME));
  const more = addresses.length - shown.length;
  const who = more ? `${shown.join(", ")} +${more}` : shown.join(", ");
  return html`<bdi>${t(`recipients.brief.${kind}`, { who })}</bdi>`;
}

/** @param {string} kind @param {string} address @param {Conversation} conversation */
function person(kind, address, conversation) {
  const name = beginning(recipients.nameOf(conversation, address), NAME);
  return html`<li><span class="recipients-kind">${t(`recipients.${kind}`)}</span> ${name ? html`<bdi>${name}</bdi> ` : nothing}<bdi class="recipient-address">${beginning(address, 320)}</bdi></li>`;
}

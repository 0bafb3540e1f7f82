/** A mail with its formatting in the place of its text, and the way from one to the other. */

import { html, nothing } from "lit-html";
import { explain } from "../../lib/errors.js";
import { t } from "../../lib/texts.js";
import { richOf, show } from "../../state/rich_text.js";

/**
 * @typedef {import("../../lib/schemas.js").Message} Message
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 */

/**
 * The formatting of the customer's last mail is shown by itself, that of others on request.
 * @param {Message} message
 * @param {Conversation} conversation
 * @param {() => unknown} plain its text, and what is folded below it
 */
export function richText(message, conversation, plain) {
  const { id } = message;
  const known = richOf(id);
  if (!known && conversation.messages.findLast(({ direction }) => direction === "inbound")?.id === id)
    queueMicrotask(() => richOf(id) ?? show(id, true));
  const isShown = Boolean(known?.shown && known.page);
  const label = isShown ? "rich.as_text" : known?.busy ? "rich.loading" : "rich.show";
  return html`
    ${isShown ? html`<div class="message-rich" dir="auto">${known?.page}</div>` : plain()}
    ${known?.error ? html`<p class="muted" role="status">${explain(known.error).text}</p>` : nothing}
    <button type="button" class="link-button message-all" ?disabled=${known?.busy ?? false} @click=${() => show(id, !isShown)}>${t(label)}</button>`;
}

/** A mail with its formatting in the place of its text, and the way from one to the other. */

import { html, nothing } from "lit-html";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { loadPart } from "../../lib/load_part.js";
import { t } from "../../lib/texts.js";
import { openLoaded } from "../../lib/typed_ahead.js";
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
    ${isShown ? html`<div class="message-rich" dir="auto" @click=${enlarge}>${known?.page}</div>` : plain()}
    ${known?.error ? html`<p class="muted" role="status">${explain(known.error).text}</p>` : nothing}
    <button type="button" class="link-button message-all" ?disabled=${known?.busy ?? false} @click=${() => show(id, !isShown)}>${t(label)}</button>`;
}

/** Show a picture of a mail at full size, among the others of this mail. @param {Event} event */
async function enlarge(event) {
  const page = /** @type {Element} */ (event.currentTarget);
  const chosen = /** @type {Element} */ (event.target).closest(".rich-picture");
  if (!chosen) return;
  try {
    await openLoaded(
      () => loadPart(() => import("../admin.js")),
      ({ lightbox }) => lightbox.openPicturesOf(page, chosen),
    );
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

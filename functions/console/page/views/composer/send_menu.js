/** The ways to send: as it is, with a follow-up, or resolving the conversation. */

import { html } from "lit-html";
import { t } from "../../lib/texts.js";
import { inWords } from "../../state/follow_up_plans.js";
import { usualAfter } from "../../state/team_rules.js";
import { openPick } from "../pick/dialog.js";
import { send, sendAndFollowUp } from "./actions.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 */

/**
 * @param {Conversation} conversation
 * @param {Event} event
 */
export async function openSendMenu(conversation, event) {
  const way = await openPick(
    /** @type {Element} */ (event.currentTarget),
    t("composer.more_ways"),
    (close) => html`
      <div class="pick-list">
        ${sendOption("send", "", ["Ctrl", "Enter"], close)}
        ${sendOption("ask", inWords(usualAfter(conversation.team)), ["Ctrl", "Shift", "Enter"], close)}
        ${sendOption("resolve", "", ["Alt", "Enter"], close)}
      </div>`,
  );
  if (way === "send") send(conversation);
  if (way === "ask") sendAndFollowUp(conversation);
  if (way === "resolve") send(conversation, { resolve: true });
}

/**
 * @param {"send" | "ask" | "resolve"} way
 * @param {string} after
 * @param {string[]} keys
 * @param {(way: string) => void} close
 */
function sendOption(way, after, keys, close) {
  return html`
    <button class="pick-option" @click=${() => close(way)}>
      <span class="pick-label">${t(`composer.way.${way}`, { after })}</span>
      <span class="pick-hint">${keys.map((key) => html`<kbd>${t(`key.${key === "Ctrl" ? "Mod" : key}`)}</kbd>`)}</span>
    </button>`;
}

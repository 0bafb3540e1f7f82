/** The dialog that forwards a conversation, or one message of it, to somebody without a seat. */

import { html } from "lit-html";
import * as api from "../lib/api.js";
import * as dialogs from "../lib/dialogs.js";
import { explain } from "../lib/errors.js";
import { beginning } from "../lib/excerpt.js";
import { brief } from "../lib/format.js";
import { schedule } from "../lib/store.js";
import { t } from "../lib/texts.js";
import * as openConversation from "../state/open_conversation.js";
import { undoSeconds } from "../state/workspace.js";
import { nameOf } from "./conversation/message.js";
import { options } from "./options.js";

/** Messages that can be chosen, the latest first. */
const MOST_MESSAGES = 50;

/** @param {import("../lib/schemas.js").Conversation} conversation */
export async function openForward(conversation) {
  const key = crypto.randomUUID();
  const draft = { to: "", text: "", message: "", files: true, error: "", busy: false };
  await dialogs.open(
    t("forward.title"),
    (close) => {
      const submit = async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        if (draft.busy || !draft.to.trim() || !draft.text.trim()) return;
        draft.busy = true;
        draft.error = "";
        schedule();
        try {
          await send(conversation.id, draft, key);
          close(true);
        } catch (error) {
          draft.error = explain(error).text;
        }
        draft.busy = false;
        schedule();
      };
      return html`<form class="stacked" @submit=${submit}>${fields(conversation, draft)}${buttons(draft, close)}</form>`;
    },
    { kind: "forward" },
  );
}

/**
 * @param {string} id of the conversation
 * @param {{to: string, text: string, message: string, files: boolean}} draft
 * @param {string} key the same for each try, so that it is forwarded once
 */
async function send(id, { to, text, message, files }, key) {
  const body = { to: to.trim(), text, files, hold_seconds: undoSeconds(), ...(message ? { message } : {}) };
  await api.send("POST", openConversation.path("/forwards", id), body, { key });
  dialogs.announce(t("forward.announced", { who: to.trim() }));
  await openConversation.refresh();
}

/**
 * @param {import("../lib/schemas.js").Conversation} conversation
 * @param {{to: string, text: string, message: string, files: boolean, error: string}} draft
 */
function fields(conversation, draft) {
  const take = (/** @type {"to" | "text" | "message"} */ name) => (/** @type {Event} */ event) => {
    draft[name] = /** @type {HTMLInputElement} */ (event.target).value;
    schedule();
  };
  const files = (/** @type {Event} */ event) => {
    draft.files = /** @type {HTMLInputElement} */ (event.target).checked;
  };
  return html`
    <p class="muted">${t("forward.hint")}</p>
    <div class="field"><label for="forward-to">${t("forward.to")}</label>
      <input class="input" id="forward-to" type="email" autocomplete="off" autofocus required maxlength="320" .value=${draft.to} @input=${take("to")} aria-describedby="forward-error"></div>
    <div class="field"><label for="forward-what">${t("forward.what")}</label>
      <select class="input" id="forward-what" @change=${take("message")}>
        ${options(draft.message, [["", t("forward.all")], ...choosable(conversation).map((message) => [message.id, inShort(message)])])}
      </select></div>
    <div class="field"><label for="forward-text">${t("forward.text")}</label>
      <textarea class="input" id="forward-text" dir="auto" rows="4" required maxlength="50000" .value=${draft.text} @input=${take("text")}></textarea></div>
    <label class="check" for="forward-files"><input type="checkbox" id="forward-files" .checked=${draft.files} @change=${files}> ${t("forward.files")}</label>
    <p id="forward-error" class="bad" role="alert">${draft.error}</p>`;
}

/**
 * @param {{to: string, text: string, busy: boolean}} draft
 * @param {(value?: unknown) => void} close
 */
function buttons({ to, text, busy }, close) {
  return html`
    <div class="buttons">
      <button type="button" class="button" @click=${() => close()}>${t("dialog.cancel")}</button>
      <button class="button primary" ?disabled=${busy || !to.trim() || !text.trim()}>${t("forward.send")}</button>
    </div>`;
}

/** Return the messages that can go alone, the latest first. @param {import("../lib/schemas.js").Conversation} conversation */
export function choosable({ messages }) {
  const there = messages.filter(
    ({ direction, deleted, state }) =>
      !deleted &&
      (direction === "inbound" || (direction === "outbound" && ["sent", "delivered", "read"].includes(state))),
  );
  return there.slice(-MOST_MESSAGES).reverse();
}

/** @param {import("../lib/schemas.js").Message} message */
function inShort(message) {
  const text = beginning((message.text ?? "").replaceAll(/\s+/g, " "), 60) || t("message.no_text");
  return `${nameOf(message)}, ${brief(message.sent_at)}: ${text}`;
}

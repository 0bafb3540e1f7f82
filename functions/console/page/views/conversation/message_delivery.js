/** Delivery state of our messages, in a word and an icon, with what an agent has to do. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { announce, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { time } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as openConversation from "../../state/open_conversation.js";
import { heldUntil, undo } from "../../state/sending.js";
import { focusField } from "../composer/actions.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../lib/schemas.js").Message} Message
 */

/** @type {Record<string, Parameters<typeof icon>[0]>} */
const SIGN = {
  leaving: "clock",
  queued: "clock",
  sending: "send",
  sent: "check",
  delivered: "checks",
  read: "checks",
  failed: "alert",
  unconfirmed: "alert",
  cancelled: "undo",
};
/** Ids of the messages for which something is under way. */
const busy = slice("delivery", { ids: /** @type {Set<string>} */ (new Set()) });

/** Return those messages; another set whenever that changes. */
export function busyMessages() {
  return busy.get().ids;
}

/** @param {Message} message */
function isBusy(message) {
  return busy.get().ids.has(message.id);
}

/** Return the seconds for which a message can still be undone. @param {Message} message */
export function left(message) {
  if (message.state !== "queued") return 0;
  return Math.max(0, Math.ceil((heldUntil(message) - Date.now()) / 1000));
}

/**
 * @param {Message} message
 * @param {Conversation} conversation
 */
export function delivery(message, conversation) {
  const seconds = left(message);
  if (seconds) return held(message, conversation, seconds);
  const why = message.state !== "sent" && message.explanation;
  return html`
    <div class="delivery is-${message.state}">
      ${icon(SIGN[message.state] ?? "clock")}<span>${t(`delivery.${message.state}`)}</span>
      ${why ? html`<span class="delivery-why">${why}</span>` : nothing}
      ${message.state === "failed" ? failed(message, conversation) : nothing}
      ${message.state === "unconfirmed" ? unconfirmed(message, conversation) : nothing}
    </div>`;
}

/**
 * @param {Message} message
 * @param {Conversation} conversation
 * @param {number} seconds
 */
function held(message, conversation, seconds) {
  return html`
    <div class="delivery is-held">
      ${icon("clock")}<span>${t("delivery.held", { n: seconds })}</span>
      <button class="link-button" ?disabled=${isBusy(message)} @click=${() => takeBack(message, conversation)}>${t("delivery.undo")}</button>
    </div>`;
}

/**
 * Take a message back, if it is still here.
 * @param {Message} message
 * @param {Conversation} conversation
 */
export async function takeBack(message, conversation) {
  await act(message, async () => {
    try {
      await undo(conversation.id, message);
      announce(t("delivery.undone"));
      focusField();
    } catch (error) {
      if (!(error instanceof api.ApiError) || error.code !== "left") throw error;
      toast(t("delivery.left"), { kind: "bad" });
      await openConversation.refresh();
    }
  });
}

/**
 * @param {Message} message
 * @param {Conversation} conversation
 */
function failed(message, conversation) {
  const retry = () => act(message, () => change(message, conversation, "retry"));
  return html`
    <span class="delivery-ways">
      <button class="button small" ?disabled=${isBusy(message)} @click=${retry}>${icon("refresh")}${t("delivery.retry")}</button>
      <button class="button small" @click=${() => copy(message)}>${icon("copy")}${t("delivery.copy")}</button>
    </span>`;
}

/**
 * @param {Message} message
 * @param {Conversation} conversation
 */
function unconfirmed(message, conversation) {
  const settle = (/** @type {boolean} */ arrived) =>
    act(message, () => change(message, conversation, "settle", { arrived }));
  return html`
    <span class="delivery-what">${t("delivery.look", { at: time(message.sent_at) })}</span>
    <span class="delivery-ways">
      <button class="button small" ?disabled=${isBusy(message)} @click=${() => settle(true)}>${icon("check")}${t("delivery.there")}</button>
      <button class="button small" ?disabled=${isBusy(message)} @click=${() => settle(false)}>${icon("refresh")}${t("delivery.not_there")}</button>
    </span>`;
}

/**
 * @param {Message} message
 * @param {Conversation} conversation
 * @param {"retry" | "settle"} action
 * @param {object} [body]
 */
async function change(message, conversation, action, body = {}) {
  await api.send(
    "POST",
    openConversation.path(`/replies/${encodeURIComponent(message.id)}/${action}`, conversation.id),
    body,
  );
  await openConversation.refresh();
}

/** @param {Message} message */
async function copy(message) {
  await navigator.clipboard.writeText(message.text ?? "");
  toast(t("delivery.copied"), { kind: "good" });
}

/**
 * @param {Message} message
 * @param {() => Promise<void>} action
 */
async function act(message, action) {
  if (isBusy(message)) return;
  busy.change(({ ids }) => ({ ids: new Set([...ids, message.id]) }));
  try {
    await action();
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 8 });
  } finally {
    busy.change(({ ids }) => ({ ids: new Set([...ids].filter((id) => id !== message.id)) }));
  }
}

/** Things that are done with one comment of a public thread, by a click or a key; each can be taken back. */

import { html } from "lit-html";
import { nextOpen } from "../../lib/comment_order.js";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import * as keys from "../../lib/keys.js";
import { t } from "../../lib/texts.js";
import * as answering from "../../state/answering.js";
import * as attention from "../../state/attention.js";
import * as openConversation from "../../state/open_conversation.js";
import { rowsOf } from "../../state/thread.js";
import { focus } from "../composer/actions.js";
import { openPick } from "../pick/dialog.js";

/** @typedef {import("../../lib/schemas.js").Message} Message */

/** Seconds in which a toast offers to take something back. */
const UNDO_SECONDS = 8;
/** Characters of a reason. */
const REASON = 200;

/** Write an answer to a comment. @param {Message} message */
export function answer(message) {
  answering.choose(openConversation.current.get().id, message.id);
  focus("reply");
}

/** Say that a like is enough. @param {Message} message */
export function like(message) {
  return act(message, t("attention.done.acknowledged"), () => attention.acknowledge(message));
}

/** Say that a comment needs nothing. @param {Message} message @param {string} [reason] */
export function needsNothing(message, reason) {
  return act(message, t("attention.done.none"), () => attention.state(message, "none", reason));
}

/** Say that a comment needs something after all. @param {Message} message */
export function openAgain(message) {
  return act(message, t("attention.done.open"), () => attention.state(message, "open"));
}

/** Ask why a comment needs nothing, and say so. @param {Message} message @param {Event} event */
export async function giveReason(message, event) {
  const title = t("attention.reason.title");
  const anchor = /** @type {Element} */ (event.currentTarget);
  const reason = await openPick(anchor, title, (close) => {
    const submit = (/** @type {Event} */ submitted) => {
      submitted.preventDefault();
      close(/** @type {HTMLInputElement} */ (document.getElementById("attention-reason")).value.trim());
    };
    return html`
      <form class="wish" @submit=${submit}>
        <div class="field">
          <label for="attention-reason">${title}</label>
          <input id="attention-reason" class="input" dir="auto" autocomplete="off" maxlength=${REASON} autofocus>
        </div>
        <div class="buttons"><button class="button primary">${t("attention.reason.save")}</button></div>
      </form>`;
  });
  if (reason) await needsNothing(message, reason);
}

/**
 * @param {Message} message
 * @param {string} done what is said then
 * @param {() => Promise<() => Promise<unknown>>} run
 */
async function act(message, done, run) {
  const { id } = openConversation.current.get();
  const element = elementOf(message);
  // The button that was pressed goes away.
  if (element?.contains(document.activeElement)) element.focus({ preventScroll: true });
  try {
    const undo = await run();
    toast(done, { kind: "good", seconds: UNDO_SECONDS, action: t("head.undo"), run: () => takeBack(id, undo) });
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: UNDO_SECONDS });
  }
}

/** @param {string} id @param {() => Promise<unknown>} undo */
async function takeBack(id, undo) {
  try {
    await undo();
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: UNDO_SECONDS });
    if (openConversation.current.get().id === id) await openConversation.refresh();
  }
}

/** @param {Message} message */
function elementOf(message) {
  return document.getElementById(`m-${message.id}`);
}

/** Return the comment that the keyboard is at. */
function focused() {
  const active = document.activeElement;
  const id = active?.matches(":focus-visible") && active.closest("[data-message]")?.getAttribute("data-message");
  return openConversation.current
    .get()
    .conversation?.messages.find((message) => message.id === id && message.attention && !message.deleted);
}

/** Put the keyboard at the next open comment, or the one before. @param {1 | -1} step */
export function goToOpen(step) {
  const { conversation, leaving } = openConversation.current.get();
  if (!conversation) return;
  const messages = rowsOf(conversation, leaving).flatMap((row) => (row.kind === "message" ? [row.message] : []));
  const from = document.activeElement?.closest("[data-message]")?.getAttribute("data-message") ?? "";
  const next = nextOpen(messages, from, step);
  if (!next) {
    toast(t(conversation.open_messages ? "attention.earlier" : "attention.none_open"));
    return;
  }
  const element = elementOf(next);
  element?.scrollIntoView({ block: "center" });
  element?.focus({ preventScroll: true });
}

/** Register the keys of comments; returns what takes them back. */
export function registerKeys() {
  const isPublic = () => openConversation.current.get().conversation?.visibility === "public";
  const at = (/** @type {(message: Message) => unknown} */ run) => () => {
    const message = focused();
    if (message) run(message);
  };
  const isAt = (/** @type {(state: string) => boolean} */ fits) => () => {
    const state = focused()?.attention?.state;
    return state !== undefined && fits(state);
  };
  return keys.register("comments", [
    { key: ".", text: "keys.comments.next", run: () => goToOpen(1), when: isPublic },
    { key: ",", text: "keys.comments.previous", run: () => goToOpen(-1), when: isPublic },
    { key: "r", text: "keys.comments.answer", run: at(answer), when: isAt(() => true) },
    { key: "l", text: "keys.comments.like", run: at(like), when: isAt((state) => state === "open") },
    { key: "x", text: "keys.comments.nothing", run: at(needsNothing), when: isAt((state) => state === "open") },
    { key: "o", text: "keys.comments.open", run: at(openAgain), when: isAt((state) => state !== "open") },
  ]);
}

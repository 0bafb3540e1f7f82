/** The state of a comment below its text: whether it needs something, who said so and why, and what can be done. */

import { html, nothing } from "lit-html";
import { moment, number } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { has, t } from "../../lib/texts.js";
import * as actions from "./comment_actions.js";

/** @typedef {import("../../lib/schemas.js").Message} Message */

/** @type {Record<string, Parameters<typeof icon>[0]>} */
const SIGN = { open: "inbox", answered: "answer", acknowledged: "check", none: "check" };

/** @param {Message} message of others, in a public thread */
export function attentionLine(message) {
  const { attention } = message;
  if (!attention || message.deleted) return nothing;
  const why = reasonOf(attention.reason);
  const by = attention.by?.name ? t("attention.by", { who: attention.by.name }) : "";
  return html`
    <div class="attention is-${attention.state}">
      <span class="attention-state" title=${[by, why, moment(attention.at)].filter(Boolean).join(" · ")}>${icon(SIGN[attention.state] ?? "check")}${t(`attention.${attention.state}`)}</span>
      ${by ? html`<bdi class="attention-why">${by}</bdi>` : nothing}
      ${why ? html`<bdi class="attention-why">${why}</bdi>` : nothing}
      <span class="attention-actions">${attention.state === "open" ? ofOpen(message) : ofOthers(message)}</span>
    </div>`;
}

/** @param {Message} message */
function ofOpen(message) {
  return html`
    ${answerButton(message, "button small quiet")}
    <button type="button" class="button small quiet" @click=${() => actions.like(message)}>${t("attention.acknowledged")}</button>
    <button type="button" class="button small quiet" @click=${() => actions.needsNothing(message)}>${t("attention.none")}</button>`;
}

/** @param {Message} message @param {string} kind */
function answerButton(message, kind) {
  if (!message.answerable) return nothing;
  return html`<button type="button" class=${kind} @click=${() => actions.answer(message)}>${t("attention.answer")}</button>`;
}

/** @param {Message} message */
function ofOthers(message) {
  const { attention } = message;
  const canExplain = attention?.state === "none" && !attention.reason;
  return html`
    ${canExplain ? html`<button type="button" class="link-button" aria-haspopup="dialog" @click=${(/** @type {Event} */ event) => actions.giveReason(message, event)}>${t("attention.reason.add")}</button>` : nothing}
    ${answerButton(message, "link-button")}
    <button type="button" class="link-button" @click=${() => actions.openAgain(message)}>${t("attention.again")}</button>`;
}

/** Return a reason in words: an agent's own, or that of what happened. @param {string | null} reason */
function reasonOf(reason) {
  if (!reason) return "";
  return has(`attention.because.${reason}`) ? t(`attention.because.${reason}`) : reason;
}

/**
 * Return how many comments of a public thread are open; a click leads to the next one.
 * @param {import("../../lib/schemas.js").Conversation} conversation
 */
export function openCount({ visibility, open_messages: open, inbound: all }) {
  if (visibility !== "public" || (!open && all < 2)) return nothing;
  return html`<button class="fact open-count ${open ? "some" : ""}" title=${t("keys.comments.next")} @click=${() => actions.goToOpen(1)}>${icon("inbox")}<span class="head-words">${t("attention.count", { open, all })}</span><span class="head-brief" aria-hidden="true">${number(open)}/${number(all)}</span></button>`;
}

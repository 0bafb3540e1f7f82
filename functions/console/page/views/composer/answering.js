/** Lines above the text of an answer: to whom it is, and what the company said last in this thread. */

import { html, nothing } from "lit-html";
import { beginning } from "../../lib/excerpt.js";
import { icon } from "../../lib/icons.js";
import { t } from "../../lib/texts.js";
import * as answering from "../../state/answering.js";
import { focusField } from "./actions.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../state/drafts.js").Draft} Draft
 */

/** Characters of what the company said last, and of it all. */
const LINE = 140;
const ALL = 4000;

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function addressee(conversation, draft) {
  const id = answering.replyToOf(conversation, draft);
  if (!id) return nothing;
  const { key, fields } = answering.introduction(conversation.messages.find((message) => message.id === id));
  const leave = () => {
    answering.choose(conversation.id, "");
    focusField();
  };
  return html`
    <p class="composer-line answering">
      ${icon("answer")}<bdi class="answering-who">${t(key, { ...fields, who: beginning(fields.who ?? "", LINE) })}</bdi>
      ${key.startsWith("answering.mention") ? html`<bdi class="answering-mention" title=${t("answering.mention_means")}>${fields.mention}</bdi>` : nothing}
      <button type="button" class="icon-button small" aria-label=${t("answering.leave")} title=${t("answering.leave")} @click=${leave}>${icon("close")}</button>
    </p>`;
}

/**
 * Return what the company said last, while an answer is written.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function saidLast(conversation, draft) {
  const last = answering.lastOfOurs(conversation);
  if (!last || !(draft.text.trim() || answering.replyToOf(conversation, draft))) return nothing;
  const text = last.text ?? "";
  return html`
    <details class="said-last">
      <summary><span class="said-last-line">${t("answering.said_last")} <q dir="auto">${beginning(text, LINE)}</q></span></summary>
      <p dir="auto">${beginning(text, ALL)}</p>
    </details>`;
}

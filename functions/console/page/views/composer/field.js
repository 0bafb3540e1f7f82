/** The text fields: reply, note, and the private message beside a public reply. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { number } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { isNarrow } from "../../lib/screen.js";
import { schedule } from "../../lib/store.js";
import { room } from "../../lib/text_length.js";
import { t } from "../../lib/texts.js";
import * as drafts from "../../state/drafts.js";
import * as files from "../../state/files.js";
import * as poll from "../../state/poll.js";
import * as recipients from "../../state/recipients.js";
import { channelLabel } from "../../state/workspace.js";
import { composer, focusField, runMacro } from "./actions.js";
import * as suggest from "./suggestions.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../state/drafts.js").Draft} Draft
 * @typedef {import("../../lib/text_length.js").Route} Route
 * @typedef {"note" | "public" | "private"} Where
 */

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @param {Where} where
 */
export function field(conversation, draft, where) {
  const note = draft.mode === "note";
  const signs = note ? "@" : "/";
  const use = useOf(conversation);
  const type = (/** @type {Event} */ event) => {
    const area = /** @type {HTMLTextAreaElement} */ (event.target);
    write(conversation, area.value);
    suggest.look(area, signs);
    if (!note) poll.typing();
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    const area = /** @type {HTMLTextAreaElement} */ (event.target);
    if (suggest.press(event, area, use)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Escape") area.blur();
  };
  return html`
    <textarea id=${note ? "note" : "answer"} rows="2" dir="auto" autocomplete="off"
      placeholder=${placeholder(note)}
      aria-describedby="composer-count" aria-keyshortcuts="Control+Enter" aria-autocomplete="list"
      aria-controls=${suggest.isOpen() ? "suggest" : nothing} aria-activedescendant=${suggest.activeId(use) ?? nothing}
      aria-label=${note ? t("composer.where.note") : t(`composer.field.${where}`)}
      .value=${live(note ? draft.note : draft.text)} @input=${type} @keydown=${press} @click=${(/** @type {Event} */ event) => suggest.look(/** @type {any} */ (event.target), signs)}
      @blur=${suggest.close}></textarea>`;
}

/** Return what stands in an empty field; on phones it shares one line with who will read it. @param {boolean} note */
function placeholder(note) {
  if (isNarrow()) return note ? t("composer.placeholder.brief_note") : t("composer.placeholder.brief");
  return note ? t("composer.placeholder.note") : t("composer.placeholder.reply");
}

/**
 * @param {Conversation} conversation
 * @returns {import("./suggestions.js").Use}
 */
export function useOf(conversation) {
  return {
    conversation,
    write: (text) => write(conversation, text),
    mention: (name, id) => {
      drafts.change(conversation.id, { mentions: { ...drafts.draftOf(conversation.id).mentions, [name]: id } });
    },
    macro: (macro) => runMacro(conversation, macro),
    attach: (kept) => files.addKept(conversation.id, drafts.draftOf(conversation.id).visibility, kept),
  };
}

/**
 * @param {Conversation} conversation
 * @param {string} text
 */
function write(conversation, text) {
  const draft = drafts.draftOf(conversation.id);
  const note = draft.mode === "note";
  drafts.change(conversation.id, note ? { note: text } : { text, ...recipients.pinned(conversation, draft, text) });
  composer.change(() => ({ unfilled: "" }));
}

/**
 * The private message that goes with a public answer.
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @param {Route[]} routes
 */
export function privateField(conversation, draft, routes) {
  const route = routes.find(({ visibility }) => visibility === "private");
  const customerName = conversation.customer?.name || t("person.customer");
  const type = (/** @type {Event} */ event) => {
    drafts.change(conversation.id, { privately: /** @type {HTMLTextAreaElement} */ (event.target).value });
    schedule();
    poll.typing();
  };
  const drop = () => {
    drafts.change(conversation.id, { both: false });
    focusField();
  };
  return html`
    <div class="composer-privately">
      <div class="composer-line">
        <label class="composer-where private" for="privately">${icon("private")}<span dir="auto">${t("composer.where.private", { channel: channelLabel(conversation.channel), who: customerName })}</span></label>
        <button type="button" class="icon-button small" aria-label=${t("composer.both_off")} title=${t("composer.both_off")} @click=${drop}>${icon("close")}</button>
      </div>
      <textarea id="privately" rows="2" dir="auto" placeholder=${t("composer.placeholder.private")} .value=${live(draft.privately)} @input=${type}></textarea>
      ${counter(draft.privately, route, "privately-count")}
    </div>`;
}

/** @param {Conversation} conversation */
export function insertSign(conversation) {
  const area = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("note"));
  if (!area) return;
  area.focus();
  const at = area.selectionStart;
  const put = at === 0 || /\s/.test(area.value[at - 1]) ? "@" : " @";
  area.setRangeText(put, at, area.selectionEnd, "end");
  write(conversation, area.value);
  suggest.look(area, "@");
}

/**
 * Room left, once it is worth knowing; beyond the limit, how much has to go.
 * @param {string} text
 * @param {Route | undefined} route
 * @param {string} id
 */
export function counter(text, route, id) {
  const left = room(text, route);
  if (!left || (left.state === "calm" && left.used < 100)) return html`<span id=${id}></span>`;
  const fields = { used: number(left.used), limit: number(left.limit), n: Math.abs(left.left) };
  return html`<span id=${id} class="composer-count ${left.state}">${left.state === "over" ? icon("alert") : nothing}${t(`composer.count.${left.state}`, fields)}</span>`;
}

/** @param {Conversation} conversation */
export function openTemplates(conversation) {
  const area = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("answer"));
  if (area) suggest.open(area, useOf(conversation));
}

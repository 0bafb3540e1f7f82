/**
 * The composer. It says in colour and words who will read the text, how much room is left, and until when; an internal
 * note is written in the same place and looks different.
 */

import { html, nothing } from "lit-html";
import { isApart } from "../../lib/file_rules.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { t } from "../../lib/texts.js";
import * as answering from "../../state/answering.js";
import * as drafts from "../../state/drafts.js";
import * as poll from "../../state/poll.js";
import * as sending from "../../state/sending.js";
import { addNote, composer, focus, focusField, send, sendAndFollowUp } from "./actions.js";
import { addressee, saidLast } from "./answering.js";
import { noteWhere, whereLine } from "./destination.js";
import * as emoji from "./emoji.js";
import { counter, field, insertSign, openTemplates, privateField, useOf } from "./field.js";
import * as attachments from "./files.js";
import { followUpChip, followUpLine } from "./follow_up_chip.js";
import { notice } from "./notice.js";
import { price } from "./price.js";
import * as recipients from "./recipients.js";
import { destinationOf, problem, routesOf } from "./routes.js";
import { openSendMenu } from "./send_menu.js";
import { below } from "./signature.js";
import * as splitText from "./split_text.js";
import * as suggest from "./suggestions.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../state/drafts.js").Draft} Draft
 * @typedef {import("../../lib/text_length.js").Route} Route
 * @typedef {"note" | "public" | "private"} Where
 */

/** @param {Conversation} conversation */
export function template(conversation) {
  const draft = drafts.draftOf(conversation.id);
  const routes = routesOf(conversation);
  if (!routes.length && draft.mode === "reply") return closed(conversation, draft);
  const where = destinationOf(conversation, draft);
  const route = routes.find(({ visibility }) => visibility === where);
  const paste = (/** @type {ClipboardEvent} */ event) => {
    if (draft.mode === "reply") attachments.take(event.clipboardData, event, conversation, route);
  };
  return html`
    <section class="composer ${where}" aria-label=${t("composer.title")}>
      ${tabs(conversation, draft)}
      ${composer.get().unfilled ? html`<p class="composer-notice warn">${icon("alert")}<span>${t("composer.unfilled", { field: composer.get().unfilled })}</span></p>` : nothing}
      ${notice(conversation, { send: (anyway) => send(conversation, { anyway }), edit: () => focus() })}
      <form class="composer-paper" @paste=${paste} @focusin=${emoji.remember} @submit=${(/** @type {Event} */ event) => submit(event, conversation)} @keydown=${(/** @type {KeyboardEvent} */ event) => shortcut(event, conversation)}>
        ${draft.mode === "note" ? nothing : [saidLast(conversation, draft), addressee(conversation, draft)]}
        ${draft.mode === "note" ? noteWhere() : whereLine(conversation, draft, where, routes, route)}
        ${draft.mode === "note" ? nothing : recipients.template(conversation, draft)}
        <div class="composer-field" data-where=${t(where === "note" ? "composer.note" : `visibility.${where}`)}>
          ${field(conversation, draft, where)}
          ${suggest.template(draft.mode === "note" ? "note" : "answer", useOf(conversation))}
        </div>
        ${draft.mode === "reply" ? replyFoot(conversation, draft, where, routes, route) : noteFoot(conversation, draft)}
      </form>
    </section>`;
}

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function tabs(conversation, draft) {
  const choose = (/** @type {"reply" | "note"} */ mode) => () => {
    drafts.change(conversation.id, { mode });
    suggest.close();
    focusField();
  };
  return html`
    <div class="composer-tabs" role="group" aria-label=${t("composer.mode")}>
      <button type="button" aria-pressed=${draft.mode === "reply"} @click=${choose("reply")}>${t("composer.reply")}</button>
      <button type="button" class="note" aria-pressed=${draft.mode === "note"} @click=${choose("note")}>${icon("note")}${t("composer.note")}</button>
      <span class="composer-others" role="status">${others()}</span>
    </div>`;
}

/** Return the other agents who view this conversation, and whether they write. */
function others() {
  const { present } = poll.news.get();
  if (!present.length) return nothing;
  const writing = present.filter(({ typing }) => typing);
  const shown = writing.length ? writing : present;
  const names = shown.map(({ agent }) => agent.name).join(", ");
  return html`<span class="here ${writing.length ? "typing" : ""}">${icon(writing.length ? "edit" : "eye")}<bdi>${t(writing.length ? "composer.typing" : "composer.here", { who: names, n: shown.length })}</bdi></span>`;
}

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @param {Where} where
 * @param {Route[]} routes
 * @param {Route | undefined} route
 */
function replyFoot(conversation, draft, where, routes, route) {
  const { busy } = sending.outcome();
  const ready = !busy && problem(conversation, draft) === "";
  const canBoth = where === "public" && !draft.both && routes.some(({ visibility }) => visibility === "private");
  const both = () => {
    drafts.change(conversation.id, { both: true });
    focusField("privately");
  };
  return html`
    ${below(conversation)}
    ${draft.both ? privateField(conversation, draft, routes) : nothing}
    ${attachments.list(conversation)}
    ${splitText.list(draft.text, route)}
    ${draft.wish ? followUpLine(conversation, draft.wish, answering.replyToOf(conversation, draft)) : nothing}
    <div class="composer-foot">
      <button type="button" class="button small quiet" title=${t("composer.templates_hint")} @click=${() => openTemplates(conversation)}><kbd>/</kbd>${t("composer.templates")}</button>
      ${canBoth ? html`<button type="button" class="button small quiet" @click=${both}>${icon("private")}${t("composer.both")}</button>` : nothing}
      ${attachments.button(conversation, route)}
      ${emoji.button()}
      <span class="composer-space"></span>
      ${unfit(conversation, draft)}
      ${price(conversation, draft, [route, draft.both ? routes.find(({ visibility }) => visibility === "private") : undefined])}
      ${counter(draft.text, route, "composer-count")}
      ${followUpChip(conversation, draft)}
      <span class="send">
        <button class="button primary" ?disabled=${!ready}>${t(sendKey(draft, where, route), { n: messagesOf(draft, route) })}</button>
        <button type="button" class="button primary send-more" ?disabled=${!ready} aria-haspopup="dialog" aria-label=${t("composer.more_ways")} title=${t("composer.more_ways")}
          @click=${(/** @type {Event} */ event) => openSendMenu(conversation, event)}>${icon("down")}</button>
      </span>
    </div>`;
}

/**
 * Return why the attached files cannot go with this text on this route, or to whom it cannot go.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function unfit(conversation, draft) {
  const reason = problem(conversation, draft);
  if (!/^(files|recipients)\./.test(reason) || reason === "files.wait") return nothing;
  return html`<span class="composer-count over" role="status">${icon("alert")}${t(reason)}</span>`;
}

/**
 * Return the number of messages that an answer goes out as.
 * @param {Draft} draft
 * @param {Route | undefined} route
 */
function messagesOf(draft, route) {
  const apart = isApart(route, draft.files, draft.text) ? 1 : 0;
  return (splitText.partsOf(draft.text, route).length || 1) + apart;
}

/**
 * @param {Draft} draft
 * @param {Where} where
 * @param {Route | undefined} route
 */
function sendKey(draft, where, route) {
  if (draft.both) return "composer.send.both";
  if (messagesOf(draft, route) > 1) return "composer.send.parts";
  return `composer.send.${where}`;
}

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function noteFoot(conversation, draft) {
  const ready = !composer.get().saving && draft.note.trim();
  const mention = () => insertSign(conversation);
  return html`
    <div class="composer-foot">
      <button type="button" class="button small quiet" @click=${mention}><kbd>@</kbd>${t("composer.mention")}</button>
      ${emoji.button()}
      <span class="composer-space" id="composer-count"></span>
      <button class="button note-button" ?disabled=${!ready}>${t("composer.add_note")}</button>
    </div>`;
}

/**
 * Return the composer without an open route: the reason, and what is still possible.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function closed(conversation, draft) {
  return html`
    <section class="composer closed" aria-label=${t("composer.title")}>
      ${tabs(conversation, draft)}
      <div class="composer-paper">
        <p class="composer-where">${icon("private")}<span>${t("composer.closed.title")}</span></p>
        <p class="muted">${closedWhy(conversation)}</p>
        ${draft.text.trim() ? html`<textarea id="answer" rows="2" readonly dir="auto" aria-label=${t("composer.kept")} .value=${draft.text}></textarea>` : nothing}
      </div>
    </section>`;
}

/** Say why nothing can be sent, and where a person can answer. @param {Conversation} conversation */
function closedWhy({ visibility, by_hand: hand }) {
  const link = safe(hand?.url);
  if (!hand || !link) return t(visibility === "private" ? "composer.closed.window" : "composer.closed.other");
  return html`${hand.why} <a href=${link.href} target="_blank" rel="noopener noreferrer nofollow">${t("composer.closed.by_hand")}</a>`;
}

/**
 * The keys of the composer.
 * @param {KeyboardEvent} event
 * @param {Conversation} conversation
 */
function shortcut(event, conversation) {
  const mod = event.ctrlKey || event.metaKey;
  if (event.key !== "Enter" || event.isComposing || event.defaultPrevented || !(mod || event.altKey)) return;
  event.preventDefault();
  const note = drafts.draftOf(conversation.id).mode === "note";
  if (note) addNote(conversation);
  else if (event.altKey) send(conversation, { resolve: true });
  else if (event.shiftKey) sendAndFollowUp(conversation);
  else send(conversation);
}

/**
 * @param {Event} event
 * @param {Conversation} conversation
 */
function submit(event, conversation) {
  event.preventDefault();
  if (drafts.draftOf(conversation.id).mode === "note") addNote(conversation);
  else send(conversation);
}

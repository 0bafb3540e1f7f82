/** One message of the thread: author, time, text, attachments and delivery. */

import { html, nothing } from "lit-html";
import { guard } from "lit-html/directives/guard.js";
import { beginning } from "../../lib/excerpt.js";
import { brief, moment, time } from "../../lib/format.js";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { language, t } from "../../lib/texts.js";
import * as answering from "../../state/answering.js";
import * as drafts from "../../state/drafts.js";
import { expandedSteps } from "../../state/expanded.js";
import { richOf } from "../../state/rich_text.js";
import { isForeign, permitted } from "../../state/thread.js";
import { initials, workspace } from "../../state/workspace.js";
import { linkPreview } from "./link_preview.js";
import { attachments, brokenLinks } from "./message_attachments.js";
import { attentionLine } from "./message_attention.js";
import { contextAbove, forwardedMark, placeOf } from "./message_context.js";
import { busyMessages, delivery, left } from "./message_delivery.js";
import { edited, history, unfolded } from "./message_history.js";
import { rating } from "./message_rating.js";
import { recipientsOf, senderAddress } from "./message_recipients.js";
import { helperActions, speakerChip } from "./message_speaker.js";
import { words } from "./message_text.js";
import { richText } from "./rich_text.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../lib/schemas.js").Message} Message
 * @typedef {{kind: "message", key: string, message: Message, below: boolean, quoted: Message | null, follows?: boolean}} Row
 * @typedef {{conversation: Conversation, fresh: Set<string>, missed: string[], menu: (message: Message, button: Element) => void, lead: boolean}} ThreadContext
 */

/** Characters of a name and of a title, and kinds of reactions, that are shown. */
export const NAME = 100;

const TITLE = 300;

const REACTIONS = 24;

/**
 * @param {Row} row
 * @param {ThreadContext} context
 */
export function message(row, context) {
  const message = row.message;
  const fresh = context.fresh.has(message.id);
  const missed = context.missed.includes(message.id);
  const open = unfolded.get().history.has(message.id);
  const { quoted, below } = row;
  const { visibility, title, customer } = context.conversation;
  /** @type {unknown[]} */
  const dependencies = [
    message,
    quoted,
    below,
    row.follows,
    fresh,
    missed,
    open,
    left(message),
    visibility,
    customer?.id,
  ];
  dependencies.push(
    context.lead,
    context.conversation.answer?.people.length,
    unfolded.get().versions.get(message.id),
    title,
    language(),
    workspace.get().agents,
    expandedSteps(),
    brokenLinks(),
    richOf(message.id),
    busyMessages(),
  );
  // Typing must not draw a hundred messages with each letter.
  return html`
    <li class=${classes(row, context, fresh, missed)} id="m-${message.id}" data-message=${message.id} tabindex="-1">
      ${guard(dependencies, () => body(row, context, { fresh, missed, open }))}
    </li>`;
}

/**
 * @param {Row} row
 * @param {ThreadContext} around
 * @param {boolean} fresh
 * @param {boolean} missed
 */
function classes({ message, below, follows }, { conversation }, fresh, missed) {
  const kinds = [
    message.direction,
    below && "below",
    follows && "continued",
    isAside(message, conversation) && "aside",
    fresh && "fresh",
    missed && "missed",
    isChosen(message, conversation) && "chosen",
    message.deleted && "removed",
    message.state,
  ];
  return ["message", ...kinds.filter(Boolean).map((kind) => `is-${kind}`)].join(" ");
}

/**
 * Tell whether the answer that is being written is to this message.
 * @param {Message} message
 * @param {Conversation} conversation
 */
function isChosen({ id }, conversation) {
  const draft = drafts.draftOf(conversation.id);
  return draft.mode === "reply" && answering.replyToOf(conversation, draft) === id;
}

/**
 * A private message in a public conversation.
 * @param {Message} message
 * @param {Conversation} conversation
 */
function isAside(message, conversation) {
  return message.direction !== "note" && conversation.visibility === "public" && message.visibility === "private";
}

/**
 * @param {Row} row
 * @param {ThreadContext} context
 * @param {{fresh: boolean, missed: boolean, open: boolean}} how
 */
function body(row, context, how) {
  const message = row.message;
  const note = message.direction === "note";
  return html`
    ${note ? html`<span class="message-face note" aria-hidden="true">${icon("note")}</span>` : face(message, context.conversation)}
    <div class="message-main">
      ${head(row, context, how)}
      ${note ? html`<p class="message-where note">${icon("note")}${t(noteKind(message))}</p>` : nothing}
      ${isAside(message, context.conversation) ? html`<p class="message-where private">${icon("private")}${t(`message.aside.${message.direction}`)}</p>` : nothing}
      ${message.deleted ? nothing : recipientsOf(message, context.conversation)}
      ${row.quoted ? quote(row.quoted) : nothing}
      ${content(message, context.conversation)}
      ${how.open ? history(message) : nothing}
      ${message.reactions.length ? reactions(message.reactions) : nothing}
      ${context.conversation.visibility === "public" ? [helperActions(message), attentionLine(message)] : nothing}
      ${message.direction === "outbound" || message.forward ? delivery(message, context.conversation) : nothing}
    </div>`;
}

/** The words that tell notes apart: ours, what went to somebody without a seat, and their answer. @param {Message} message */
function noteKind({ forward, answers }) {
  if (forward) return forward.message ? "message.forward.one" : "message.forward.all";
  return answers ? "message.forward.answer" : "message.note";
}

/**
 * @param {Row} row
 * @param {ThreadContext} context
 * @param {{fresh: boolean, missed: boolean, open: boolean}} how
 */
function head({ message, below, follows }, context, how) {
  return html`
    <div class="message-by">
      <strong class=${follows ? "unseen" : ""}><bdi>${nameOf(message)}</bdi></strong>
      ${follows ? nothing : senderAddress(message, context.conversation)}
      ${follows ? nothing : role(message, context.conversation)}
      ${marks(message, how)}
      <time datetime=${message.sent_at} title=${moment(message.sent_at)}>${below ? brief(message.sent_at) : time(message.sent_at)}</time>
      ${message.edited_at ? edited(message, how.open) : nothing}
    </div>
    ${tools(message, context)}`;
}

/**
 * @param {Message} message
 * @param {{missed: boolean}} how
 */
function marks(message, { missed }) {
  return [
    message.unproven
      ? html`<span class="mark-word warn" title=${t("message.unproven_means")}>${icon("alert")}${t("message.unproven")}</span>`
      : nothing,
    message.seems
      ? html`<span class="mark-word warn" title=${t("message.seems_opt_out_means")}>${t("message.seems_opt_out")}</span>`
      : nothing,
    missed ? html`<span class="mark-word warn">${t("message.missed")}</span>` : nothing,
    message.follow_up
      ? html`<span class="mark-word good">${icon("follow-ups")}${t("message.follow_up")}</span>`
      : nothing,
    forwardedMark(message),
    message.automatic
      ? html`<span class="mark-word" title=${t("message.automatic_means")}>${t("message.automatic")}</span>`
      : nothing,
    message.hidden ? html`<span class="mark-word warn">${icon("hidden")}${t("message.hidden")}</span>` : nothing,
    message.accepted ? html`<span class="mark-word good">${icon("check")}${t("message.accepted")}</span>` : nothing,
  ];
}

/**
 * @param {Message} message
 * @param {ThreadContext} context
 */
function tools(message, context) {
  const link = safe(message.permalink);
  const moderable = permitted(message, context.lead).length > 0;
  if (!link && !moderable) return nothing;
  return html`
    <span class="message-tools">
      ${link ? html`<a class="icon-button small" href=${link.href} target="_blank" rel="noopener noreferrer nofollow" aria-label=${t("message.permalink")} title=${t("message.permalink")}>${icon("link")}</a>` : nothing}
      ${moderable ? more(message, context) : nothing}
    </span>`;
}

/**
 * @param {Message} message
 * @param {ThreadContext} context
 */
function more(message, context) {
  const open = (/** @type {Event} */ event) => context.menu(message, /** @type {Element} */ (event.currentTarget));
  return html`<button class="icon-button small" aria-haspopup="dialog" aria-label=${t("message.more")} title=${t("message.more")} @click=${open}>${icon("more")}</button>`;
}

/** @param {Message} message */
export function nameOf(message) {
  return (
    beginning(message.author?.name ?? "", NAME) || t(message.direction === "inbound" ? "person.unknown" : "message.us")
  );
}

/**
 * The circle with somebody's letters; its colour tells the customer, others and us apart, as the word beside the name does.
 * @param {Message} message
 * @param {Conversation} conversation
 */
function face(message, conversation) {
  const kind = message.direction === "outbound" ? "us" : isCustomer(message, conversation) ? "customer" : "other";
  const letters = initials(message.author?.name ?? "") || "?";
  return html`<span class="message-face ${kind}" aria-hidden="true">${letters}</span>`;
}

/**
 * @param {Message} message
 * @param {Conversation} conversation
 */
function isCustomer(message, conversation) {
  return Boolean(conversation.customer?.id) && message.author?.id === conversation.customer.id;
}

/**
 * @param {Message} message
 * @param {Conversation} conversation
 */
export function role(message, conversation) {
  if (message.direction === "note") return nothing;
  if (message.direction === "outbound") {
    return html`<span class="message-role">${t(isForeign(message) ? "message.foreign" : "message.agent")}</span>`;
  }
  if (conversation.visibility === "private" && !conversation.answer) return nothing;
  if (isCustomer(message, conversation))
    return html`<span class="message-role customer">${t("message.customer")}</span>`;
  if (!message.author?.id) return nothing;
  if (conversation.visibility === "public" && !message.deleted) return speakerChip(message);
  return html`<span class="message-role">${t("message.third")}</span>`;
}

/** @param {Message} quoted */
function quote(quoted) {
  const text = quoted.deleted ? t("message.removed") : quoted.text || t("message.no_text");
  const go = (/** @type {Event} */ event) => {
    event.preventDefault();
    reveal(quoted.id);
  };
  return html`
    <a class="message-quote" href="#m-${quoted.id}" @click=${go}>
      <span>${t("message.answers", { who: nameOf(quoted) })}</span>
      <q dir="auto">${beginning(text, 120)}</q>
    </a>`;
}

/** Scroll to a message, and highlight it. @param {string} id */
export function reveal(id) {
  const element = document.getElementById(`m-${id}`);
  if (!element) return;
  element.scrollIntoView({ block: "center" });
  element.classList.remove("found");
  // Reading the layout restarts the animation.
  void element.offsetWidth;
  element.classList.add("found");
}

/**
 * @param {Message} message
 * @param {Conversation} conversation
 */
function content(message, conversation) {
  if (message.deleted) return html`<p class="message-gone">${icon("trash")}${gone(message)}</p>`;
  return html`
    ${preface(message, conversation)}
    ${contextAbove(message)}
    ${message.rich ? richText(message, conversation, () => plain(message)) : plain(message)}
    ${placeOf(message)}
    ${message.attachments.length ? attachments(message, conversation) : nothing}
    ${linkPreview(message)}
    ${message.unsupported ? unsupported(message) : nothing}
    ${isSilent(message) ? html`<p class="message-gone">${t("message.no_text")}</p>` : nothing}`;
}

/** The text of a message, and what stands below it. @param {Message} message */
function plain(message) {
  return html`
    ${message.text ? words(message.id, message.text, message.direction === "note" ? message.mentions : []) : nothing}
    ${message.signature ? html`<p class="message-signature" dir="auto">${message.signature}</p>` : nothing}
    ${message.folded ? folded(message) : nothing}`;
}

/** Return whether a message says nothing at all. @param {Message} message */
function isSilent({ text, rating: judged, attachments: files, unsupported: lost, quoted, referral, place }) {
  return !(text || judged || files.length || lost || quoted || referral || place);
}

/** A note that something is missing, with a link to it. @param {Message} message */
function unsupported({ permalink }) {
  const link = safe(permalink);
  return html`<p class="message-gone">${icon("alert")}<span>${t("message.unsupported")}${link ? html` <a href=${link.href} target="_blank" rel="noopener noreferrer nofollow">${t("message.permalink")}</a>` : nothing}</span></p>`;
}

/**
 * Return what stands above the text: a subject other than the conversation's, and the rating of a review.
 * @param {Message} message
 * @param {Conversation} conversation
 */
function preface({ title, rating: judged }, conversation) {
  return html`
    ${title && title !== conversation.title ? html`<p class="message-title" dir="auto">${beginning(title, TITLE)}</p>` : nothing}
    ${judged ? rating(judged) : nothing}`;
}

/** The quoted or forwarded part of a mail, folded until somebody opens it. @param {Message} message */
function folded({ id, folded: text, forwarded }) {
  return html`
    <details class="message-folded">
      <summary>${t(forwarded ? "message.folded.forwarded" : "message.folded.quoted")}</summary>
      ${words(`${id} folded`, text ?? "")}
    </details>`;
}

/** @param {Message} message */
function gone(message) {
  return message.deleted_at ? t("message.removed_at", { at: soon(message.deleted_at) }) : t("message.removed");
}

/** Signs that are known by name; others are shown as they come. @type {Record<string, string>} */
const SIGNS = {
  like: "👍",
  love: "❤️",
  care: "🤗",
  haha: "😄",
  wow: "😮",
  sad: "😢",
  angry: "😠",
  smile: "😊",
  dislike: "👎",
};

/** @param {{author_id: string | null, reaction: string}[]} all */
function reactions(all) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { reaction } of all) counts.set(reaction, (counts.get(reaction) ?? 0) + 1);
  return html`
    <ul class="message-reactions" aria-label=${t("message.reactions")}>
      ${[...counts]
        .slice(0, REACTIONS)
        .map(
          ([reaction, n]) =>
            html`<li title=${beginning(reaction, NAME)}><span role="img" aria-label=${beginning(reaction, NAME)}>${Object.hasOwn(SIGNS, reaction) ? SIGNS[reaction] : beginning(reaction, 12)}</span>${n > 1 ? html` <span>${n}</span>` : nothing}</li>`,
        )}
    </ul>`;
}

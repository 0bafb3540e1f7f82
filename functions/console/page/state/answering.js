/** The one comment of a public thread that an answer is to, and what the company said last in that thread. */

import * as drafts from "./drafts.js";

/**
 * @typedef {import("../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../lib/schemas.js").Message} Message
 * @typedef {import("./drafts.js").Draft} Draft
 */

/** Choose the comment that the answer is to, or none. @param {string} conversation its id @param {string} message its id */
export function choose(conversation, message) {
  const { visibility } = drafts.draftOf(conversation);
  drafts.change(conversation, {
    mode: "reply",
    replyTo: message,
    ...(visibility === "private" ? { visibility: "" } : {}),
  });
}

/**
 * Return the id of the message that is answered; empty for none: what is private answers the whole.
 * @param {{visibility: string}} conversation
 * @param {Draft} draft
 */
export function replyToOf({ visibility }, draft) {
  return visibility === "public" && draft.visibility !== "private" ? draft.replyTo : "";
}

/**
 * Return how an answer to a comment is introduced, as the key of a text and its fields.
 * @param {Message | undefined} message of others; not known where it is further up
 * @returns {{key: string, fields: Record<string, string>}}
 */
export function introduction(message) {
  if (!message) return { key: "answering.unknown", fields: {} };
  if (message.deleted) return { key: "answering.removed", fields: {} };
  const who = message.author?.name ?? "";
  const placement = message.answerable?.placement ?? "thread";
  const fields = { who, mention: message.answerable?.mention ?? "" };
  return { key: who ? `answering.${placement}` : `answering.${placement}_unnamed`, fields };
}

/**
 * Return the last public message of the company in a public thread.
 * @param {{visibility: string, messages: Message[]}} conversation
 */
export function lastOfOurs({ visibility, messages }) {
  if (visibility !== "public") return undefined;
  return messages.findLast(
    (message) =>
      message.direction === "outbound" &&
      message.visibility === "public" &&
      Boolean(message.text) &&
      !message.deleted &&
      !["cancelled", "failed"].includes(message.state),
  );
}

/**
 * Sending of replies: a reply is shown at once, held back for a few seconds in which it can be undone, and never lost.
 * Whatever fails, the text stands in the composer again; a reply that may have arrived is sent again with the same key,
 * so that it is sent once.
 */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import * as answering from "./answering.js";
import * as drafts from "./drafts.js";
import * as openConversation from "./open_conversation.js";
import * as recipients from "./recipients.js";
import { undoSeconds, workspace } from "./workspace.js";

/**
 * @typedef {import("../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../lib/schemas.js").Message} Message
 * @typedef {Message & {body: ReplyBody}} LeavingMessage with the request that sends it
 * @typedef {import("./drafts.js").Draft} Draft
 * @typedef {import("./drafts.js").ReplyBody} ReplyBody
 * @typedef {{id: string, stale: string[] | null, by: string | null, error: unknown, busy: boolean}} Sending
 * `stale` names the messages that came in between; `by` is the colleague who answered meanwhile
 */

/** The answer before, of which nothing had been heard, is out; what stands in the composer now would be another one. */
export class ArrivedAfterAll extends Error {}

/** The result of the last attempt, in the open conversation. */
export const sending = slice("sending", {
  id: "",
  /** @type {string[] | null} */
  stale: null,
  /** @type {string | null} */
  by: null,
  /** @type {unknown} */
  error: null,
  busy: false,
});

/** An answer that the API stored may be a little older than the try, by the clocks of two machines; in milliseconds. */
const CLOCKS_MS = 60_000;

/** Keys of the tries whose answer is awaited. @type {Set<string>} */
const underWay = new Set();

/** Forget the last attempt. */
export function reset() {
  sending.change(() => ({ id: "", stale: null, by: null, error: null, busy: false }));
}

/** Return the result of the last attempt if it was in the open conversation. */
export function outcome() {
  const { id, ...rest } = sending.get();
  return id === openConversation.current.get().id ? rest : { stale: null, by: null, error: null, busy: false };
}

/**
 * Send what the draft says. Resolves with the message, or with nothing where it did not leave.
 * @param {Conversation} conversation
 * @param {{resolve?: boolean, wish?: import("./drafts.js").Wish | null, anyway?: boolean, split?: boolean}} [how] `anyway`: whatever came in meanwhile
 */
export async function send(conversation, { resolve = false, wish, anyway = false, split = false } = {}) {
  if (sending.get().busy) return undefined;
  const draft = drafts.draftOf(conversation.id);
  if (anyway) openConversation.markAllRead();
  const seen = openConversation.lastSeen();
  const body = bodyOf(conversation, draft, { resolve, wish: wish === undefined ? draft.wish : wish, seen, split });
  const attempt = sameAttempt(draft.attempt, body) ?? { key: crypto.randomUUID(), body, at: Date.now() };
  if (draft.attempt && draft.attempt !== attempt && (await isUnclear(conversation.id))) return undefined;
  const shown = preview(conversation, attempt);
  drafts.keep(conversation.id, {
    text: "",
    privately: "",
    both: false,
    replyTo: "",
    wish: null,
    files: [],
    attempt,
    ...recipients.USUAL,
  });
  sending.change(() => ({ id: conversation.id, stale: null, by: null, error: null, busy: true }));
  openConversation.addLeaving(shown);
  return post(conversation.id, attempt, shown);
}

/**
 * @param {string} id
 * @param {import("./drafts.js").Attempt} attempt
 * @param {LeavingMessage} shown
 */
async function post(id, attempt, shown) {
  underWay.add(attempt.key);
  try {
    const {
      also,
      parts = [],
      ...message
    } = await api.send("POST", openConversation.path("/replies", id), attempt.body, attempt);
    drafts.keep(id, { attempt: null });
    storeSent(id, shown, [message, ...parts, ...(also ? [also] : [])]);
    sending.change(() => ({ busy: false }));
    return message;
  } catch (error) {
    storeSent(id, shown, []);
    putBack(id, attempt.body, mayHaveArrived(error) ? attempt : null);
    const missed = missedOf(error);
    sending.change(() => ({
      id,
      busy: false,
      stale: missed?.ids ?? null,
      by: missed?.by ?? null,
      error: missed ? null : error,
    }));
    if (missed) await openConversation.refresh();
    return undefined;
  } finally {
    underWay.delete(attempt.key);
  }
}

/**
 * Take a message back while it is held, and put its words into the composer again. Throws what `api.send` throws; with
 * `left` where it is too late.
 * @param {string} id of the conversation
 * @param {Message} message
 */
export async function undo(id, message) {
  const taken = await api.send("DELETE", openConversation.path(`/replies/${encodeURIComponent(message.id)}`, id));
  const { text, visibility, recipients: sent, reply_to } = message;
  const about = reply_to ? { reply_to } : {};
  const body = bodyById.get(message.id) ?? { text: text ?? "", visibility, ...sent, ...about };
  // The comment of a forward is none to the customer, so it does not stand in an answer.
  if (!message.forward) putBack(id, body, null);
  if (openConversation.current.get().id === id) {
    openConversation.replace({ ...message, ...taken, state: "cancelled", reason: "undone" });
    await openConversation.refresh();
  }
}

/** Return the time until which a message can be undone, in milliseconds; 0 where it cannot. @param {Message} message */
export function heldUntil(message) {
  return heldUntilById.get(message.id) ?? (message.held_until ? Date.parse(message.held_until) : 0);
}

/** The times at which our messages are sent, by this machine's clock. @type {Map<string, number>} */
const heldUntilById = new Map();
/** The request bodies of messages that were sent from here. @type {Map<string, ReplyBody>} */
const bodyById = new Map();

/**
 * See whether a try of which nothing was heard arrived after all: then its words are not typed, they are sent.
 * @param {Conversation} conversation as it is now
 */
export function settle(conversation) {
  const { attempt, text } = drafts.draftOf(conversation.id);
  if (!attempt || underWay.has(attempt.key)) return;
  const arrived = conversation.messages.some(
    (message) =>
      message.direction === "outbound" &&
      isBeginning(message.text, attempt.body) &&
      Date.parse(message.sent_at) > attempt.at - CLOCKS_MS,
  );
  if (!arrived) {
    if (!text.trim()) putBack(conversation.id, attempt.body, attempt);
    return;
  }
  drafts.keep(conversation.id, {
    attempt: null,
    ...(text === attempt.body.text ? { text: "", privately: "", replyTo: "", wish: null } : {}),
  });
  reset();
}

/**
 * Find out before another text is sent whether the attempt before arrived, or that cannot be told. Then the agent has
 * to know.
 * @param {string} id
 */
async function isUnclear(id) {
  sending.change(() => ({ id, error: null, stale: null, by: null, busy: true }));
  /** @type {unknown} */
  let error = null;
  try {
    settle(await api.get(openConversation.path("", id)));
    if (!drafts.draftOf(id).attempt) error = new ArrivedAfterAll();
  } catch (problem) {
    error = problem;
  }
  sending.change(() => ({ error, busy: false }));
  return error !== null;
}

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @param {{resolve: boolean, wish: import("./drafts.js").Wish | null, seen: string | undefined, split: boolean}} how
 * @returns {ReplyBody}
 */
function bodyOf(conversation, draft, { resolve, wish, seen, split }) {
  const replyTo = answering.replyToOf(conversation, draft);
  return {
    text: draft.text,
    ...(draft.visibility ? { visibility: draft.visibility } : {}),
    ...(draft.both && draft.privately.trim() ? { private: { text: draft.privately } } : {}),
    ...(draft.files.length ? { files: draft.files.map(rememberFile) } : {}),
    ...(wish ? { follow_up: wish } : {}),
    ...(resolve ? { resolve } : {}),
    ...(split ? { split } : {}),
    ...(seen ? { seen } : {}),
    ...(replyTo ? { reply_to: replyTo } : {}),
    ...recipients.fieldsOf(conversation, draft),
    hold_seconds: undoSeconds(),
  };
}

/**
 * The try before, if this is the same once more.
 * @param {import("./drafts.js").Attempt | null} attempt
 * @param {ReplyBody} body
 */
function sameAttempt(attempt, body) {
  if (!attempt) return null;
  const same = JSON.stringify({ ...attempt.body, seen: "" }) === JSON.stringify({ ...body, seen: "" });
  return same ? attempt : null;
}

/**
 * Tell whether a message has the text that was requested, or its first part.
 * @param {string | null} text
 * @param {ReplyBody} body
 */
function isBeginning(text, body) {
  return body.split ? Boolean(text) && body.text.trimStart().startsWith(text ?? "") : text === body.text;
}

/**
 * Return what came in between: the messages, and who of the team answered; nothing for another error.
 * @param {unknown} error
 */
function missedOf(error) {
  if (!(error instanceof api.ApiError) || !["stale", "answered"].includes(error.code)) return null;
  const { messages = [], by = null } = /** @type {{messages?: Message[], by?: {name: string | null}}} */ (
    error.details
  );
  return { ids: messages.map((message) => message.id), by: by && (by.name ?? "") };
}

/** An error after which nobody knows whether the API has it. @param {unknown} error */
function mayHaveArrived(error) {
  return !(error instanceof api.ApiError) || error.status >= 500;
}

/**
 * Put the requested reply into the composer again, before what was typed since.
 * @param {string} id
 * @param {ReplyBody} body
 * @param {import("./drafts.js").Attempt | null} attempt of which nobody knows whether it arrived
 */
function putBack(id, body, attempt) {
  const typed = drafts.draftOf(id).text.trim();
  drafts.keep(id, {
    mode: "reply",
    text: typed && typed !== body.text ? `${body.text}\n\n${typed}` : body.text,
    privately: body.private?.text ?? "",
    both: Boolean(body.private),
    visibility: body.visibility ?? "",
    replyTo: body.reply_to ?? "",
    wish: body.follow_up ?? null,
    ...recipients.USUAL,
    ...(body.to ? { to: body.to.join(", "), toFor: body.to[0] } : {}),
    cc: (body.cc ?? []).join(", "),
    subject: body.subject ?? null,
    files: (body.files ?? []).map((id) => fileById.get(id) ?? { ...UNKNOWN, id, at: Date.now() }),
    attempt,
  });
}

/**
 * @param {string} id
 * @param {LeavingMessage} shown
 * @param {Message[]} kept
 */
function storeSent(id, shown, kept) {
  for (const message of kept) {
    // By this machine's clock, which may not be the API's.
    bodyById.set(message.id, shown.body);
    if (message.held_until)
      heldUntilById.set(message.id, Date.now() + Date.parse(message.held_until) - Date.parse(message.sent_at));
  }
  if (openConversation.current.get().id !== id) return;
  openConversation.replaceLeaving(shown, kept);
  if (kept.length) openConversation.refresh();
}

/**
 * A message as it will stand in the thread.
 * @param {Conversation} conversation
 * @param {import("./drafts.js").Attempt} attempt
 * @returns {LeavingMessage}
 */
function preview(conversation, { key, body, at }) {
  const me = workspace.get().me;
  const answered = conversation.messages.find(({ id }) => id === body.reply_to);
  return {
    id: `leaving ${key}`,
    platform_id: null,
    direction: "outbound",
    author: { id: me?.id ?? null, name: me?.name ?? null },
    title: null,
    text: body.text,
    rating: null,
    sent_at: new Date(at).toISOString(),
    state: "leaving",
    reason: null,
    explanation: null,
    visibility: body.visibility || conversation.routes[0]?.visibility || conversation.visibility,
    deleted: false,
    deleted_at: null,
    edited_at: null,
    earlier: [],
    held_until: null,
    mentions: [],
    hidden: false,
    accepted: false,
    attachments: (body.files ?? []).map(leaving),
    reactions: [],
    parent_id: answered?.answerable?.placement === "below" ? answered.id : null,
    reply_to: body.reply_to ?? null,
    attention: null,
    permalink: null,
    payload: null,
    unsupported: false,
    unproven: false,
    seems: null,
    follow_up: false,
    ...(body.to ? { recipients: { to: body.to, cc: body.cc ?? [] } } : {}),
    body,
  };
}

/** The files that were sent from here, by their ids. @type {Map<string, import("./drafts.js").Sendable>} */
const fileById = new Map();
/** A file of which only the id is left, as the page was reloaded. */
const UNKNOWN = { name: "", type: "", size: 0 };

/** The id of a file; what else is known of it is kept, for where it is taken back. @param {import("./drafts.js").Sendable} file */
function rememberFile(file) {
  fileById.set(file.id, file);
  return file.id;
}

/**
 * A file as it stands below a message that leaves.
 * @param {string} id
 * @returns {import("../lib/schemas.js").Attachment}
 */
function leaving(id) {
  const { name, type, size } = fileById.get(id) ?? UNKNOWN;
  return {
    id,
    type: type.split("/")[0],
    title: name,
    state: "stored",
    mime: type,
    size,
    link: null,
    shown: false,
    url: null,
    reason: null,
    explanation: null,
  };
}

openConversation.whenRead(settle);

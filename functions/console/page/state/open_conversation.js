/** The conversation that is open: read, kept fresh without a jump, changed by what an agent does. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import { GLANCE_MS, notYet, READ_MS, shownSince, upto } from "./read_receipts.js";
import { readingAhead } from "./reading_ahead.js";
import { newTo } from "./thread.js";
import { workspace } from "./workspace.js";

/** Messages per request. */
const PAGE = 100;

/**
 * @typedef {import("../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../lib/schemas.js").Message} Message
 */

export const current = slice("open_conversation", nothing());

/** Unread messages on the screen, with the time since when. @type {import("./read_receipts.js").Shown} */
let shown = new Map();
/** Grows with each change made here, so that an older reading does not undo it. */
let generation = 0;
/** @type {Promise<void> | null} */
let reading = null;
let following = false;
const ahead = readingAhead((id) => api.get(newest(id)));
/** The reading of the open conversation that was begun before it was opened. @type {{answer: Promise<Conversation>, generation: number} | null} */
let begunAhead = null;
/** @type {Set<(conversation: Conversation) => void>} */
const readers = new Set();

/** Look at each reading of an open conversation. @param {(conversation: Conversation) => void} fn */
export function whenRead(fn) {
  readers.add(fn);
}

/** Open a conversation. @param {string} id */
export function show(id) {
  if (current.get().id === id) return;
  const answer = ahead.take(id, generation);
  generation += 1;
  begunAhead = answer && { answer, generation };
  current.change(() => ({ ...nothing(), id }));
  if (id) refresh();
}

/** Begin to read a conversation that is about to be opened. That says nothing of it to anybody: opened is read. @param {string} id */
export function readAhead(id) {
  if (current.get().id !== id) ahead.begin(id, generation);
}

/** The state where no conversation is open. */
function nothing() {
  return {
    id: "",
    /** @type {Conversation | null} */
    conversation: null,
    /** @type {unknown} */
    error: null,
    /** The last message up to which all was read, or was there when the conversation was opened. */
    seen: "",
    /** Ids of what was new to this agent when the conversation was opened, or came since; until they answer. @type {Set<string>} */
    fresh: new Set(),
    /** Ids of what came in while this was open, and nobody has looked at yet. @type {string[]} */
    unseen: [],
    /** Our messages that are on their way to the API. @type {Message[]} */
    leaving: [],
    /** Older messages are being fetched. */
    fetching: false,
  };
}

/** The path of the open conversation, or of another. @param {string} more @param {string} [id] */
export function path(more = "", id = current.get().id) {
  return `/conversations/${encodeURIComponent(id)}${more}`;
}

/**
 * Read the open conversation again. What is there stays until the answer comes, and if none comes. Asked for while a reading
 * is under way, another follows it: the one under way may be from before what is to be seen.
 * @returns {Promise<void>}
 */
export function refresh() {
  if (!current.get().id) return Promise.resolve();
  following = reading !== null;
  reading ??= read().finally(() => {
    reading = null;
    if (following) refresh();
  });
  return reading;
}

/**
 * Read the open conversation again unless it was read as new as this.
 * @param {{id: string, version: number, changes: number} | null} known what the counters of changes say
 */
export async function catchUp(known) {
  await reading;
  const { id, conversation } = current.get();
  if (!known || known.id !== id) return;
  if (conversation && conversation.version >= known.version && conversation.changes >= known.changes) return;
  await refresh();
}

async function read() {
  const { id } = current.get();
  const begun = generation;
  try {
    /** @type {Conversation} */
    const conversation = await (takeAhead() ?? api.get(newest(id)));
    if (current.get().id !== id) return;
    if (begun === generation) take(conversation);
    else following = true;
  } catch (error) {
    if (current.get().id === id && (!current.get().conversation || isGone(error)))
      current.change(() => ({ error, conversation: null }));
  }
}

/** Return the reading that was begun before the conversation was opened, once; null if something was done since. */
function takeAhead() {
  const begun = begunAhead;
  begunAhead = null;
  return begun?.generation === generation ? begun.answer : null;
}

/** The path of the newest messages of a conversation. @param {string} id */
function newest(id) {
  return `${path("", id)}?messages=${PAGE}`;
}

/** Erased, moved out of sight, or never there. @param {unknown} error */
function isGone(error) {
  return error instanceof api.ApiError && (error.status === 404 || error.status === 403);
}

/** Fetch what was written before the oldest message that is shown. Throws what `api.get` throws. */
export async function fetchEarlier() {
  const { id, conversation, fetching } = current.get();
  if (!conversation?.earlier || fetching) return;
  current.change(() => ({ fetching: true }));
  try {
    /** @type {Conversation} */
    const older = await api.get(`${path("", id)}?messages=${PAGE}&before=${encodeURIComponent(conversation.earlier)}`);
    const now = current.get().conversation;
    if (current.get().id !== id || !now) return;
    const known = new Set(now.messages.map((message) => message.id));
    const messages = [...older.messages.filter((message) => !known.has(message.id)), ...now.messages];
    current.change(() => ({ conversation: { ...now, messages, events: joined(older, now), earlier: older.earlier } }));
  } finally {
    if (current.get().id === id) current.change(() => ({ fetching: false }));
  }
}

/**
 * Take over the API's answer to an action, where it answers with the conversation.
 * @param {Partial<import("../lib/schemas.js").ListedConversation> | null} changed
 */
export function takeAnswer(changed) {
  generation += 1;
  const { conversation, id } = current.get();
  if (conversation && changed?.id === id) current.change(() => ({ conversation: { ...conversation, ...changed } }));
  return refresh();
}

/**
 * Change a conversation in place if it is open, before the API says so itself.
 * @param {string} id
 * @param {Partial<import("../lib/schemas.js").ListedConversation>} changes
 */
export function change(id, changes) {
  generation += 1;
  current.change(({ conversation }) =>
    conversation?.id === id ? { conversation: { ...conversation, ...changes } } : {},
  );
}

/** Show a message that is on its way to the API. @param {Message} message */
export function addLeaving(message) {
  generation += 1;
  current.change(({ leaving }) => ({ leaving: [...leaving, message] }));
}

/**
 * A message that was on its way is there as the API has it, or is not.
 * @param {Message} message
 * @param {Message[]} [kept]
 */
export function replaceLeaving(message, kept = []) {
  generation += 1;
  current.change(({ leaving, conversation }) => ({
    leaving: leaving.filter((other) => other !== message),
    conversation:
      conversation && kept.length ? { ...conversation, messages: upserted(conversation.messages, kept) } : conversation,
  }));
}

/** Change messages in place, before the API says so itself. @param {Message[]} changed */
export function replace(...changed) {
  generation += 1;
  current.change(({ conversation }) =>
    conversation ? { conversation: { ...conversation, messages: upserted(conversation.messages, changed) } } : {},
  );
}

/** Mark all messages as read. */
export function markAllRead() {
  setUnseen([]);
}

/** Note what is on the screen: what has been there long enough was read. @param {(id: string) => boolean} isShown */
export function watch(isShown) {
  const { unseen } = current.get();
  const now = Date.now();
  shown = shownSince(shown, unseen.filter(isShown), now);
  const left = notYet(unseen, shown, now, READ_MS);
  if (left.length < unseen.length) setUnseen(left);
}

/** @param {string[]} unseen what nobody has read yet */
function setUnseen(unseen) {
  current.change(({ conversation, seen }) => ({
    seen: upto(conversation?.messages ?? [], seen, unseen, workspace.get().me?.id),
    unseen,
  }));
}

/**
 * Return the last message up to which the agent has seen all. What is done says so, and is stopped if there
 * is more.
 * @param {string[]} [elsewhere] messages that stand in full where it is pressed
 */
export function lastSeen(elsewhere = []) {
  const { conversation, seen, unseen } = current.get();
  const read = new Set(elsewhere);
  const away = notYet(unseen, shown, Date.now(), GLANCE_MS).filter((id) => !read.has(id));
  // Who has seen all that stands here says so with the mark of it, which tells of what arrives later and is older, too.
  if (conversation?.seen && !away.length) return conversation.seen;
  return upto(conversation?.messages ?? [], seen, away, workspace.get().me?.id) || undefined;
}

/** The customer's message, or a colleague's answer: who goes on writing has to see it. @param {Message} message */
function isOfOthers(message) {
  if (message.direction === "inbound") return true;
  const me = workspace.get().me?.id;
  return message.direction === "outbound" && !message.follow_up && !message.automatic && message.author.id !== me;
}

/**
 * Tell whether this agent wrote something since.
 * @param {Message[]} messages
 * @param {Set<string>} known
 */
function hasAnswered(messages, known) {
  const me = workspace.get().me?.id;
  return messages.some(({ id, direction, author }) => direction === "outbound" && author.id === me && !known.has(id));
}

/** @param {Conversation} conversation */
function take(conversation) {
  const before = current.get();
  const messages = before.conversation ? merged(before.conversation, conversation) : conversation.messages;
  const ids = new Set(messages.map((message) => message.id));
  const earlier =
    before.conversation && messages.length > conversation.messages.length
      ? before.conversation.earlier
      : (conversation.earlier ?? null);
  const events = before.conversation ? joined(before.conversation, conversation) : conversation.events;
  const next = { ...conversation, messages, events, earlier };
  const known = new Set(before.conversation?.messages.map((message) => message.id));
  const arrivedMessages = messages.filter((message) => isOfOthers(message) && !known.has(message.id));
  const arrived = arrivedMessages.filter(({ direction }) => direction === "inbound").map(({ id }) => id);
  current.change(() => ({
    conversation: next,
    error: null,
    seen: before.conversation ? before.seen : (messages.at(-1)?.id ?? ""),
    fresh: before.conversation
      ? new Set([...(hasAnswered(messages, known) ? [] : before.fresh), ...arrived])
      : new Set(newTo(next).map(({ id }) => id)),
    unseen: before.conversation
      ? [...before.unseen.filter((id) => ids.has(id)), ...arrivedMessages.map((message) => message.id)]
      : [],
  }));
  for (const fn of readers) fn(next);
}

/**
 * The messages of a reading behind those that were fetched before it. What the reading would hold and does not is gone.
 * @param {Conversation} before
 * @param {Conversation} now
 */
function merged(before, now) {
  const first = now.messages[0];
  if (!first) return now.messages;
  const ids = new Set(now.messages.map((message) => message.id));
  const older = before.messages.filter((message) => message.sent_at < first.sent_at && !ids.has(message.id));
  return now.earlier ? [...older, ...now.messages] : now.messages;
}

/** The events of two readings, each once, as the later one has them. @param {Conversation} before @param {Conversation} now */
function joined(before, now) {
  const all = new Map([...(before.events ?? []), ...(now.events ?? [])].map((event) => [event.id, event]));
  return [...all.values()].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

/**
 * @param {Message[]} messages
 * @param {Message[]} changed
 */
function upserted(messages, changed) {
  const ids = new Map(changed.map((message) => [message.id, message]));
  const known = new Set(messages.map(({ id }) => id));
  return [...messages.map((message) => ids.get(message.id) ?? message), ...changed.filter(({ id }) => !known.has(id))];
}

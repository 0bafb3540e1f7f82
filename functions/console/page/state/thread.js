/**
 * The order in which a conversation is read: a public one as the public sees it, with replies below what they answer; a
 * private one by time. What was done beside writing stands where it happened.
 */

/**
 * @typedef {import("../lib/schemas.js").Message} Message
 * @typedef {import("../lib/schemas.js").Moderation} Moderation
 * @typedef {import("../lib/schemas.js").Event} Event
 * @typedef {{kind: "day", key: string, at: string}
 *   | {kind: "new", key: string}
 *   | {kind: "message", key: string, message: Message, below: boolean, quoted: Message | null, follows?: boolean}
 *   | {kind: "event", key: string, event: Event}} Row
 */

/** Milliseconds between two messages of one person that stand together. */
const GROUP_MS = 300_000;

/**
 * @param {{visibility: string, messages: Message[], events?: Event[]}} conversation
 * @param {Message[]} [leaving] ours that the API has not taken yet
 * @returns {Row[]}
 */
export function rowsOf(conversation, leaving = []) {
  const messages = [...conversation.messages.filter(isShown), ...leaving];
  const known = new Map(messages.flatMap((message) => namesOf(message).map((name) => [name, message])));
  const ordered =
    conversation.visibility === "public" ? nested(messages, known) : messages.map((message) => flat(message, known));
  return grouped(withDays(withEvents(ordered, messages, conversation.events ?? [])));
}

/** Mark messages that one person wrote in one go, so that the name stands above the first alone. @param {Row[]} rows */
function grouped(rows) {
  return rows.map((row, index) => {
    const before = rows[index - 1];
    if (row.kind !== "message" || before?.kind !== "message" || row.quoted || row.below !== before.below) return row;
    return isContinued(before.message, row.message) ? { ...row, follows: true } : row;
  });
}

/** @param {Message} before @param {Message} message */
function isContinued(before, message) {
  if (!message.author?.id || message.author.id !== before.author?.id || message.deleted || before.deleted) return false;
  const isSameKind = message.direction === before.direction && message.visibility === before.visibility;
  return isSameKind && Math.abs(Date.parse(message.sent_at) - Date.parse(before.sent_at)) < GROUP_MS;
}

/**
 * The messages of others that nobody has dealt with yet, in order.
 * @param {{messages: Message[], waiting_since: string | null, unread: number}} conversation
 */
export function unreadOf(conversation) {
  const since = conversation.waiting_since;
  if (!conversation.unread || !since) return [];
  return conversation.messages.filter(
    (message) => message.direction === "inbound" && !message.deleted && message.sent_at >= since,
  );
}

/**
 * Return the messages of others that are new to this agent, in order: those since the last reading, or those that nobody
 * answered, where they never read any.
 * @param {{messages: Message[], waiting_since: string | null, unread: number, read?: boolean, read_at?: string | null}} conversation
 */
export function newTo(conversation) {
  const { messages, read, read_at } = conversation;
  if (read !== false) return [];
  const since = read_at ? messages.filter((message) => isNewSince(message, read_at)) : [];
  return since.length ? since : unreadOf(conversation);
}

/**
 * @param {Message} message
 * @param {string} at
 */
function isNewSince({ direction, deleted, sent_at, edited_at }, at) {
  return direction === "inbound" && !deleted && (edited_at ?? sent_at) > at;
}

/**
 * Insert one line where what is new begins; none where everything is.
 * @param {Row[]} rows
 * @param {Set<string>} fresh ids of the messages that are new
 * @returns {Row[]}
 */
export function withNewLine(rows, fresh) {
  const first = rows.findIndex((row) => row.kind === "message" && fresh.has(row.message.id));
  const isAll = !rows.slice(0, Math.max(0, first)).some(({ kind }) => kind === "message");
  if (first < 0 || isAll) return rows;
  // The line of a day that begins here stands above.
  return [...rows.slice(0, first), { kind: "new", key: "new" }, ...rows.slice(first)];
}

/** Tell whether one of our messages was written with another tool: it has no id of ours. @param {Message} message */
export function isForeign(message) {
  return message.direction === "outbound" && message.platform_id !== null && message.platform_id === message.id;
}

/** Tell whether a message is shown: one that was undone in time leaves no trace. @param {Message} message */
function isShown(message) {
  return !(message.state === "cancelled" && message.reason === "undone");
}

/**
 * Return the ids by which a reply may name the message that it answers.
 * @param {Message} message @returns {string[]}
 */
function namesOf(message) {
  return message.platform_id ? [message.id, message.platform_id] : [message.id];
}

/**
 * @param {Message} message
 * @param {Map<string, Message>} known
 * @returns {Row & {kind: "message"}}
 */
function flat(message, known) {
  return { kind: "message", key: message.id, message, below: false, quoted: parentOf(message, known) };
}

/**
 * @param {Message} message
 * @param {Map<string, Message>} known
 */
function parentOf(message, known) {
  const parent = message.parent_id ? known.get(message.parent_id) : undefined;
  return parent && parent !== message ? parent : null;
}

/**
 * Posts and comments by time, each with the replies below it. Deeper ones stand on the same step, and say whom they answer.
 * @param {Message[]} messages
 * @param {Map<string, Message>} known
 */
function nested(messages, known) {
  const comments = commentsOf(messages, known);
  /** @type {Map<Message, (Row & {kind: "message"})[]>} */
  const blocks = new Map();
  /** @param {Message} comment whose block it is; a reply whose clock is ahead may bring it along */
  const blockOf = (comment) => {
    const block = blocks.get(comment) ?? [
      { ...flat(comment, known), quoted: isPrivate(comment) ? parentOf(comment, known) : null },
    ];
    blocks.set(comment, block);
    return block;
  };
  for (const message of messages) {
    const parent = parentOf(message, known);
    // What is private stands by itself: below a comment it would look as if everybody could read it.
    const comment = isPrivate(message) ? message : (comments.get(message) ?? message);
    const block = blockOf(comment);
    if (comment !== message)
      block.push({ ...flat(message, known), below: true, quoted: parent === comment ? null : parent });
  }
  return [...blocks.values()].flat();
}

/** Tell whether a message of a public thread was sent to one person alone. @param {Message} message */
function isPrivate({ direction, visibility }) {
  return direction !== "note" && visibility === "private";
}

/**
 * The comment below which each message stands: the last before the post itself, or what has nothing above it. Each
 * message is looked at once, however deep the replies are. In a circle nothing stands above anything.
 * @param {Message[]} messages
 * @param {Map<string, Message>} known
 */
function commentsOf(messages, known) {
  /** @type {Map<Message, Message | null>} null for what leads into a circle */
  const commentOf = new Map();
  for (const message of messages) {
    const path = pathFrom(message, known, commentOf);
    const last = path[path.length - 1];
    const comment = commentOf.get(last) ?? (isBelow(last, known) ? null : last);
    for (const message of path) if (!commentOf.has(message)) commentOf.set(message, comment);
  }
  return commentOf;
}

/**
 * A message and what stands above it, up to a comment, to what is known already, or once around a circle.
 * @param {Message} message
 * @param {Map<string, Message>} known
 * @param {Map<Message, Message | null>} commentOf
 */
function pathFrom(message, known, commentOf) {
  const path = new Set([message]);
  let last = message;
  while (!commentOf.has(last) && isBelow(last, known)) {
    last = /** @type {Message} */ (parentOf(last, known));
    if (path.has(last)) break;
    path.add(last);
  }
  return [...path];
}

/**
 * Tell whether a message stands below another one that is no post.
 * @param {Message} message
 * @param {Map<string, Message>} known
 */
function isBelow(message, known) {
  const parent = parentOf(message, known);
  return parent !== null && !isPost(parent, known);
}

/**
 * Tell whether a message is a post: nothing stands above it, and it answers nothing.
 * @param {Message} message
 * @param {Map<string, Message>} known
 */
function isPost(message, known) {
  return !message.parent_id && !parentOf(message, known);
}

/**
 * Insert events, each after the message that was written last before it.
 * @param {(Row & {kind: "message"})[]} rows
 * @param {Message[]} messages in the order of their times
 * @param {Event[]} events
 * @returns {Row[]}
 */
function withEvents(rows, messages, events) {
  const earliest = earliestFrom(messages);
  /** @type {Map<string, Row[]>} */
  const after = new Map();
  for (const event of events) {
    const before = messages[lastUntil(earliest, event.at)]?.id ?? "";
    const rowsThere = after.get(before) ?? [];
    after.set(before, rowsThere);
    rowsThere.push({ kind: "event", key: `event ${event.id}`, event });
  }
  return [...(after.get("") ?? []), ...rows.flatMap((row) => [row, ...(after.get(row.key) ?? [])])];
}

/** For each message the earliest time from there on: clocks differ, so the times need not grow. @param {Message[]} messages */
function earliestFrom(messages) {
  const times = messages.map(({ sent_at }) => sent_at);
  for (let index = times.length - 2; index >= 0; index -= 1) {
    if (times[index + 1] < times[index]) times[index] = times[index + 1];
  }
  return times;
}

/**
 * The index of the last message that was written by a time; -1 for none.
 * @param {string[]} earliest
 * @param {string} at
 */
function lastUntil(earliest, at) {
  let [low, high] = [0, earliest.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (earliest[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * A line wherever a new day begins. Replies below an older comment do not begin one.
 * @param {Row[]} rows
 */
function withDays(rows) {
  /** @type {Row[]} */
  const all = [];
  let day = "";
  for (const row of rows) {
    const at = timeOf(row);
    const dayOfRow = at && new Date(at).toDateString();
    if (dayOfRow && dayOfRow !== day) {
      all.push({ kind: "day", key: `day ${row.key}`, at });
      day = dayOfRow;
    }
    all.push(row);
  }
  return all;
}

/** @param {Row} row */
function timeOf(row) {
  if (row.kind === "message") return row.below ? "" : row.message.sent_at;
  return "";
}

/** @type {Moderation[]} */
const FRIENDLY = ["like", "unlike", "accept"];
/** @type {Moderation[]} */
const OF_OURS = ["edit", "delete"];
/** @type {Moderation[]} */
const OF_MESSAGES = [...FRIENDLY, "edit", "hide", "show", "delete"];

/**
 * Return the actions on a message, in the order of a menu, that the platform permits and this agent may take. Who gave
 * an existing like is not known, so both are offered.
 * @param {Message} message
 * @param {boolean} lead
 * @returns {Moderation[]}
 */
export function permitted(message, lead) {
  if (message.deleted || !message.platform_id) return [];
  const agents = message.direction === "outbound" ? [...FRIENDLY, ...OF_OURS] : FRIENDLY;
  return OF_MESSAGES.filter((action) => message.moderations?.includes(action) && (lead || agents.includes(action)));
}

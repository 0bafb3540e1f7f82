/**
 * Read receipts of the open conversation: which messages were in view. An action says how far that reaches, and is
 * refused if there is more.
 */

/** Milliseconds for which a message has to be on the screen to count as read by itself. */
export const READ_MS = 1200;
/** Milliseconds in which nobody sees something, decides and presses: what is on the screen longer was seen. */
export const GLANCE_MS = 300;

/** @typedef {Map<string, number>} Shown since when messages are on the screen, by their ids, in milliseconds */

/**
 * Return the messages that are on the screen now, each with the time since when.
 * @param {Shown} before
 * @param {string[]} ids
 * @param {number} now
 * @returns {Shown}
 */
export function shownSince(before, ids, now) {
  return new Map(ids.map((id) => [id, before.get(id) ?? now]));
}

/**
 * Return the messages that have not been on the screen for so long.
 * @param {string[]} ids
 * @param {Shown} shown
 * @param {number} now
 * @param {number} span milliseconds
 */
export function notYet(ids, shown, now, span) {
  return ids.filter((id) => now - (shown.get(id) ?? Number.POSITIVE_INFINITY) < span);
}

/**
 * The last message up to which nothing of others is unseen. It moves on from where it was and never back, and by messages
 * of others alone: what was written before one of ours may come in after it. A colleague is another, if the agent's own
 * id is known.
 * @param {{id: string, direction: string, author?: {id: string | null}}[]} messages in their order
 * @param {string} seen where it was
 * @param {string[]} unseen ids
 * @param {string} [me] the agent's id
 */
export function upto(messages, seen, unseen, me) {
  const at = messages.findIndex(({ id }) => id === seen);
  const waiting = new Set(unseen);
  let last = at < 0 ? (messages[0]?.id ?? "") : seen;
  for (const { id, direction, author } of messages.slice(at + 1)) {
    const isColleagues = Boolean(me) && direction === "outbound" && author?.id !== me;
    if (direction !== "inbound" && !isColleagues) continue;
    if (waiting.has(id)) break;
    last = id;
  }
  return last;
}

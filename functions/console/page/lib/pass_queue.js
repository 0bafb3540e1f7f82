/**
 * The open comments below one post in the order in which they are worked off. Conversations are opened when it is their
 * turn, so an entry names a conversation alone until then. Pure.
 */

import { isOpen } from "./comment_order.js";

/**
 * @typedef {{conversation: string, message: string | null, done: boolean}} Entry
 * @typedef {{id: string, deleted: boolean, attention?: {state: string} | null}} Comment
 */

/** Return the entries of conversations that were not opened yet. @param {string[]} conversations @returns {Entry[]} */
export function entriesOf(conversations) {
  return conversations.map((conversation) => ({ conversation, message: null, done: false }));
}

/**
 * Return the comments of a conversation that nobody has dealt with.
 * @template {Comment} T
 * @param {{messages: T[]}} conversation
 * @returns {T[]}
 */
export function openIn({ messages }) {
  return messages.filter(isOpen);
}

/**
 * Put the open comments of a conversation in the place of its entry. What was done stays, and none is there twice.
 * @param {Entry[]} entries
 * @param {string} conversation
 * @param {string[]} messages
 * @returns {Entry[]}
 */
export function expand(entries, conversation, messages) {
  return entries.flatMap((entry) => {
    if (entry.conversation !== conversation || entry.message !== null) return [entry];
    const known = new Set(entries.map((other) => other.message));
    return messages.filter((id) => !known.has(id)).map((message) => ({ conversation, message, done: false }));
  });
}

/**
 * Return where the next entry stands that is not done, from a place on and then from the beginning; -1 where all are.
 * @param {Entry[]} entries
 * @param {number} from
 */
export function nextOf(entries, from) {
  const behind = entries.findIndex(({ done }, place) => place >= from && !done);
  return behind >= 0 ? behind : entries.findIndex(({ done }) => !done);
}

/** Return where the entry before a place stands that is not done; the place itself where there is none. @param {Entry[]} entries @param {number} from */
export function previousOf(entries, from) {
  for (let place = from - 1; place >= 0; place -= 1) if (!entries[place].done) return place;
  return from;
}

/** Mark an entry as done, or as open again. @param {Entry[]} entries @param {number} place @param {boolean} done */
export function marked(entries, place, done) {
  return entries.map((entry, at) => (at === place ? { ...entry, done } : entry));
}

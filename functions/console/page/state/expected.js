/** Results of an action that are shown before the API answers, and taken back where it refuses. */

import * as inbox from "./inbox.js";
import * as openConversation from "./open_conversation.js";

/**
 * Show at once what an action leads to, and carry it out. Throws what `send` throws, after taking it back.
 * @template T
 * @param {import("../lib/schemas.js").Conversation} conversation as it is now
 * @param {Partial<import("../lib/schemas.js").ListedConversation>} changes
 * @param {() => Promise<T>} send
 * @returns {Promise<T>}
 */
export async function expecting(conversation, changes, send) {
  const { id } = conversation;
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, Reflect.get(conversation, name)]));
  show(id, changes);
  try {
    return await send();
  } catch (error) {
    show(id, before);
    // A row that was taken out of the list has lost its place there.
    if (changes.status) inbox.refresh();
    throw error;
  }
}

/** @param {string} id @param {Partial<import("../lib/schemas.js").ListedConversation>} changes */
function show(id, changes) {
  openConversation.change(id, changes);
  const head = inbox.inbox.get().heads.get(id);
  if (!head) return;
  inbox.update({ ...head, ...changes });
  if (changes.status && changes.status !== inbox.inbox.get().filters.status) inbox.removeFromList([id]);
}

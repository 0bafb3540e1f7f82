/**
 * The read state of the agent. Opened is read, up to what was on the screen; it is nobody else's business, and no answer.
 * A conversation that was marked as unread stays so until it is opened again.
 */

import * as api from "../lib/api.js";
import * as inbox from "./inbox.js";
import { current, path } from "./open_conversation.js";

/** The open conversation that was marked as unread, and the reading that was reported last. */
let held = "";
let told = "";

/** Report the open conversation as read, once all that came in was on the screen. */
export async function look() {
  const { id, conversation, unseen } = current.get();
  if (id !== held) held = "";
  if (conversation?.read !== false || unseen.length || held || document.visibilityState !== "visible") return;
  const reading = `${id} ${conversation.seen}`;
  if (reading === told) return;
  told = reading;
  try {
    await put(id, { seen: conversation.seen });
  } catch {
    // The next reading reports it again.
    if (told === reading) told = "";
  }
}

/** Show a conversation as unread again. Throws what `api.send` throws. @param {string} id */
export async function markUnread(id) {
  held = current.get().id === id ? id : "";
  take(id, await api.send("DELETE", path("/read", id)));
  told = "";
}

/** Show a conversation as read. Throws what `api.send` throws. @param {string} id */
export async function markRead(id) {
  held = "";
  await put(id, {});
}

/**
 * @param {string} id
 * @param {{seen?: string | null}} body
 */
async function put(id, body) {
  take(id, await api.send("PUT", path("/read", id), body));
}

/**
 * @param {string} id
 * @param {{read: boolean, read_at: string | null}} state
 */
function take(id, { read }) {
  const head = inbox.inbox.get().heads.get(id);
  if (head) inbox.update({ ...head, read });
  const { conversation } = current.get();
  if (conversation?.id === id) current.change(() => ({ conversation: { ...conversation, read } }));
}

/** The state of one comment in a public thread, as an agent states it: shown at once, taken back where it is refused. */

import * as api from "../lib/api.js";
import * as openConversation from "./open_conversation.js";
import { workspace } from "./workspace.js";

/**
 * @typedef {import("../lib/schemas.js").Message} Message
 * @typedef {"open" | "answered" | "acknowledged" | "none"} State
 */

/** Reasons that the API gives, which nobody states. */
const FOLLOWS = new Set(["liked", "hidden", "removed", "resolved"]);

/**
 * Say whether a message needs something. Returns what says again what was said before.
 * @param {Message} message
 * @param {State} state
 * @param {string} [reason]
 */
export async function state(message, state, reason = "") {
  const { id, conversation } = openConversation.current.get();
  const before = message.attention;
  const seen = openConversation.lastSeen();
  const said = { state, ...(reason ? { reason } : {}) };
  await shownAtOnce(message, state, reason, () => put(id, message, { ...said, ...(seen ? { seen } : {}) }));
  if (!before || !conversation) return async () => {};
  const words = before.reason && !FOLLOWS.has(before.reason) ? { reason: before.reason } : {};
  return () => again(id, () => put(id, message, { state: before.state, ...words }));
}

/**
 * Say that a like is enough: where the platform permits it, it is given. Returns what takes that back.
 * @param {Message} message
 */
export async function acknowledge(message) {
  if (!message.moderations?.includes("like")) return state(message, "acknowledged");
  const { id } = openConversation.current.get();
  const path = openConversation.path("/moderations", id);
  const moderate = (/** @type {"like" | "unlike"} */ action) => () =>
    api.send("POST", path, { action, message_id: message.id });
  await shownAtOnce(message, "acknowledged", "liked", moderate("like"));
  const canTakeBack = message.moderations.includes("unlike");
  return () => again(id, canTakeBack ? moderate("unlike") : () => put(id, message, { state: "open" }));
}

/**
 * @param {string} id of the conversation
 * @param {Message} message
 * @param {{state: State, reason?: string, seen?: string}} body
 */
function put(id, message, body) {
  return api.send("PUT", openConversation.path(`/messages/${encodeURIComponent(message.id)}/attention`, id), body);
}

/** @param {string} id of the conversation @param {() => Promise<unknown>} run */
async function again(id, run) {
  await run();
  if (openConversation.current.get().id === id) await openConversation.refresh();
}

/**
 * @param {Message} message
 * @param {State} state
 * @param {string} reason
 * @param {() => Promise<unknown>} run
 */
async function shownAtOnce(message, state, reason, run) {
  const { id, conversation } = openConversation.current.get();
  const by = workspace.get().me;
  const attention = {
    state,
    by: by && state !== "open" ? { id: by.id, name: by.name } : null,
    at: new Date().toISOString(),
    reason: reason || null,
  };
  const count = conversation?.open_messages ?? 0;
  const change = Number(state === "open") - Number(message.attention?.state === "open");
  openConversation.replace({ ...message, attention });
  openConversation.change(id, { open_messages: Math.max(0, count + change) });
  try {
    await run();
  } catch (error) {
    if (openConversation.current.get().id === id) {
      openConversation.replace(message);
      openConversation.change(id, { open_messages: count });
      openConversation.refresh();
    }
    throw error;
  }
  if (openConversation.current.get().id === id) await openConversation.refresh();
}

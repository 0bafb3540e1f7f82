/** Speakers in a public thread, corrected by an agent; thanks, and the mark of the solution. */

import * as api from "../lib/api.js";
import * as openConversation from "./open_conversation.js";
import { undoSeconds, workspace } from "./workspace.js";

/**
 * @typedef {import("../lib/schemas.js").Message} Message
 * @typedef {import("../lib/next_speaker.js").Speaker} Speaker
 */

/** @param {Message} message @param {string} what */
function path(message, what) {
  return openConversation.path(`/messages/${encodeURIComponent(message.id)}/${what}`);
}

/**
 * Say who speaks in a message; it is shown at once, and taken back where it is refused.
 * @param {Message} message
 * @param {Speaker | null} speaker
 */
export async function correct(message, speaker) {
  if (speaker) openConversation.replace({ ...message, speaker, speaker_by: workspace.get().me });
  await change(message, () => api.send("PUT", path(message, "speaker"), { speaker }));
}

/** Mark a message as the solution, or take the mark off. @param {Message} message */
export async function toggleSolution(message) {
  await change(message, () => api.send(message.accepted ? "DELETE" : "PUT", path(message, "solution"), {}));
}

/**
 * Thank who wrote a message. Returns the message that goes out.
 * @param {Message} message
 * @returns {Promise<Message>}
 */
export async function thank(message) {
  const sent = await api.send("POST", path(message, "thanks"), { hold_seconds: undoSeconds() });
  openConversation.replace({ ...message, thanked: true }, sent);
  await openConversation.refresh();
  return sent;
}

/** Take thanks back that have not left. @param {Message} sent */
export async function takeThanksBack(sent) {
  await api.send("DELETE", openConversation.path(`/replies/${encodeURIComponent(sent.id)}`));
  await openConversation.refresh();
}

/**
 * Have a message changed, and show it as the API has it, or as it was.
 * @param {Message} message
 * @param {() => Promise<Message>} run
 */
async function change(message, run) {
  try {
    const changed = await run();
    openConversation.replace({ ...message, ...changed, moderations: message.moderations });
    await openConversation.refresh();
  } catch (error) {
    openConversation.replace(message);
    throw error;
  }
}

/** The place after an answer or a resolved conversation: it stays open, or the next one of the list opens, as the agent likes. */

import { go } from "../lib/router.js";
import * as inbox from "./inbox.js";
import * as openConversation from "./open_conversation.js";

/** @typedef {"stay" | "next"} After */

const KEPT = "nachfrage.after";
/** @type {After[]} */
export const CHOICES = ["stay", "next"];

/** Return what this agent chose in this browser. @returns {After} */
export function chosen() {
  const kept = localStorage.getItem(KEPT);
  return CHOICES.find((choice) => choice === kept) ?? "stay";
}

/** Do this from now on in this browser. @param {string} choice */
export function choose(choice) {
  localStorage.setItem(KEPT, choice);
}

/**
 * Remember what follows a conversation in the list; the function that is returned opens it, and says whether it did. It
 * does nothing where the agent wants to stay, or has gone elsewhere meanwhile.
 * @param {string} id
 */
export function after(id) {
  const next = neighbour(
    inbox.conversationsShown().map((head) => head.id),
    id,
  );
  return () => {
    if (chosen() !== "next" || openConversation.current.get().id !== id) return false;
    go(next ? inbox.addressOf(next) : inbox.addressWith());
    return true;
  };
}

/**
 * Return the id after one, or before it at the end of a list; the first of the list for one that is not in it.
 * @param {string[]} ids
 * @param {string} id
 */
export function neighbour(ids, id) {
  const index = ids.indexOf(id);
  return ids[index + 1] ?? ids[index - 1] ?? "";
}

/** The routes a reply can take, and what stands against sending it. */

import { unsendable } from "../../lib/file_rules.js";
import { room } from "../../lib/text_length.js";
import * as files from "../../state/files.js";
import * as parting from "./split_text.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../state/drafts.js").Draft} Draft
 * @typedef {import("../../lib/text_length.js").Route} Route
 * @typedef {"note" | "public" | "private"} Where
 */

/** The first way of each visibility: what the API takes when that is named. @param {Conversation} conversation @returns {Route[]} */
export function waysOf(conversation) {
  const ways = /** @type {Route[]} */ (conversation.routes);
  return ways.filter(({ visibility }, index) => ways.findIndex((way) => way.visibility === visibility) === index);
}

/**
 * Return the destination of the draft.
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @returns {Where}
 */
export function whereOf(conversation, draft) {
  if (draft.mode === "note") return "note";
  const ways = waysOf(conversation);
  return (
    (ways.find(({ visibility }) => visibility === draft.visibility) ?? ways[0])?.visibility ?? conversation.visibility
  );
}

/**
 * Return the reason not to send, as the key of a text; empty for none.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function problem(conversation, draft) {
  const ways = waysOf(conversation);
  const where = whereOf(conversation, draft);
  const over = (/** @type {string} */ text, /** @type {string} */ visibility) => {
    const route = ways.find((way) => way.visibility === visibility);
    return room(text, route)?.state === "over" && !parting.partsOf(text, route).length;
  };
  const along = files.ready(conversation.id);
  if ((!draft.text.trim() && !along.length) || (draft.both && !draft.privately.trim())) return "composer.empty";
  if (files.underWay(conversation.id).length) return "files.wait";
  const wrong = unsendable(ways.find((way) => way.visibility === where)?.files, along, draft.text);
  if (wrong) return wrong;
  if (over(draft.text, where) || (draft.both && over(draft.privately, "private"))) return "composer.too_long";
  return ways.length ? "" : "composer.closed.title";
}

/**
 * Tell whether the draft goes out in parts.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function splits(conversation, draft) {
  const ways = waysOf(conversation);
  const long = (/** @type {string} */ text, /** @type {string} */ visibility) =>
    parting.partsOf(
      text,
      ways.find((way) => way.visibility === visibility),
    ).length > 0;
  return long(draft.text, whereOf(conversation, draft)) || (draft.both && long(draft.privately, "private"));
}

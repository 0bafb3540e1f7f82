/** The routes a reply can take, and what stands against sending it. */

import { unsendable } from "../../lib/file_rules.js";
import { room } from "../../lib/text_length.js";
import * as files from "../../state/files.js";
import * as recipients from "../../state/recipients.js";
import * as splitText from "./split_text.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../state/drafts.js").Draft} Draft
 * @typedef {import("../../lib/text_length.js").Route} Route
 * @typedef {"note" | "public" | "private"} Where
 */

/** The first way of each visibility: what the API takes when that is named. @param {Conversation} conversation @returns {Route[]} */
export function routesOf(conversation) {
  const routes = /** @type {Route[]} */ (conversation.routes);
  return routes.filter(({ visibility }, index) => routes.findIndex((way) => way.visibility === visibility) === index);
}

/**
 * Return the destination of the draft.
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @returns {Where}
 */
export function destinationOf(conversation, draft) {
  if (draft.mode === "note") return "note";
  const routes = routesOf(conversation);
  return (
    (routes.find(({ visibility }) => visibility === draft.visibility) ?? routes[0])?.visibility ??
    conversation.visibility
  );
}

/**
 * Return the reason not to send, as the key of a text; empty for none.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function problem(conversation, draft) {
  const routes = routesOf(conversation);
  const where = destinationOf(conversation, draft);
  const over = (/** @type {string} */ text, /** @type {string} */ visibility) => {
    const route = routes.find((way) => way.visibility === visibility);
    return room(text, route)?.state === "over" && !splitText.partsOf(text, route).length;
  };
  const along = files.ready(conversation.id);
  if ((!draft.text.trim() && !along.length) || (draft.both && !draft.privately.trim())) return "composer.empty";
  if (files.underWay(conversation.id).length) return "files.wait";
  const wrong = unsendable(
    routes.find((way) => way.visibility === where),
    along,
    draft.text,
  );
  if (wrong) return wrong;
  if (over(draft.text, where) || (draft.both && over(draft.privately, "private"))) return "composer.too_long";
  return routes.length ? recipients.unsendable(conversation, draft) : "composer.closed.title";
}

/**
 * Tell whether the draft goes out in parts.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function isSplit(conversation, draft) {
  const routes = routesOf(conversation);
  const long = (/** @type {string} */ text, /** @type {string} */ visibility) =>
    splitText.partsOf(
      text,
      routes.find((way) => way.visibility === visibility),
    ).length > 0;
  return long(draft.text, destinationOf(conversation, draft)) || (draft.both && long(draft.privately, "private"));
}

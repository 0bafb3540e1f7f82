/** The place of a message's price, where it costs something; what draws it is loaded with the first such message. */

import { nothing } from "lit-html";
import { loadPart } from "../../lib/load_part.js";
import { schedule } from "../../lib/store.js";

/** @type {typeof import("./price_line.js") | undefined} */
let part;
let isLoading = false;

/**
 * @param {import("../../lib/schemas.js").Conversation} conversation
 * @param {import("../../state/drafts.js").Draft} draft
 * @param {(import("../../lib/schemas.js").Route | undefined)[]} routes by which it goes, the private one beside it second
 */
export function price(conversation, draft, routes) {
  if (!routes.some((route) => route?.price)) return nothing;
  if (part) return part.template(conversation, draft, routes);
  if (!isLoading) load();
  return nothing;
}

async function load() {
  isLoading = true;
  try {
    part = (await loadPart(() => import("../admin.js"))).priceLine;
    schedule();
  } catch {
    isLoading = false; // it is tried again when the composer is drawn again
  }
}

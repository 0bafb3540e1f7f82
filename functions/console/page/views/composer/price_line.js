/** The price of the message that is being written: said before it is sent, and louder where a link makes it dear. */

import { html, nothing } from "lit-html";
import { isApart } from "../../lib/file_rules.js";
import { dollars } from "../../lib/format_money.js";
import { costOf, together } from "../../lib/message_price.js";
import { t } from "../../lib/texts.js";
import * as recipients from "../../state/recipients.js";
import { partsOf } from "./split_text.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../lib/schemas.js").Route} Route
 * @typedef {import("../../state/drafts.js").Draft} Draft
 * @typedef {import("../../lib/message_price.js").Cost} Cost
 */

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @param {(Route | undefined)[]} routes
 */
export function template(conversation, draft, [route, beside]) {
  const envelope = recipients.envelopeOf(conversation, draft);
  const people = envelope ? envelope.to.length + envelope.cc.length : 1;
  const parts = partsOf(draft.text, route);
  const texts = [...(parts.length ? parts : [draft.text]), ...(isApart(route, draft.files, draft.text) ? [""] : [])];
  const costs = [costOf(route?.price ?? null, texts, people), costOf(beside?.price ?? null, [draft.privately])];
  const known = costs.filter((cost) => cost !== null);
  if (!known.length) return nothing;
  const cost = known.reduce(together);
  return html`<span class="composer-count ${cost.hasLink ? "near" : ""}" role="status" title=${t("composer.price.title")}>${sentence(cost)}</span>`;
}

/** @param {Cost} cost */
function sentence({ cost, linked, hasLink }) {
  const price = dollars(cost.most);
  if (cost.least < cost.most) return t("composer.price.between", { least: dollars(cost.least), most: price });
  if (linked) return t("composer.price.without_link", { price, linked: dollars(linked.most) });
  return t(hasLink ? "composer.price.with_link" : "composer.price.plain", { price });
}

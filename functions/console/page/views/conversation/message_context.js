/** Things that a message refers to: words it quotes, an advertisement, a product or a post, and a place on the map. */

import { html, nothing } from "lit-html";
import { beginning } from "../../lib/excerpt.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { hashOf } from "../../lib/router.js";
import { has, t } from "../../lib/texts.js";
import { postNumbers } from "../post_numbers.js";

/**
 * @typedef {import("../../lib/schemas.js").Message} Message
 * @typedef {NonNullable<Message["quoted"]>} Quote
 * @typedef {NonNullable<Message["referral"]>} Referral
 * @typedef {NonNullable<Message["place"]>} Place
 */

/** Characters of a name, of a title and of a text that are shown. */
const NAME = 100;
const TITLE = 300;
const TEXT = 1000;
const MAP = "https://www.openstreetmap.org/";
/** Scale of the map. */
const ZOOM = 17;

/** A mark that a message was forwarded, and from whom. @param {Message} message */
export function forwardedMark({ forwarded, forwarded_from: from }) {
  if (!forwarded) return nothing;
  const words = from ? t("message.forwarded_from", { who: beginning(from, NAME) }) : t("message.forwarded");
  return html`<span class="mark-word">${words}</span>`;
}

/** The quotation and the referral above the text. @param {Message} message */
export function contextAbove({ quoted, referral }) {
  return html`${referral ? card(referral) : nothing}${quoted ? quotation(quoted) : nothing}`;
}

/** The place below the text, as a link to a map. @param {Message} message */
export function placeOf({ place }) {
  if (!place) return nothing;
  const { latitude, longitude, name, address } = place;
  const href = `${MAP}?mlat=${latitude}&mlon=${longitude}#map=${ZOOM}/${latitude}/${longitude}`;
  const shown = [name, address].filter(Boolean).join(", ") || `${latitude}, ${longitude}`;
  return html`
    <a class="attached-file" href=${href} target="_blank" rel="noopener noreferrer nofollow">
      ${icon("link")}<span><bdi>${beginning(shown, TITLE)}</bdi><span class="muted">${t("place.map")}</span></span>
    </a>`;
}

/**
 * The company's post that the comments of a conversation stand below.
 * @param {import("../../lib/schemas.js").Conversation} conversation
 */
export function postAbove({ id, post, visibility }) {
  const [thread, branch] = id.split("-");
  if (visibility !== "public" || !branch) return nothing;
  return html`
    ${post ? card({ ...post, kind: "own_post", title: null }) : nothing}
    ${postNumbers(post)}
    <p class="post-comments"><a href=${hashOf("posts", thread)}>${t("posts.all")}</a></p>`;
}

/** @param {Quote} quoted */
function quotation({ text, author }) {
  const by = author ? t("message.quotes", { who: beginning(author, NAME) }) : t("message.quotes_somebody");
  return html`
    <blockquote class="message-quote">
      <span>${by}</span>
      ${text ? html`<p dir="auto">${beginning(text, TEXT)}</p>` : nothing}
    </blockquote>`;
}

/** @param {Referral} referral */
function card({ kind, title, text, url, picture }) {
  const word = has(`referral.${kind}`) ? t(`referral.${kind}`) : t("referral.something");
  return html`
    <div class="message-referral">
      <span>${word}</span>
      ${title ? html`<strong dir="auto">${beginning(title, TITLE)}</strong>` : nothing}
      ${text ? html`<p dir="auto">${beginning(text, TEXT)}</p>` : nothing}
      ${way(url, t("referral.open"))}${way(picture, t("referral.picture"))}
    </div>`;
}

/**
 * A link to something outside; a picture too, as the page loads nothing from other places.
 * @param {string | null} address
 * @param {string} words
 */
function way(address, words) {
  const url = safe(address);
  if (!url) return nothing;
  return html`<a href=${url.href} target="_blank" rel="noopener noreferrer nofollow" title=${url.href}>${words} <span class="message-host">${t("message.leads_to", { host: url.host })}</span></a>`;
}

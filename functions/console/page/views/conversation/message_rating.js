/** The rating of a review, as stars or in a word. */

import { html } from "lit-html";
import { beginning } from "../../lib/excerpt.js";
import { has, t } from "../../lib/texts.js";
import { NAME } from "./message.js";

const MOST_STARS = 5;

const STARS = [1, 2, 3, 4, 5];

/** Return the rating of a review. @param {string} value stars, or whether somebody recommends the company */
export function rating(value) {
  const stars = Number(value);
  if (!STARS.includes(stars))
    return html`<p class="message-rating ${value}">${has(`message.rating.${value}`) ? t(`message.rating.${value}`) : beginning(value, NAME)}</p>`;
  const drawn = "★".repeat(stars) + "☆".repeat(MOST_STARS - stars);
  return html`<p class="message-rating" role="img" aria-label=${t("message.rating.stars", { n: stars, most: MOST_STARS })}>${drawn}</p>`;
}

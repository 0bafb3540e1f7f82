/** The price of a message, by what the API says of its way: known before it is sent. */

import { withoutAddresses } from "./text_length.js";

/**
 * @typedef {import("./schemas.js").Route} Route
 * @typedef {{least: number, most: number}} Price in US dollars
 * @typedef {{cost: Price, linked: Price | null, hasLink: boolean}} Cost `linked` is what it would cost with a link in it, where that is more
 */

const FREE = { least: 0, most: 0 };

/**
 * Return the cost of a message in its parts; null on a way that costs nothing.
 * @param {Route["price"]} price
 * @param {string[]} parts
 * @param {number} recipients
 * @returns {Cost | null}
 */
export function costOf(price, parts, recipients = 1) {
  if (!price) return null;
  const linksIn = parts.map((part) => withoutAddresses(part).addresses > 0);
  const times = price.per_recipient ? Math.max(1, recipients) : 1;
  const cost = sum(price, linksIn, times);
  const linked = sum(price, [true, ...linksIn.slice(1)], times);
  const hasLink = linksIn.includes(true) && price.with_link.most > price.first.most;
  return { cost, linked: linked.most > cost.most && !hasLink ? linked : null, hasLink };
}

/**
 * Return what two messages cost together.
 * @param {Cost} one
 * @param {Cost} other
 * @returns {Cost}
 */
export function together(one, other) {
  const linked = one.linked || other.linked ? plus(one.linked ?? one.cost, other.linked ?? other.cost) : null;
  return { cost: plus(one.cost, other.cost), linked, hasLink: one.hasLink || other.hasLink };
}

/**
 * @param {NonNullable<Route["price"]>} price
 * @param {boolean[]} linksIn
 * @param {number} times
 */
function sum(price, linksIn, times) {
  let total = FREE;
  linksIn.forEach((hasLink, number) => {
    total = plus(total, hasLink ? price.with_link : number ? price.further : price.first);
  });
  return { least: total.least * times, most: total.most * times };
}

/** @param {Price} one @param {Price} other */
function plus(one, other) {
  return { least: one.least + other.least, most: one.most + other.most };
}

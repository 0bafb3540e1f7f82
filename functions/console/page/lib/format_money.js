/** Amounts of money as the reader's language writes them. */

import { locale } from "./texts.js";

/** $0.21; small amounts with four digits. @param {number} amount */
export function dollars(amount) {
  return new Intl.NumberFormat(locale(), {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: 2,
    maximumFractionDigits: amount < 1 ? 4 : 2,
  }).format(amount);
}

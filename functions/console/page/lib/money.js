/** Prices as the reader's language writes them. */

import { locale } from "./texts.js";

/** USD 0.015: with as many digits as a small price needs. @param {number} dollars */
export function money(dollars) {
  const digits = dollars > 0 && dollars < 1 ? 4 : 2;
  const style = /** @type {const} */ ({ style: "currency", currency: "USD", currencyDisplay: "code" });
  return new Intl.NumberFormat(locale(), { ...style, minimumFractionDigits: 2, maximumFractionDigits: digits }).format(
    dollars,
  );
}

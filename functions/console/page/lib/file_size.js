/** Sizes of files in words: bytes, KB or MB. */

import { sizeOf } from "./file_rules.js";
import { number } from "./format.js";
import { t } from "./texts.js";

/** @param {number} bytes */
export function sized(bytes) {
  const [unit, amount] = sizeOf(bytes);
  return t(unit, { n: unit === "files.size.bytes" ? amount : number(amount) });
}

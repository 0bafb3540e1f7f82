// The page's letters: Inter, cut down to what people in Europe and the Americas write, as one style sheet.
//
// The font stands in the sheet itself: API Gateway hands out text only, unless it took every request for binary. The
// sheet is loaded beside the first drawing, so nobody waits for it.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import subset from "subset-font";

const SOURCE = fileURLToPath(new URL("node_modules/inter-ui/variable/InterVariable.woff2", import.meta.url));
/** First and last code points: Latin, Latin-1, Latin Extended-A, and Romanian's letters. */
const RANGES = [
  [0x20, 0x7e],
  [0xa0, 0x17f],
  [0x218, 0x21b],
];
const SIGNS = "‐‑‒–—‘’‚“”„…•‹›€™←↑→↓−≤≥×÷ẞ⌘⇧⌥↵";
/** The page uses no other weights, and one optical size. */
const AXES = { opsz: 14, wght: { min: 400, max: 700 } };
/** Kerning, composed and local letters, digits of one width for columns. */
const FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "mkmk", "tnum"];
const LICENCE =
  "/* Inter: Copyright 2016 The Inter Project Authors (https://github.com/rsms/inter), SIL Open Font License 1.1 */";

/** Write the style sheet with the font into a folder; return its name. */
export async function makeFont(target) {
  const text = RANGES.map(([from, to]) => letters(from, to)).join("") + SIGNS;
  const options = { targetFormat: "woff2", variationAxes: AXES, keepFeatures: FEATURES };
  const font = await subset(readFileSync(SOURCE), text, options);
  const sheet = `${LICENCE}
@font-face{font-family:Inter;font-weight:400 700;font-display:swap;unicode-range:${unicodeRange()};src:url(data:font/woff2;base64,${font.toString("base64")})format("woff2")}
`;
  const name = `inter-${createHash("sha256").update(sheet).digest("hex").slice(0, 8).toUpperCase()}.css`;
  writeFileSync(join(target, name), sheet);
  return name;
}

function letters(from, to) {
  return Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index)).join("");
}

function unicodeRange() {
  const hex = (point) => point.toString(16);
  const signs = [...SIGNS].map((sign) => [sign.codePointAt(0)]);
  return [...RANGES, ...signs].map((range) => `U+${range.map(hex).join("-")}`).join(",");
}

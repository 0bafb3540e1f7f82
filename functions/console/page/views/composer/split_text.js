/** A text that is longer than the platform takes: in how many parts it goes out, and where it is cut. */

import { html, nothing } from "lit-html";
import { parts } from "../../lib/split_text.js";
import { t } from "../../lib/texts.js";

/** Characters that are shown of a part on either side of a cut. */
const SHOWN = 36;

/** The last cut: the text is drawn more often than it changes. */
const last = { text: "", way: "", limit: 0, found: /** @type {string[]} */ ([]) };

/**
 * The parts a text goes out in; none where it fits, or cannot be split.
 * @param {string} text
 * @param {import("../../lib/text_length.js").Route | undefined} route
 */
export function partsOf(text, route) {
  if (!route) return [];
  const { way, limit } = route;
  if (last.text !== text || last.way !== way || last.limit !== limit) {
    Object.assign(last, { text, way, limit, found: parts(text, route) });
  }
  return last.found;
}

/**
 * List the cuts of a text.
 * @param {string} text
 * @param {import("../../lib/text_length.js").Route | undefined} route
 */
export function list(text, route) {
  const parts = partsOf(text, route);
  if (!parts.length) return nothing;
  return html`
    <ol class="composer-parts" aria-label=${t("composer.parts", { n: parts.length })}>
      ${parts.map((part) => html`<li dir="auto">${shortened(part)}</li>`)}
    </ol>`;
}

/** The beginning and the end of a part. @param {string} part */
function shortened(part) {
  const letters = [...part.replace(/\s+/g, " ")];
  if (letters.length <= 2 * SHOWN) return letters.join("");
  return `${letters.slice(0, SHOWN).join("")} … ${letters.slice(-SHOWN).join("")}`;
}

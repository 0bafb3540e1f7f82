/** The numbers of one of the company's posts, as far as its platform tells them. */

import { html, nothing } from "lit-html";
import { number } from "../lib/format.js";
import { t } from "../lib/texts.js";

/** @param {import("../lib/schemas.js").Post | null | undefined} post */
export function postNumbers(post) {
  const told = /** @type {const} */ (["likes", "comments", "shares"]).filter((name) => Number.isInteger(post?.[name]));
  if (!post || !told.length) return nothing;
  return html`<p class="post-numbers muted">${told.map((name) => t(`posts.${name}`, { n: post[name] ?? 0, count: number(post[name] ?? 0) })).join(" · ")}</p>`;
}

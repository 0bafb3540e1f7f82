/** The numbers of one of the company's posts, as far as its platform tells them. */

import { html, nothing } from "lit-html";
import { number } from "../lib/format.js";
import { t } from "../lib/texts.js";

/** The texts of the numbers, named whole: the build would take all texts of posts for needed at first. */
const TEXTS = { likes: "posts.likes", comments: "posts.comments", shares: "posts.shares" };

/** @param {import("../lib/schemas.js").Post | null | undefined} post */
export function postNumbers(post) {
  const told = /** @type {const} */ (["likes", "comments", "shares"]).filter((name) => Number.isInteger(post?.[name]));
  if (!post || !told.length) return nothing;
  return html`<p class="post-numbers muted">${told.map((name) => t(TEXTS[name], { n: post[name] ?? 0, count: number(post[name] ?? 0) })).join(" · ")}</p>`;
}

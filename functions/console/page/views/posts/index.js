/** Posts of the company's with open comments, and the pass over the comments of one. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { beginning } from "../../lib/excerpt.js";
import { relative } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { whenBack } from "../../lib/offline.js";
import { hashOf, place } from "../../lib/router.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { channelLabel } from "../../state/workspace.js";
import { empty, failure } from "../failure.js";
import * as onePost from "./pass.js";

/** @typedef {import("../../lib/schemas.js").CommentedPost} CommentedPost */

/** Characters of a post in the list. */
const EXCERPT = 160;

const list = slice("posts", {
  /** @type {CommentedPost[] | null} */
  items: null,
  more: 0,
  /** @type {unknown} */
  error: null,
});

/** @type {() => void} */
let forget = () => {};

/** @param {import("../../lib/router.js").Place} next */
export function enter(next) {
  forget();
  if (next.id) {
    forget = () => {};
    onePost.enter(next.id);
    return;
  }
  onePost.leave();
  forget = whenBack(load);
  load();
}

export function leave() {
  forget();
  onePost.leave();
  list.change(() => ({ items: null }));
}

export function title() {
  return t("shell.posts");
}

async function load() {
  try {
    const { items, more } = await api.get("/posts");
    list.change(() => ({ items, more, error: null }));
  } catch (error) {
    list.change(() => ({ error }));
  }
}

export function template() {
  return place().id ? onePost.template() : overview();
}

function overview() {
  const { items, error, more } = list.get();
  return html`
    <div class="admin posts">
      <header class="admin-head">
        <div>
          <h1>${title()}</h1>
          <p class="muted">${t("posts.lead")}</p>
        </div>
      </header>
      ${error ? failure(error, load) : items === null ? html`<p class="muted" aria-busy="true">${t("shell.loading")}</p>` : rows(items)}
      ${more ? html`<p class="muted">${t("posts.more", { n: more })}</p>` : nothing}
    </div>`;
}

/** @param {CommentedPost[]} items */
function rows(items) {
  if (!items.length) return empty("check", t("posts.none.title"), t("posts.none.text"));
  return html`<ul class="admin-card listing post-list">${items.map(row)}</ul>`;
}

/** @param {CommentedPost} post */
function row({ id, channel, post, open_messages: n, waiting_since: since }) {
  return html`
    <li>
      <a class="list-row post-row" href=${hashOf("posts", id)}>
        <span class="list-main">
          <strong dir="auto">${beginning(post?.text?.trim() || t("posts.untitled"), EXCERPT)}</strong>
          <span class="muted">${channelLabel(channel)} · ${t("posts.waiting", { since: relative(since) })}</span>
        </span>
        <span class="post-count">${t("posts.open", { n })}</span>
        ${icon("answer")}
      </a>
    </li>`;
}

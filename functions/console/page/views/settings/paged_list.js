/** A list that is read page by page: its entries, an error in place of the first page or below the others, "show more". */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { failure } from "../failure.js";
import * as form from "./form.js";

/**
 * @template {{id: string}} T
 * @param {ReturnType<typeof import("../../state/paged_list.js").pagedList<T>>} list
 * @param {{row: (entry: T) => unknown, none: () => unknown, more: string, above?: () => unknown}} parts `more` is the
 *   text of the button; `none` stands in place of a list without entries, and `above` above one that has some.
 */
export function pagedListView(list, { row, none, more, above = () => nothing }) {
  const { items, cursor, error, busy } = list.get();
  if (error && !items) return failure(error, () => list.load());
  if (!items) return form.skeleton();
  if (!items.length && !cursor) return none();
  return html`
    ${above()}
    <ul class="admin-card listing">${repeat(items, (entry) => entry.id, row)}</ul>
    ${error ? failure(error, () => list.load(cursor)) : nothing}
    ${cursor && !error ? html`<div class="show-more"><button class="button" ?disabled=${busy} @click=${() => list.load(cursor)}>${more}</button></div>` : nothing}`;
}

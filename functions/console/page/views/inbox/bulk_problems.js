/** The list of conversations for which an action failed, and why. */

import { html } from "lit-html";
import { addressOf } from "../../state/inbox.js";
import { nameOf } from "./list_row.js";

/** @param {import("../../state/bulk_actions.js").Problem[]} problems */
export function bulkProblems(problems) {
  return html`
    <ul class="problems">
      ${problems.map(
        ({ head, reason }) =>
          html`<li><a href=${addressOf(head.id)}><bdi>${nameOf(head)}</bdi></a><span>${reason}</span></li>`,
      )}
    </ul>`;
}

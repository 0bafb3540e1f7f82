/** Which conversations something could not be done with, and why. */

import { html } from "lit-html";
import { addressOf } from "../inbox.js";
import { nameOf } from "./list_row.js";

/** @param {{head: import("../urgency.js").Listed, reason: string}[]} problems */
export function handlingProblems(problems) {
  return html`
    <ul class="problems">
      ${problems.map(
        ({ head, reason }) =>
          html`<li><a href=${addressOf(head.id)}><bdi>${nameOf(head)}</bdi></a><span>${reason}</span></li>`,
      )}
    </ul>`;
}

/** A small sign that says when changes appear: at once, every twenty seconds, or not at all. */

import { html } from "lit-html";
import { connection } from "../lib/offline.js";
import { t } from "../lib/texts.js";
import { news } from "../state/poll.js";

/** The sign. */
export function liveState() {
  const state = connection.get().lost ? "offline" : news.get().live ? "live" : "polling";
  const text = t(`live.${state}`);
  return html`<span class="live-state ${state}" role="img" aria-label=${text} title=${text}></span>`;
}

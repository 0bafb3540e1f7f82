/** The list and the conversation beside it; on a phone one of the two. */

import { html } from "lit-html";
import { place } from "../lib/router.js";
import { t } from "../lib/texts.js";
import * as conversation from "./conversation/index.js";
import { empty } from "./failure.js";
import * as inbox from "./inbox/index.js";

/** @param {import("../lib/router.js").Place} next */
export function enter(next) {
  inbox.enter(next);
  if (next.name === "c") conversation.enter(next);
  else conversation.leave();
}

export function leave() {
  inbox.leave();
  conversation.leave();
}

export function title() {
  return place().name === "c" ? conversation.title() : inbox.title();
}

export function template() {
  const open = place().name === "c";
  return html`
    <h1 class="unseen">${t("shell.inbox")}</h1>
    <div class="panes ${open ? "open" : ""}">
      <section class="panes-list" aria-label=${t("shell.inbox")}>${inbox.template()}</section>
      <section class="panes-detail" aria-label=${t("panes.conversation")}>
        ${open ? conversation.template() : empty("inbox", t("panes.none.title"), t("panes.none.text"))}
      </section>
    </div>`;
}

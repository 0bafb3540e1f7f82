/** Posts of people who look for advice, beside the inbox: the list on one side, the one that is worked on beside it. */

import { html, nothing } from "lit-html";
import { icon } from "../../lib/icons.js";
import * as keptFocus from "../../lib/kept_focus.js";
import { place } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as one from "../../state/open_proposal.js";
import * as proposals from "../../state/proposals.js";
import * as searches from "../../state/search_names.js";
import { me, usualTeam } from "../../state/workspace.js";
import { empty, failure } from "../failure.js";
import * as actions from "./actions.js";
import * as detail from "./detail.js";
import * as list from "./list.js";

/** @type {() => void} */
let silence = () => {};
let isHere = false;

/** @param {import("../../lib/router.js").Place} next */
export async function enter(next) {
  keptFocus.start();
  if (!isHere) silence = actions.register();
  isHere = true;
  const agent = await me().catch(() => null);
  // Another place may have been asked for meanwhile.
  if (!isHere || place() !== next) return;
  const own = (agent && usualTeam()) || "service";
  const { query, id } = next;
  const status = proposals.STATUSES.find((each) => each === query.get("status")) ?? "new";
  proposals.begin({ team: query.get("team") || own, status, search: query.get("search") ?? "" });
  searches.read();
  if (!id) one.end();
  else if (one.opened.get().id !== id) one.begin(id);
}

export function leave() {
  isHere = false;
  silence();
  silence = () => {};
  one.end();
  proposals.end();
}

export function title() {
  return t("shell.proposals");
}

export function template() {
  const { id, proposal, error } = one.opened.get();
  return html`
    <div class="proposals ${id ? "has-open" : ""}">
      <section class="proposals-list" aria-label=${t("proposals.list")}>${list.template()}</section>
      <section class="proposals-open" aria-label=${t("proposals.one")}>
        ${proposal ? detail.template(proposal) : error ? failure(error, one.read) : id ? waiting() : choose()}
      </section>
    </div>`;
}

function waiting() {
  return html`<p class="muted proposals-loading" aria-busy="true">${t("shell.loading")}</p>`;
}

function choose() {
  const { items } = proposals.proposals.get();
  if (!items?.length) return nothing;
  return empty(
    "answer",
    t("proposals.choose.title"),
    t("proposals.choose.text"),
    html`<button class="button primary" @click=${() => actions.move(1)}>${icon("down")}${t("proposals.first")}</button>`,
  );
}

/** The head of a conversation: with whom, where, how it stands, who has it, and what can be done. */

import { html, nothing } from "lit-html";
import { beginning } from "../../lib/excerpt.js";
import { moment } from "../../lib/format.js";
import { roughly, soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { hashOf } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import { channelLabel, initials, teamLabel } from "../../state/workspace.js";
import * as actions from "./actions.js";
import * as side from "./sidebar.js";

/** @typedef {Record<string, any>} Whole */

/** Characters of a name, and of a title, that are shown. */
const NAME = 100;
const TITLE = 300;

/** @param {Whole} whole */
export function template(whole) {
  const closed = whole.status === "resolved";
  return html`
    <header class="conversation-head">
      <div class="head-row">
        <a class="icon-button back" href=${hashOf("inbox")} aria-label=${t("desk.back")}>${icon("back")}</a>
        <h2><bdi>${beginning(whole.customer?.name ?? "", NAME) || t("person.unknown")}</bdi></h2>
        <span class="head-channel">${channelLabel(whole.channel)}</span>
        <span class="head-space"></span>
        <button class="button small ${closed ? "" : "primary"}" data-act="resolve" aria-label=${t(closed ? "head.reopen" : "head.resolve")} @click=${() => actions.resolveOrReopen(whole)}>${icon(closed ? "undo" : "check")}<span>${t(closed ? "head.reopen" : "head.resolve")}</span></button>
        <button class="icon-button" data-act="snooze" aria-haspopup="dialog" aria-label=${t("head.snooze")} title=${t("head.snooze")} @click=${() => actions.snooze(whole)}>${icon("snooze")}</button>
        <button class="icon-button" data-act="side" aria-label=${t("head.side")} title=${t("head.side")} aria-expanded=${side.isBeside()} @click=${() => side.toggle(whole)}>${icon("person")}</button>
        <button class="icon-button" data-act="more" aria-haspopup="dialog" aria-label=${t("head.more")} title=${t("head.more")} @click=${() => actions.more(whole)}>${icon("more")}</button>
      </div>
      ${whole.title ? html`<p class="head-title" dir="auto" title=${beginning(whole.title, TITLE)}>${beginning(whole.title, TITLE)}</p>` : nothing}
      <div class="head-row facts">
        <span class="mark-word ${whole.visibility}">${icon(whole.visibility)}${t(`visibility.${whole.visibility}`)}</span>
        <span class="mark-word is-${whole.status}" title=${whole.snoozed_until ? moment(whole.snoozed_until) : nothing}>${status(whole)}</span>
        ${due(whole)}
        ${holder(whole)}
        ${(whole.tags ?? []).map((/** @type {string} */ tag) => html`<span class="tag" dir="auto">${tag}</span>`)}
        <button class="fact" data-act="tags" aria-haspopup="dialog" title=${t("head.tags")} @click=${() => actions.tags(whole)}>${icon("tag")}<span class=${whole.tags?.length ? "unseen" : ""}>${t("head.add_tag")}</span></button>
        ${others(whole)}
      </div>
    </header>`;
}

/** Who has it. @param {Whole} whole */
function holder(whole) {
  const { assignee, team } = whole;
  return html`
    <button class="fact" data-act="assign" aria-haspopup="dialog" title=${t("head.assign")} @click=${() => actions.assign(whole)}>
      ${assignee ? html`<span class="avatar small" aria-hidden="true">${initials(assignee.name ?? "")}</span>` : icon("person")}
      <span><bdi>${assignee?.name || t("head.nobody")}</bdi> · ${teamLabel(team)}</span>
    </button>`;
}

/** @param {Whole} whole */
function others(whole) {
  const n = whole.third_parties?.length ?? 0;
  return html`
    ${n ? html`<span class="fact plain">${icon("team")}<span>${t("head.third", { n })}</span></span>` : nothing}
    ${whole.opt_out ? html`<span class="mark-word warn">${t("head.opt_out")}</span>` : nothing}`;
}

/** @param {Whole} whole */
function status(whole) {
  if (whole.status === "snoozed" && whole.snoozed_until)
    return t("head.snoozed_until", { at: soon(whole.snoozed_until) });
  return t(`status.${whole.status}`);
}

/** What is due, in time left; or by how much it was missed. @param {Whole} whole */
function due(whole) {
  if (!whole.due_at) return nothing;
  const span = Date.parse(whole.due_at) - Date.now();
  const kind = span < 0 ? "bad" : span < 3_600_000 ? "warn" : "calm";
  const key = span < 0 ? "head.due.missed" : "head.due.left";
  return html`<span class="mark-word ${kind}" title="${t(`due.${whole.due_for}`)}: ${moment(whole.due_at)}">${icon(span < 0 ? "alert" : "clock")}${t(key, { span: roughly(span) })}</span>`;
}

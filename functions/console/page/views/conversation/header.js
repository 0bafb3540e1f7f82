/** The header of a conversation: customer, channel, status, assignee, and actions. */

import { html, nothing } from "lit-html";
import { beginning } from "../../lib/excerpt.js";
import { moment, number } from "../../lib/format.js";
import { roughly, soon } from "../../lib/format_list.js";
import { glyph } from "../../lib/glyphs.js";
import { icon } from "../../lib/icons.js";
import { hashOf } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import { inTeamTime } from "../../state/team_rules.js";
import { channelLabel, initials, teamLabel } from "../../state/workspace.js";
import * as actions from "./actions.js";
import { openCount } from "./message_attention.js";
import * as side from "./sidebar.js";

/** @typedef {import("../../lib/schemas.js").Conversation} Conversation */

/** Characters of a name, and of a title, that are shown. */
const NAME = 100;
const TITLE = 300;

/** @param {Conversation} conversation */
export function template(conversation) {
  const closed = conversation.status === "resolved";
  return html`
    <header class="conversation-head">
      <div class="head-row">
        <a class="icon-button back" href=${hashOf("inbox")} aria-label=${t("panes.back")}>${icon("back")}</a>
        <h2><bdi>${beginning(conversation.customer?.name ?? "", NAME) || t("person.unknown")}</bdi></h2>
        <span class="head-channel">${glyph(conversation.channel)}${channelLabel(conversation.channel)}</span>
        <span class="head-space"></span>
        <button class="button small ${closed ? "" : "primary"}" data-act="resolve" aria-label=${t(closed ? "head.reopen" : "head.resolve")} @click=${() => actions.resolveOrReopen(conversation)}>${icon(closed ? "undo" : "check")}<span>${t(closed ? "head.reopen" : "head.resolve")}</span></button>
        <button class="icon-button" data-act="snooze" aria-haspopup="dialog" aria-label=${t("head.snooze")} title=${t("head.snooze")} @click=${() => actions.snooze(conversation)}>${icon("snooze")}</button>
        <button class="icon-button" data-act="side" aria-label=${t("head.side")} title=${t("head.side")} aria-expanded=${side.isBeside()} @click=${() => side.toggle(conversation)}>${icon("person")}</button>
        <button class="icon-button" data-act="more" aria-haspopup="dialog" aria-label=${t("head.more")} title=${t("head.more")} @click=${() => actions.more(conversation)}>${icon("more")}</button>
      </div>
      ${conversation.title ? html`<p class="head-title" dir="auto" title=${beginning(conversation.title, TITLE)}>${beginning(conversation.title, TITLE)}</p>` : nothing}
      <div class="head-row facts">
        <span class="mark-word ${conversation.visibility}" title=${t(`visibility.${conversation.visibility}`)}>${icon(conversation.visibility)}<span class="head-words">${t(`visibility.${conversation.visibility}`)}</span></span>
        ${standing(conversation)}
        ${origin(conversation)}
        ${openCount(conversation)}
        ${due(conversation)}
        ${holder(conversation)}
        ${tagged(conversation)}
        ${others(conversation)}
      </div>
    </header>`;
}

/** Return the status: that it is open, the button beside the name says too. @param {Conversation} conversation */
function standing(conversation) {
  const room = conversation.status === "open" ? "head-words" : "head-fitted";
  const until = conversation.snoozed_until ? moment(conversation.snoozed_until) : nothing;
  return html`<span class="mark-word is-${conversation.status} ${room}" title=${until}>${status(conversation)}</span>`;
}

/** Return the tags, and the button that changes them. @param {Conversation} conversation */
function tagged(conversation) {
  const tags = conversation.tags ?? [];
  const label = [t("head.tags"), tags.join(", ")].filter(Boolean).join(": ");
  return html`
    ${tags.map((tag) => html`<span class="tag head-words" dir="auto">${tag}</span>`)}
    <button class="fact" data-act="tags" aria-haspopup="dialog" title=${label} @click=${() => actions.tags(conversation)}>${icon("tag")}<span class=${tags.length ? "unseen" : "head-words"}>${t("head.add_tag")}</span>${tags.length ? html`<span class="head-brief" aria-hidden="true">${number(tags.length)}</span>` : nothing}</button>`;
}

/** Return the assignee. @param {Conversation} conversation */
function holder(conversation) {
  const { assignee, team } = conversation;
  return html`
    <button class="fact" data-act="assign" aria-haspopup="dialog" title=${t("head.assign")} @click=${() => actions.assign(conversation)}>
      ${assignee ? html`<span class="avatar small" aria-hidden="true">${initials(assignee.name ?? "")}</span>` : icon("person")}
      <span><bdi>${assignee?.name || t("head.nobody")}</bdi> · ${teamLabel(team)}</span>
    </button>`;
}

/** Say that we spoke first. @param {Conversation} conversation */
function origin(conversation) {
  return conversation.origin
    ? html`<span class="mark-word plain" title=${t("head.origin")}>${icon("proposals")}<span class="head-words">${t("head.origin")}</span></span>`
    : nothing;
}

/** @param {Conversation} conversation */
function others(conversation) {
  const n = conversation.third_parties?.length ?? 0;
  return html`
    ${n ? html`<span class="fact plain" title=${t("head.third", { n })}>${icon("team")}<span aria-hidden="true">+${number(n)}</span><span class="unseen">${t("head.third", { n })}</span></span>` : nothing}
    ${conversation.opt_out ? html`<span class="mark-word warn head-fitted" title=${t("head.opt_out")}>${t("head.opt_out")}</span>` : nothing}`;
}

/** @param {Conversation} conversation */
function status(conversation) {
  if (conversation.status === "snoozed" && conversation.snoozed_until)
    return t("head.snoozed_until", {
      at: inTeamTime(soon, conversation.snoozed_until, conversation.team),
    });
  return t(`status.${conversation.status}`);
}

/** Return what is due and the time left, or by how much it was missed. @param {Conversation} conversation */
function due(conversation) {
  if (!conversation.due_at) return nothing;
  const span = Date.parse(conversation.due_at) - Date.now();
  const kind = span < 0 ? "bad" : span < 3_600_000 ? "warn" : "calm";
  const key = span < 0 ? "head.due.missed" : "head.due.left";
  return html`<span class="mark-word ${kind}" title="${t(`due.${conversation.due_for}`)}: ${inTeamTime(moment, conversation.due_at, conversation.team)}">${icon(span < 0 ? "alert" : "clock")}${t(key, { span: roughly(span) })}</span>`;
}

/** A row of the list: customer, preview, urgency and assignee. */

import { html, nothing } from "lit-html";
import { beginning } from "../../lib/excerpt.js";
import { brief, day, moment, ms, number } from "../../lib/format.js";
import { roughly, soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { t } from "../../lib/texts.js";
import { inTeamTime } from "../../state/team_rules.js";
import { dueOf, followUpMark } from "../../state/urgency.js";
import { channelLabel, initials, myId, teamLabel, workspace } from "../../state/workspace.js";

/** @typedef {import("../../state/urgency.js").Listed} Listed */

const TAGS = 2;
/** Characters of a name, and of a title, that are shown. */
const NAME = 100;
const TITLE = 300;

/** Return the name of a customer. @param {Listed} head */
export function nameOf(head) {
  return beginning(head.customer?.name ?? "", NAME) || t("person.unknown");
}

/**
 * Return the content of a row. All of it is text, whatever the customer wrote.
 * @param {Listed} head
 * @param {number} now
 */
export function content(head, now) {
  return html`
    <span class="row-top">
      <strong class="row-name"><bdi>${nameOf(head)}</bdi>${others(head)}</strong>
      ${head.unread ? html`<span class="row-new">${number(head.unread)}<span class="unseen"> ${t("row.unread", { n: head.unread })}</span></span>` : nothing}
      <time datetime=${head.last_message_at} title=${moment(head.last_message_at)}>${brief(head.last_message_at, now)}</time>
    </span>
    <span class="row-text" dir="auto">${title(head)}${head.preview || t("row.no_text")}</span>
    <span class="row-foot">
      <span class="row-marks">${marks(head, now)}</span>
      ${holder(head)}
    </span>`;
}

/** The first letters of the customer with the channel at their side. @param {Listed} head */
export function face(head) {
  const letters = head.customer?.name ? initials(head.customer.name) : "?";
  return html`
    <span class="row-face ${head.visibility}" aria-hidden="true">${letters}</span>`;
}

/** Return the title, unless the preview begins with it. @param {Listed} head */
export function title({ title: name, preview }) {
  const words = beginning(name ?? "", TITLE)
    .trim()
    .replace(/\s+/g, " ");
  if (!words || (preview && (preview.startsWith(words) || words.startsWith(preview)))) return nothing;
  return html`<span class="row-title">${words}</span> `;
}

/** @param {Listed} head */
function others({ third_parties }) {
  const n = third_parties?.length ?? 0;
  if (!n) return nothing;
  const words = t("row.others", { n });
  return html`<span class="row-others" title=${words}><span aria-hidden="true"> ${t("row.plus", { n: number(n) })}</span><span class="unseen"> ${words}</span></span>`;
}

/**
 * Return the marks of a row, the most important first: what does not fit is not shown.
 * @param {Listed} head
 * @param {number} now
 */
function marks(head, now) {
  return [
    mark(head.visibility, head.visibility, t(`visibility.${head.visibility}`)),
    undelivered(head),
    due(head, now),
    followUp(head),
    snoozed(head, now),
    head.mentioned?.includes(myId()) ? mark("note", "note", t("row.mentioned")) : nothing,
    ...tags(head),
    workspace.get().teams.length > 1 ? quiet(teamLabel(head.team)) : nothing,
    quiet(channelLabel(head.channel)),
  ];
}

/** @param {Listed} head */
function undelivered({ undelivered: state }) {
  if (state === "failed") return mark("bad", "alert", t("row.failed"));
  if (state === "waiting") return mark("warn", "alert", t("row.waiting_to_send"));
  return state === "unconfirmed" ? mark("warn", "alert", t("row.unconfirmed")) : nothing;
}

/**
 * @param {Listed} head
 * @param {number} now
 */
function due(head, now) {
  const answer = dueOf(head, now);
  if (!answer) return nothing;
  const title = head.due_for
    ? `${t(`due.${head.due_for}`)}: ${inTeamTime(moment(String(head.due_at)), String(head.due_at), head.team)}`
    : nothing;
  const left = roughly(answer.span);
  if (answer.kind === "late") return mark("bad", "alert", t("row.late", { span: left }), title);
  return mark(answer.kind === "soon" ? "warn" : "", "clock", t("row.left", { span: left }), title);
}

/** @param {Listed} head */
function followUp(head) {
  const shown = followUpMark(head);
  if (!shown) return nothing;
  const text = shown.at ? t(shown.text, { day: day(shown.at) }) : t(shown.text);
  return mark(shown.tone, shown.tone === "good" ? "check" : "follow-ups", text);
}

/**
 * @param {Listed} head
 * @param {number} now
 */
function snoozed({ status, snoozed_until }, now) {
  if (status !== "snoozed" || !snoozed_until) return nothing;
  return mark("", "snooze", t("row.until", { when: soon(ms(snoozed_until), now) }));
}

/** @param {Listed} head */
function tags({ tags: all = [] }) {
  const shown = all.slice(0, TAGS).map((tag) => html`<span class="row-tag" dir="auto">${tag}</span>`);
  if (all.length > TAGS) shown.push(html`<span class="row-tag">${t("row.more_tags", { n: all.length - TAGS })}</span>`);
  return shown;
}

/**
 * @param {string} tone
 * @param {Parameters<typeof icon>[0]} drawing
 * @param {string} text
 * @param {unknown} [title]
 */
function mark(tone, drawing, text, title = nothing) {
  return html`<span class="mark-word ${tone || "plain"}" title=${title}>${icon(drawing)}${text}</span>`;
}

/** @param {string} text */
function quiet(text) {
  return html`<span class="row-quiet">${text}</span>`;
}

/** Return the assignee. @param {Listed} head */
function holder({ assignee }) {
  if (!assignee) return nothing;
  const name = assignee.name ?? "";
  const mine = assignee.id === myId();
  return html`
    <span class="row-holder ${mine ? "mine" : ""}" title=${name}>
      <span aria-hidden="true">${initials(name)}</span>
      <span class="unseen">${mine ? t("row.mine") : t("row.assigned", { name })}</span>
    </span>`;
}

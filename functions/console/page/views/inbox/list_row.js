/** A row of the list: customer, preview, urgency and assignee. */

import { html, nothing } from "lit-html";
import { beginning } from "../../lib/excerpt.js";
import { brief, day, moment, ms, number } from "../../lib/format.js";
import { roughly, soon } from "../../lib/format_list.js";
import { glyph } from "../../lib/glyphs.js";
import { icon } from "../../lib/icons.js";
import { t } from "../../lib/texts.js";
import { inTeamTime } from "../../state/team_rules.js";
import { dueOf, followUpMark } from "../../state/urgency.js";
import { channelLabel, initials, myId, teamLabel, workspace } from "../../state/workspace.js";

/**
 * @typedef {import("../../state/urgency.js").Listed} Listed
 * @typedef {{tone: "" | "good" | "warn" | "bad" | "note", drawing: Parameters<typeof icon>[0], text: string, short?: string}} Mark
 */

/** Tags that have room in a row. */
const TAGS = 1;
/** The order of marks: problems come first. */
const WEIGHTS = ["bad", "warn", "note", "good", ""];
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
      ${head.read === false ? html`<span class="row-dot"><span class="unseen">${t("row.not_read")} </span></span>` : nothing}
      <strong class="row-name"><bdi>${nameOf(head)}</bdi>${others(head)}</strong>
      ${due(head, now)}
      <time datetime=${head.last_message_at} title=${moment(head.last_message_at)}>${brief(head.last_message_at, now)}</time>
    </span>
    <span class="row-foot">
      <span class="row-where ${head.visibility}" title=${placeOf(head)}>${icon(head.visibility)}<span class="unseen">${placeOf(head)}</span></span>
      <span class="row-text" dir="auto">${title(head)}${speaker(head)}${head.preview || t("row.no_text")}</span>
      ${marks(head, now)}
      ${holder(head)}
      ${head.unread ? html`<span class="row-new">${number(head.unread)}<span class="unseen"> ${t("row.unread", { n: head.unread })}</span></span>` : nothing}
    </span>`;
}

/** The customer's first letters, with the platform's sign at their side. @param {Listed} head */
export function face(head) {
  const letters = head.customer?.name ? initials(head.customer.name) : "?";
  return html`
    <span class="row-face ${head.visibility}" aria-hidden="true" title=${channelLabel(head.channel)}>${letters}<span class="row-glyph">${glyph(head.channel)}</span></span>`;
}

/** Return in words where a conversation takes place, and whose it is. @param {Listed} head */
function placeOf({ visibility, channel, team }) {
  const names = [t(`visibility.${visibility}`), channelLabel(channel)];
  if (workspace.get().teams.length > 1) names.push(teamLabel(team));
  return names.join(", ");
}

/** Return the title, unless the preview begins with it. @param {Listed} head */
export function title({ title: name, preview }) {
  const words = beginning(name ?? "", TITLE)
    .trim()
    .replace(/\s+/g, " ");
  if (!words || (preview && (preview.startsWith(words) || words.startsWith(preview)))) return nothing;
  return html`<span class="row-title">${words}</span> `;
}

/**
 * Return who wrote what is previewed in a public thread; the customer's name stands above.
 * @param {Listed} head
 */
export function speaker({ visibility, preview, preview_by: by, customer }) {
  if (visibility !== "public" || !preview || !by) return nothing;
  const name = beginning(by.name ?? "", NAME);
  if (by.direction === "inbound" && (!name || name === customer?.name)) return nothing;
  const who = by.direction === "inbound" ? name : ours(name);
  return html`<span class="row-speaker"><bdi>${who}</bdi>:</span> `;
}

/** @param {string} name of an agent; empty where it is not known */
function ours(name) {
  return name && name === workspace.get().me?.name ? t("row.you") : name || t("row.us");
}

/** @param {Listed} head */
function others({ third_parties }) {
  const n = third_parties?.length ?? 0;
  if (!n) return nothing;
  const words = t("row.others", { n });
  return html`<span class="row-others" title=${words}><span aria-hidden="true"> ${t("row.plus", { n: number(n) })}</span><span class="unseen"> ${words}</span></span>`;
}

/**
 * Return the marks of a row, the most important first: one alone in words, several as signs, so that each is seen
 * beside the preview; tags where nothing is marked.
 * @param {Listed} head
 * @param {number} now
 */
function marks(head, now) {
  const exceptions = [important(head), followUp(head), undelivered(head), mentioned(head), snoozed(head, now)]
    .filter((exception) => exception !== null)
    .sort((one, other) => WEIGHTS.indexOf(one.tone) - WEIGHTS.indexOf(other.tone));
  const shown = exceptions.map((exception) => mark(exception, exceptions.length > 1));
  return shown.length ? html`<span class="row-marks">${shown}</span>` : tags(head);
}

/** @param {Listed} head @returns {Mark | null} */
function important({ vip }) {
  return vip ? { tone: "note", drawing: "person", text: t("row.vip") } : null;
}

/** @param {Listed} head @returns {Mark | null} */
function undelivered({ undelivered: state }) {
  if (state === "failed") return { tone: "bad", drawing: "alert", text: t("row.failed") };
  if (state === "waiting") return { tone: "warn", drawing: "alert", text: t("row.waiting_to_send") };
  return state === "unconfirmed" ? { tone: "warn", drawing: "alert", text: t("row.unconfirmed") } : null;
}

/**
 * @param {Listed} head
 * @param {number} now
 */
function due(head, now) {
  const answer = dueOf(head, now);
  if (!answer) return nothing;
  const title = head.due_for
    ? `${t(`due.${head.due_for}`)}: ${inTeamTime(moment, String(head.due_at), head.team)}`
    : nothing;
  const late = answer.kind === "late";
  const text = t(late ? "row.late" : "row.left", { span: roughly(answer.span) });
  return html`<span class="row-due ${answer.kind}" title=${title}>${icon(late ? "alert" : "clock")}${text}</span>`;
}

/** @param {Listed} head @returns {Mark | null} */
function followUp(head) {
  const shown = followUpMark(head);
  if (!shown) return null;
  const short = shown.at && day(shown.at);
  const text = t(shown.text, short ? { day: short } : {});
  return { tone: shown.tone, drawing: shown.tone === "good" ? "check" : "follow-ups", text, short };
}

/** @param {Listed} head @returns {Mark | null} */
function mentioned(head) {
  return head.mentioned?.includes(myId()) ? { tone: "note", drawing: "note", text: t("row.mentioned") } : null;
}

/**
 * @param {Listed} head
 * @param {number} now
 * @returns {Mark | null}
 */
function snoozed({ status, snoozed_until }, now) {
  if (status !== "snoozed" || !snoozed_until) return null;
  return { tone: "", drawing: "snooze", text: t("row.until", { when: soon(ms(snoozed_until), now) }) };
}

/** @param {Listed} head */
function tags({ tags: all = [] }) {
  if (!all.length) return nothing;
  const more = all.length > TAGS ? ` ${t("row.more_tags", { n: all.length - TAGS })}` : "";
  const shown = all.slice(0, TAGS).map((tag) => html`<span class="row-tag" dir="auto">${tag}${more}</span>`);
  return html`<span class="row-marks" title=${all.join(", ")}>${shown}</span>`;
}

/**
 * @param {Mark} mark
 * @param {boolean} isSign show the drawing alone; the words are read aloud
 */
function mark({ tone, drawing, text, short }, isSign) {
  const hidden = isSign || short ? html`<span class="unseen">${text}</span>` : nothing;
  const words = isSign
    ? hidden
    : html`${hidden}<span class="mark-text" aria-hidden=${short ? "true" : nothing}>${short || text}</span>`;
  return html`<span class="mark-word ${tone || "plain"} ${isSign ? "sign" : ""}" title=${text}>${icon(drawing)}${words}</span>`;
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

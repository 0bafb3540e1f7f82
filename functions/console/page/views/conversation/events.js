/** Events of a conversation, as quiet lines between the messages. */

import { html, nothing } from "lit-html";
import { brief, moment } from "../../lib/format.js";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { has, t } from "../../lib/texts.js";
import { teamLabel } from "../../state/workspace.js";

/** @typedef {import("../../lib/schemas.js").Event} Event */

/** @type {Record<string, Parameters<typeof icon>[0]>} */
const SIGN = {
  assign: "person",
  tag: "tag",
  snooze: "snooze",
  wake: "snooze",
  miss: "alert",
  moderate: "hidden",
  attend: "check",
  resolve: "check",
  reopen: "undo",
  promise: "follow-ups",
  move: "follow-ups",
  release: "follow-ups",
  skip: "follow-ups",
  task: "follow-ups",
  judge: "follow-ups",
};

/** @param {Event} event */
export function eventLine(event) {
  return html`
    <li class="event is-${event.kind} is-${event.state ?? "done"}">
      ${icon(SIGN[event.kind] ?? "clock")}
      <span class="event-text" dir="auto">${sentence(event)}${whyOf(event) ? html` <span class="event-why">${whyOf(event)}</span>` : nothing}</span>
      <time datetime=${event.at} title=${moment(event.at)}>${brief(event.at)}</time>
    </li>`;
}

/** @type {Record<string, (event: Event) => string>} */
const SENTENCES = {
  assign: assigned,
  tag: tagged,
  snooze: (event) => t("event.snooze", { who: actorOf(event), until: event.until ? soon(event.until) : "" }),
  wake: (event) => (event.by ? t("event.wake", { who: actorOf(event) }) : t("event.wake_itself")),
  miss: (event) => t(`event.miss.${event.target}`),
  moderate: (event) => t(`event.moderate.${event.moderation}`, { who: actorOf(event) }),
  attend: (event) => t(`event.attend.${event.attention}`, { who: actorOf(event) }),
  resolve: (event) => t("event.resolve", { who: actorOf(event) }),
  reopen: (event) => t("event.reopen", { who: actorOf(event) }),
  promise: (event) => t("event.promise", { who: actorOf(event) }),
  move: () => t("event.move"),
  release: (event) => t("event.release", { who: actorOf(event) }),
  skip: () => t("event.skip"),
  task: () => t("event.task"),
  judge: (event) => t(event.by ? "event.judge" : "event.judge_itself", { who: actorOf(event), what: outcome(event) }),
};

/** Return an event in words; of a kind that this page does not know, its name. @param {Event} event */
function sentence(event) {
  return SENTENCES[event.kind]?.(event) ?? event.kind;
}

/** Return why something happened; of a comment's state in the agent's own words. @param {Event} event */
function whyOf({ kind, reason, explanation }) {
  if (kind === "attend") return reason;
  return kind === "judge" ? null : explanation;
}

/** @param {Event} event */
function actorOf(event) {
  return event.by?.name || t("event.system");
}

/** @param {Event} event */
function assigned(event) {
  const fields = { who: actorOf(event), to: event.assignee?.name ?? "", team: event.team ? teamLabel(event.team) : "" };
  if (event.reason === "agent_gone") return t("event.assign.gone", fields);
  if (event.assignee && event.by && event.assignee.id === event.by.id) return t("event.assign.self", fields);
  if (event.assignee) return t("event.assign.to", fields);
  return event.team ? t("event.assign.team", fields) : t("event.assign.nobody", fields);
}

/** @param {Event} event */
function tagged(event) {
  const fields = {
    who: actorOf(event),
    added: (event.added ?? []).join(", "),
    removed: (event.removed ?? []).join(", "),
  };
  if (!event.removed?.length) return t("event.tag.added", fields);
  return event.added?.length ? t("event.tag.both", fields) : t("event.tag.removed", fields);
}

/** @param {Event} event */
function outcome(event) {
  const key = `outcome.${event.outcome}`;
  return has(key) ? t(key) : "";
}

/** What was done beside writing, as a quiet line between the messages. */

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
export function trail(event) {
  return html`
    <li class="trail is-${event.kind} is-${event.state ?? "done"}">
      ${icon(SIGN[event.kind] ?? "clock")}
      <span class="trail-text" dir="auto">${sentence(event)}${event.explanation && event.kind !== "judge" ? html` <span class="trail-why">${event.explanation}</span>` : nothing}</span>
      <time datetime=${event.at} title=${moment(event.at)}>${brief(event.at)}</time>
    </li>`;
}

/** @type {Record<string, (event: Event) => string>} */
const SENTENCES = {
  assign: assigned,
  tag: tagged,
  snooze: (event) => t("trail.snooze", { who: who(event), until: event.until ? soon(event.until) : "" }),
  wake: (event) => (event.by ? t("trail.wake", { who: who(event) }) : t("trail.wake_itself")),
  miss: (event) => t(`trail.miss.${event.target}`),
  moderate: (event) => t(`trail.moderate.${event.moderation}`, { who: who(event) }),
  resolve: (event) => t("trail.resolve", { who: who(event) }),
  reopen: (event) => t("trail.reopen", { who: who(event) }),
  promise: (event) => t("trail.promise", { who: who(event) }),
  move: () => t("trail.move"),
  release: (event) => t("trail.release", { who: who(event) }),
  skip: () => t("trail.skip"),
  task: () => t("trail.task"),
  judge: (event) => t(event.by ? "trail.judge" : "trail.judge_itself", { who: who(event), what: outcome(event) }),
};

/** What happened, in words; of a kind that this page does not know, its name. @param {Event} event */
function sentence(event) {
  return SENTENCES[event.kind]?.(event) ?? event.kind;
}

/** @param {Event} event */
function who(event) {
  return event.by?.name || t("trail.house");
}

/** @param {Event} event */
function assigned(event) {
  const fields = { who: who(event), to: event.assignee?.name ?? "", team: event.team ? teamLabel(event.team) : "" };
  if (event.assignee && event.by && event.assignee.id === event.by.id) return t("trail.assign.self", fields);
  if (event.assignee) return t("trail.assign.to", fields);
  return event.team ? t("trail.assign.team", fields) : t("trail.assign.nobody", fields);
}

/** @param {Event} event */
function tagged(event) {
  const fields = { who: who(event), added: (event.added ?? []).join(", "), removed: (event.removed ?? []).join(", ") };
  if (!event.removed?.length) return t("trail.tag.added", fields);
  return event.added?.length ? t("trail.tag.both", fields) : t("trail.tag.removed", fields);
}

/** @param {Event} event */
function outcome(event) {
  const key = `outcome.${event.outcome}`;
  return has(key) ? t(key) : "";
}

/** The numbers of what could not be read, by account and reason, with a button that tries all of one again. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { explain } from "../lib/errors.js";
import { icon } from "../lib/icons.js";
import { has, t } from "../lib/texts.js";
import { keyOf, retries, retryGroup, stop } from "../state/unread_retry.js";
import { channelLabel } from "../state/workspace.js";
import { failure } from "./failure.js";

/** @typedef {import("../lib/schemas.js").UnreadGroup} UnreadGroup */

/** Return a reason in words; of one that is unknown here, at least that it could not be read. @param {string} code */
export function reasonText(code) {
  const key = `unread.reason.${code.split(":")[0]}`;
  return has(key) ? t(key) : t("unread.reason.other", { code });
}

/** @param {() => void} reload */
export function template(reload) {
  const { groups, more, error } = retries.get();
  if (error && !groups) return failure(error, reload);
  if (!groups) return html`<p class="muted" role="status">${t("shell.loading")}</p>`;
  if (!groups.length && !Object.keys(retries.get().runs).length) return nothing;
  return html`
    <section class="unread-groups" aria-labelledby="unread-groups">
      <h2 id="unread-groups">${t("unread.counts.title")}</h2>
      <p class="muted">${t("unread.counts.lead")}</p>
      <ul class="admin-card listing">${repeat(shown(groups), keyOf, (group) => row(group, reload))}</ul>
      ${more ? html`<p class="muted">${t("unread.counts.more")}</p>` : nothing}
    </section>`;
}

/** Return the groups, and those of which everything was read just now, with what came of that. @param {UnreadGroup[]} groups */
function shown(groups) {
  const known = new Set(groups.map(keyOf));
  const gone = Object.keys(retries.get().runs).filter((key) => !known.has(key));
  return [...groups, ...gone.map(groupOf)];
}

/** @param {string} key @returns {UnreadGroup} */
function groupOf(key) {
  const [channel, connection, ...reason] = key.split(" ");
  return { channel, connection, reason: reason.join(" "), count: 0 };
}

/** @param {UnreadGroup} group @param {() => void} reload */
function row(group, reload) {
  const run = retries.get().runs[keyOf(group)];
  const account = `${channelLabel(group.channel)} · ${group.connection}`;
  const label = t("unread.counts.retry", { account, reason: reasonText(group.reason) });
  return html`
    <li class="list-row unread-row">
      <span class="list-main">
        <strong>${reasonText(group.reason)}</strong>
        <span class="muted">${account}${group.count ? html` · ${t("unread.counts.count", { n: group.count })}` : nothing}</span>
        <span class="muted" role="status">${run ? progress(run) : nothing}</span>
      </span>
      ${button(group, run?.state === "running", label, reload)}
    </li>`;
}

/** @param {UnreadGroup} group @param {boolean} running @param {string} label @param {() => void} reload */
function button(group, running, label, reload) {
  if (running)
    return html`<button class="button slight" @click=${() => stop(group)}>${t("unread.counts.stop")}</button>`;
  if (!group.count) return nothing;
  return html`<button class="button slight" aria-label=${label} @click=${() => retryGroup(group, reload)}>${icon("refresh")}${t("unread.retry")}</button>`;
}

/** @param {import("../state/unread_retry.js").Run} run */
function progress(run) {
  if (run.error) return explain(run.error).text;
  if (run.state === "running") return t("unread.counts.progress", { n: run.tried });
  return t(`unread.counts.${run.state}`, { read: run.read, waiting: run.waiting, left: run.left });
}

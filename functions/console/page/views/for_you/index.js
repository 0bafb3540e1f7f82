/** The agent's own place: mentions, assignments and promises, their status, the next conversation, and alerts. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { brief, moment } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { go, hashOf } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as alerts from "../../state/alerts.js";
import * as own from "../../state/for_me.js";
import { channelLabel, teamLabel } from "../../state/workspace.js";
import { empty, failure } from "../failure.js";

const STATUSES = /** @type {const} */ (["here", "away", "full"]);
const LARGEST = 999;
/** @type {Record<string, Parameters<typeof icon>[0]>} */
const SIGNS = { mention: "note", assigned: "person", task: "alert", promise: "follow-ups" };

export function enter() {
  own.refresh();
}

export function title() {
  return t("for_me.title");
}

export function template() {
  return html`
    <div class="for-me">
      <header class="for-me-head">
        <h1>${t("for_me.title")}</h1>
        <button class="button primary" @click=${next}>${icon("down")}${t("for_me.next")}</button>
      </header>
      <div class="for-me-columns">
        <section aria-label=${t("for_me.title")}>${list()}</section>
        <aside>${status()} ${alertChoices()}</aside>
      </div>
    </div>`;
}

function list() {
  const { items, approvals, paused, isRead, error } = own.forMe.get();
  if (error && !items.length) return failure(error, own.refresh);
  if (!isRead) return html`<div class="waiting" role="status" aria-label=${t("shell.loading")}></div>`;
  if (!items.length && !approvals.length && !paused.length)
    return empty("check", t("for_me.none.title"), t("for_me.none.text"));
  return html`<ul class="admin-card listing">${approvals.map(approval)}${paused.map(pausedSearch)}${items.map(entry)}</ul>`;
}

/** Texts of a team that wait for this agent. @param {own.Approval} waiting */
function approval({ team, count }) {
  const place = hashOf("proposals", "", { team, status: "claimed" });
  return task("eye", place, t("proposals.waiting", { n: count }), teamLabel(team));
}

/** A search that paused itself, until a lead says what becomes of it. @param {own.PausedSearch} search */
function pausedSearch({ name, team, reason }) {
  const place = hashOf("settings", "searches", { team });
  return task("alert", place, t("for_me.paused", { name }), t(`searches.pause_reason.${reason}`));
}

/**
 * @param {Parameters<typeof icon>[0]} sign
 * @param {string} place
 * @param {string} what
 * @param {string} more
 */
function task(sign, place, what, more) {
  return html`
    <li>
      <a class="list-row for-me-row is-new" href=${place}>
        <span class="list-sign">${icon(sign)}</span>
        <span class="list-main"><strong dir="auto">${what}</strong><span class="muted" dir="auto">${more}</span></span>
      </a>
    </li>`;
}

/** @param {own.ForMeEntry} found */
function entry({ cause, at, by, new: isNew, conversation }) {
  const name = conversation.customer?.name || t("person.unknown");
  return html`
    <li>
      <a class="list-row for-me-row ${isNew ? "is-new" : ""}" href=${hashOf("c", conversation.id)}>
        <span class="list-sign">${icon(SIGNS[cause])}</span>
        <span class="list-main">
          <span class="for-me-cause">${t(`for_me.cause.${cause}`, { who: by?.name ?? t("for_me.rule") })}${isNew ? html`<span class="mark-word new">${t("message.new")}</span>` : nothing}</span>
          <strong><bdi>${name}</bdi> <span class="muted">${channelLabel(conversation.channel)}</span></strong>
          <span class="muted for-me-text" dir="auto">${conversation.preview}</span>
        </span>
        <time class="muted" datetime=${at} title=${moment(at)}>${cause === "promise" ? moment(at) : brief(at)}</time>
      </a>
    </li>`;
}

/** Take the next conversation, and open it. */
async function next() {
  try {
    const conversation = await own.takeNext();
    go(hashOf("c", conversation.id));
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

function status() {
  const { status: found } = own.forMe.get();
  if (!found) return nothing;
  return html`
    <section class="admin-card for-me-card" aria-labelledby="own-status">
      <h2 id="own-status">${t("status_of_agent.title")}</h2>
      <div class="segments" role="radiogroup" aria-labelledby="own-status">
        ${STATUSES.map(
          (each) => html`
            <label>
              <input type="radio" name="own-status" .checked=${live(found.status === each)} @change=${() => set({ status: each })}>
              <span>${t(`status_of_agent.${each}`)}</span>
            </label>`,
        )}
      </div>
      <div class="field">
        <label for="capacity">${t("status_of_agent.capacity")}</label>
        <input class="input" id="capacity" type="number" min="0" max=${LARGEST} inputmode="numeric" placeholder=${t("status_of_agent.any")}
          .value=${found.capacity ? String(found.capacity) : ""} @change=${setCapacity}>
        <span class="hint">${t("status_of_agent.hint")}</span>
      </div>
    </section>`;
}

/** @param {Event} event */
function setCapacity({ target }) {
  const { value } = /** @type {HTMLInputElement} */ (target);
  const capacity = Math.max(0, Math.min(LARGEST, Math.trunc(Number(value)) || 0));
  set({ status: own.forMe.get().status?.status ?? "here", capacity });
}

/** @param {Parameters<typeof own.setStatus>[0]} wanted */
async function set(wanted) {
  try {
    await own.setStatus(wanted);
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

function alertChoices() {
  const shown = alerts.alerts.get();
  return html`
    <section class="admin-card for-me-card" aria-labelledby="own-alerts">
      <h2 id="own-alerts">${t("alerts.title")}</h2>
      ${alerts.canNotify() ? choice("notifications", shown.notifications) : nothing}
      ${shown.notifications ? choice("words", shown.words) : nothing}
      ${choice("sound", shown.sound)}
    </section>`;
}

/**
 * @param {"notifications" | "words" | "sound"} name
 * @param {boolean} on
 */
function choice(name, on) {
  const change = async (/** @type {Event} */ event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (await alerts.choose(name, field.checked)) return;
    field.checked = false;
    toast(t("alerts.refused"), { kind: "bad" });
  };
  return html`
    <label class="for-me-choice">
      <input type="checkbox" .checked=${on} @change=${change}>
      <span>${t(`alerts.${name}`)}<span class="hint">${t(`alerts.${name}.hint`)}</span></span>
    </label>`;
}

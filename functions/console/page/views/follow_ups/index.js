/** Follow-ups across conversations, by state and by outcome. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import * as api from "../../lib/api.js";
import { moment, relative } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { whenBack } from "../../lib/offline.js";
import { go, hashOf, place } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { inTeamTime } from "../../state/team_rules.js";
import { empty, failure } from "../failure.js";
import { option, options } from "../options.js";
import * as bulk from "./bulk.js";

/** @typedef {import("../../lib/schemas.js").ListedConversation} ListedConversation */

/** @typedef {import("../../lib/schemas.js").FollowUp} FollowUp */

/** The states, in groups that answer one question each. */
const GROUPS = {
  ahead: ["planned", "due", "overdue", "task"],
  asked: ["asked", "answered"],
  outcomes: ["solved", "still_broken", "other", "no_answer"],
  not_asked: ["cancelled", "skipped", "failed"],
};
const STATES = Object.values(GROUPS).flat();
const USUAL = "planned";

const part = slice("follow_ups", {
  /** @type {ListedConversation[] | null} */
  items: null,
  /** @type {string | null} */
  cursor: null,
  /** @type {unknown} */
  error: null,
  more: false,
});

let asked = "";
/** @type {() => void} */
let forget = () => {};

export function enter() {
  forget();
  forget = whenBack(load);
  if (place().id === "bulk") {
    bulk.enter();
    return;
  }
  load();
}

export function leave() {
  forget();
  bulk.leave();
  part.change(() => ({ items: null, cursor: null }));
}

export function title() {
  return place().id === "bulk" ? bulk.title() : t("shell.follow-ups");
}

/** Return the state of the list that is shown. */
function state() {
  const wanted = place().query.get("state") ?? "";
  return STATES.includes(wanted) ? wanted : USUAL;
}

/** @param {string | null} [cursor] */
function question(cursor) {
  const query = new URLSearchParams({ state: state(), limit: "50" });
  const team = place().query.get("team");
  if (team) query.set("team", team);
  if (cursor) query.set("cursor", cursor);
  return query.toString();
}

async function load() {
  const wanted = question();
  if (wanted !== asked) part.change(() => ({ items: null, cursor: null }));
  asked = wanted;
  try {
    const [page] = await Promise.all([api.get(`/follow-ups?${wanted}`), adminLists.open()]);
    if (asked === wanted) part.change(() => ({ items: page.items, cursor: page.cursor, error: null }));
  } catch (error) {
    if (asked === wanted) part.change(() => ({ error }));
  }
}

async function loadMore() {
  const wanted = asked;
  part.change(() => ({ more: true }));
  try {
    const page = await api.get(`/follow-ups?${question(part.get().cursor)}`);
    if (asked === wanted) {
      part.change(({ items }) => ({ items: [...(items ?? []), ...page.items], cursor: page.cursor }));
    }
  } catch (error) {
    if (asked === wanted) part.change(() => ({ error }));
  }
  part.change(() => ({ more: false }));
}

export function template() {
  if (place().id === "bulk") return bulk.template();
  const lead = session.is("lead", "admin");
  return html`
    <div class="admin">
      <header class="admin-head">
        <div>
          <h1>${title()}</h1>
          <p class="muted">${t("follow_ups.lead")}</p>
        </div>
        ${lead ? html`<a class="button" href=${hashOf("follow-ups", "bulk")}>${icon("follow-ups")}${t("follow_ups.bulk")}</a>` : nothing}
      </header>
      <div class="with-side">
        ${choices()}
        <section class="list-pane" aria-label=${t(`follow_ups.state.${state()}`)}>${list()}</section>
      </div>
    </div>`;
}

function choices() {
  const chosen = state();
  return html`
    <div class="admin-side">
      <nav class="side-nav wide-only-block" aria-label=${t("follow_ups.lists")}>
        ${Object.entries(GROUPS).map(
          ([group, states]) => html`
            <h2 class="side-heading">${t(`follow_ups.group.${group}`)}</h2>
            <ul>
              ${states.map(
                (state) => html`
                  <li><a class="side-item" href=${hashOf("follow-ups", "", query({ state }))} aria-current=${state === chosen ? "page" : "false"}>${t(`follow_ups.state.${state}`)}</a></li>`,
              )}
            </ul>`,
        )}
      </nav>
      <label class="field narrow-only-grid">
        <span class="unseen">${t("follow_ups.lists")}</span>
        <select class="input" @change=${(/** @type {any} */ event) => go(hashOf("follow-ups", "", query({ state: event.target.value })))}>
          ${Object.entries(GROUPS).map(
            ([group, states]) => html`
              <optgroup label=${t(`follow_ups.group.${group}`)}>
                ${states.map((state) => option(state, t(`follow_ups.state.${state}`), chosen))}
              </optgroup>`,
          )}
        </select>
      </label>
      ${teamChoice()}
    </div>`;
}

function teamChoice() {
  const teams = adminLists.teams();
  if (teams.length < 2) return nothing;
  const chosen = place().query.get("team") ?? "";
  return html`
    <label class="field side-team">
      <span class="label">${t("follow_ups.team")}</span>
      <select class="input" @change=${(/** @type {any} */ event) => go(hashOf("follow-ups", "", query({ team: event.target.value })))}>
        ${options(chosen, [["", t("reports.all_teams")], ...teams.map((team) => [team.name, adminLists.labelOf(team)])])}
      </select>
    </label>`;
}

/** @param {Record<string, string>} changed */
function query(changed) {
  return { ...Object.fromEntries(place().query), ...changed };
}

function list() {
  const { items, cursor, error, more } = part.get();
  if (error && !items) return failure(error, load);
  if (!items) return skeleton();
  if (!items.length && !cursor) {
    return html`${hint()}${empty(
      "follow-ups",
      t(`follow_ups.none.${groupOf(state())}.title`),
      t(`follow_ups.none.${groupOf(state())}.text`),
    )}`;
  }
  return html`
    ${hint()}
    <ul class="admin-card follow-up-list">${repeat(items, (conversation) => conversation.id, row)}</ul>
    ${cursor ? html`<div class="show-more"><button class="button" ?disabled=${more} @click=${loadMore}>${t("follow_ups.more")}</button></div>` : nothing}`;
}

function hint() {
  return html`<p class="list-hint muted">${t(`follow_ups.hint.${state()}`)}</p>`;
}

function skeleton() {
  return html`
    <p class="unseen" role="status">${t("shell.loading")}</p>
    <ul class="admin-card follow-up-list" aria-hidden="true">${[1, 2, 3, 4, 5].map(() => html`<li class="follow-up-link"><div class="is-loading grey-line"></div><div class="is-loading grey-line brief-line"></div></li>`)}</ul>`;
}

/** @param {string} name */
function groupOf(name) {
  return Object.entries(GROUPS).find(([, states]) => states.includes(name))?.[0] ?? "ahead";
}

/** @param {ListedConversation} conversation with its follow-up */
function row(conversation) {
  const followUp = conversation.follow_up;
  if (!followUp) return nothing;
  const at = timeOf(followUp);
  return html`
    <li>
      <a class="follow-up-link" href=${hashOf("c", conversation.id)}>
        <span class="follow-up-row-top">
          <strong dir="auto"><bdi>${conversation.customer?.name || t("person.unknown")}</bdi></strong>
          ${mark(conversation)}
          <time datetime=${at} title=${inTeamTime(moment, at, conversation.team)}>${relative(at)}</time>
        </span>
        <span class="follow-up-row-text" dir="auto">${followUp.text}</span>
        <span class="follow-up-row-foot">
          <span>${sentence(conversation, followUp)}</span>
          ${followUp.explanation ? html`<span>${followUp.explanation}</span>` : nothing}
        </span>
      </a>
    </li>`;
}

/** The time that matters of a follow-up in its state. @param {FollowUp} followUp */
function timeOf(followUp) {
  return followUp.outcome?.at ?? followUp.asked_at ?? followUp.at;
}

/** @param {ListedConversation} conversation */
function mark(conversation) {
  const visibility = conversation.follow_up?.visibility ?? conversation.visibility;
  return html`
    <span class="mark-word ${visibility}">${icon(visibility)}${t(`visibility.${visibility}`)}</span>
    <span class="follow-up-row-team">${adminLists.channelLabel(conversation.channel)} · ${adminLists.teamLabel(conversation.team)}</span>`;
}

/**
 * Return who sends the follow-up when, or its outcome.
 * @param {ListedConversation} conversation
 * @param {FollowUp} followUp
 */
function sentence({ team }, followUp) {
  const by = followUp.by?.name ?? t("person.unknown");
  if (followUp.outcome) {
    const kind = t(`follow_ups.outcome.${followUp.outcome.kind}`);
    return followUp.outcome.proposed && followUp.outcome.kind !== "answered" && followUp.outcome.kind !== "no_answer"
      ? t("follow_ups.says.proposed", { kind })
      : kind;
  }
  const doer = followUp.state === "planned" ? `planned_${followUp.doer}` : followUp.state;
  const at = timeOf(followUp);
  return t(`follow_ups.says.${doer}`, { by, at: inTeamTime(moment, at, team) });
}

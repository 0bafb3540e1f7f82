/** The list of proposals: by status, team and search; those first that wait for a second person. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { beginning } from "../../lib/excerpt.js";
import { brief, moment, time } from "../../lib/format.js";
import { glyph } from "../../lib/glyphs.js";
import { icon } from "../../lib/icons.js";
import { stateOf } from "../../lib/proposal_steps.js";
import { go, hashOf, place } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { t } from "../../lib/texts.js";
import * as proposals from "../../state/proposals.js";
import * as searches from "../../state/search_names.js";
import { channelLabel, myId, workspace } from "../../state/workspace.js";
import { empty, failure } from "../failure.js";
import { options as optionsOf } from "../options.js";

/** @typedef {import("../../lib/schemas.js").Proposal} Proposal */

/** Characters of a post in the list. */
const EXCERPT = 140;

/** Return the address of a proposal, or of the list, with the filters that hold. @param {string} [id] @param {Record<string, string>} [changed] */
export function hash(id = "", changed = {}) {
  const kept = { team: "", status: "", search: "", ...Object.fromEntries(place().query), ...changed };
  return hashOf("proposals", id, kept);
}

export function template() {
  return html`
    <header class="proposals-head">
      ${place().id ? html`<h2>${t("shell.proposals")}</h2>` : html`<h1>${t("shell.proposals")}</h1>`}
      <p class="muted">${t("proposals.lead")}</p>
      ${filters()}
      ${waitingLink()}
    </header>
    ${content()}`;
}

function filters() {
  const { filter } = proposals.proposals.get();
  const statuses = proposals.STATUSES.map((status) => [status, t(`proposals.status.${status}`)]);
  const teams = (workspace.get().me?.teams ?? []).map(({ name, label }) => [name, label || name]);
  const found = searches.names.get().items.filter(({ team }) => team === filter.team);
  return html`
    <div class="proposals-filters" role="group" aria-label=${t("proposals.filters")}>
      ${choice("status", filter.status, statuses)}
      ${teams.length > 1 ? choice("team", filter.team, teams) : nothing}
      ${found.length ? choice("search", filter.search, [["", t("proposals.all_searches")], ...found.map(({ id, name }) => [id, name])]) : nothing}
    </div>`;
}

/** The way to texts that wait for this agent. */
function waitingLink() {
  const { waiting, filter } = proposals.proposals.get();
  if (!waiting || filter.status === "claimed") return nothing;
  return html`<a class="proposals-waiting" href=${hash("", { status: "claimed", search: "" })}>${icon("eye")}<span>${t("proposals.waiting", { n: waiting })}</span></a>`;
}

/**
 * @param {"status" | "team" | "search"} name
 * @param {string} value
 * @param {string[][]} options
 */
function choice(name, value, options) {
  /** @type {Record<string, string>} */
  const changed = name === "team" ? { search: "" } : {};
  return html`
    <select class="input" aria-label=${t(`proposals.filter.${name}`)}
      @change=${(/** @type {any} */ event) => go(hash("", { ...changed, [name]: event.target.value }))}>
      ${optionsOf(value, options)}
    </select>`;
}

function content() {
  const { items, error, cursor, busy } = proposals.proposals.get();
  if (error && !items) return failure(error, proposals.refresh);
  if (!items) return html`<p class="muted proposals-loading" aria-busy="true">${t("shell.loading")}</p>`;
  if (!items.length && !cursor) return none();
  return html`
    <ul class="listing proposals-rows">${repeat(proposals.listed(), ({ id }) => id, row)}</ul>
    ${cursor ? html`<div class="show-more"><button class="button" ?disabled=${busy} @click=${proposals.readMore}>${t("proposals.more")}</button></div>` : nothing}`;
}

function none() {
  const { filter } = proposals.proposals.get();
  const isLead = session.is("lead", "admin");
  const hasSearches = searches.names.get().items.length > 0;
  if (filter.status !== "new") return empty("check", t("proposals.none.title"), t("proposals.none.other"));
  const link = html`<a class="button" href=${hashOf("settings", "searches", { team: filter.team })}>${icon("search")}${t("proposals.set_up")}</a>`;
  return empty(
    "check",
    t("proposals.none.title"),
    t(hasSearches || !isLead ? "proposals.none.text" : "proposals.none.no_searches"),
    isLead ? link : nothing,
  );
}

/** @param {Proposal} proposal */
function row(proposal) {
  const { id, post, reason } = proposal;
  const isShown = proposals.proposals.get().shown === id;
  return html`
    <li>
      <a class="list-row proposal-row" href=${hash(id)} aria-current=${isShown ? "true" : "false"}>
        ${glyph(post.channel)}
        <span class="list-main">
          <span class="proposal-by"><strong><bdi>${post.author.name || t("person.unknown")}</bdi></strong><span class="muted">${placeLabel(proposal)}</span>
            <time class="muted" datetime=${post.sent_at} title=${moment(post.sent_at)}>${brief(post.sent_at)}</time></span>
          <span class="proposal-excerpt" dir="auto">${beginning(post.title || post.text, EXCERPT)}</span>
          <span class="muted proposal-why">${reason}</span>
          ${state(proposal)}
        </span>
      </a>
    </li>`;
}

/** Return the platform and the place on it. @param {Proposal} proposal */
export function placeLabel({ post }) {
  const channel = post.channel === "feed" ? t("proposals.feed") : channelLabel(post.channel);
  return post.place ? `${channel} · ${post.place}` : channel;
}

/** Signs and colours of states. @type {Record<string, [string, Parameters<typeof icon>[0]]>} */
const MARKS = {
  approve: ["warn", "eye"],
  waits: ["note", "clock"],
  mine: ["good", "person"],
  taken: ["plain", "person"],
  by_hand: ["note", "copy"],
  leaving: ["note", "send"],
  posted: ["good", "check"],
  dismissed: ["plain", "close"],
  expired: ["plain", "clock"],
};

/** The state in words; nothing for a new one. @param {Proposal} proposal */
export function state(proposal) {
  const name = stateOf(proposal, myId());
  if (!(name in MARKS)) return nothing;
  const [colour, sign] = MARKS[name];
  return html`<span class="mark-word ${colour}">${icon(sign)}${stateText(name, proposal)}</span>`;
}

/** @param {string} name @param {Proposal} proposal */
function stateText(name, { claimed_by: holder, claimed_until: until, dismissal }) {
  if (name === "mine" && until) return t("proposals.state.mine_until", { at: time(until) });
  if (name === "dismissed" && dismissal) return t(`proposals.dismissal.${dismissal}`);
  return t(`proposals.state.${name}`, { who: holder?.name ?? t("person.unknown") });
}

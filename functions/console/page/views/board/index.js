/** The live board for a screen on the wall: what is open, who waits how long, and who is here. */

import { html, nothing } from "lit-html";
import { number, time } from "../../lib/format.js";
import { roughly } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { hashOf, place } from "../../lib/router.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { board, load, start, stop } from "../../state/board.js";
import { initials } from "../../state/workspace.js";
import { failure } from "../failure.js";

/** Milliseconds between drawings: waiting times grow. */
const TICK_MS = 10_000;
/** Milliseconds after which what is shown is called old. */
const OLD_MS = 120_000;
/** The order of statuses: people who are here stand first. */
const ORDER = ["here", "full", "away"];

/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

export function enter() {
  adminLists.open().catch(() => {});
  start(team());
  clearInterval(ticking);
  ticking = setInterval(schedule, TICK_MS);
}

export function leave() {
  stop();
  clearInterval(ticking);
}

export function title() {
  return t("board.title");
}

function team() {
  return place().query.get("team") ?? "";
}

export function template() {
  const { found, error } = board.get();
  if (!found && error) return failure(error, () => load(team()));
  return html`
    <div class="board">
      <header class="board-head">
        <h1>${team() ? adminLists.teamLabel(team()) : t("board.title")}</h1>
        <span class="board-space"></span>
        ${found ? freshness(Date.parse(found.at)) : nothing}
        <a class="icon-button" href=${hashOf("reports", "", { team: team() })} aria-label=${t("board.close")} title=${t("board.close")}>${icon("close")}</a>
      </header>
      ${found ? content(found) : html`<div class="waiting" role="status" aria-label=${t("shell.loading")}></div>`}
    </div>`;
}

/** @param {number} at */
function freshness(at) {
  const isOld = Date.now() - at > OLD_MS;
  return html`<p class="board-at ${isOld ? "old" : ""}">${isOld ? icon("alert") : nothing}${t("board.at", { time: time(at) })}</p>`;
}

/** @param {import("../../lib/schemas.js").Board} found */
function content({ totals, teams, agents }) {
  return html`
    <ul class="board-figures">
      ${figure("open", number(totals.open))}
      ${figure("waiting", number(totals.waiting))}
      ${figure("oldest", totals.oldest ? roughly(Date.now() - Date.parse(totals.oldest)) : "–")}
      ${figure("late", number(totals.late), totals.late > 0)}
    </ul>
    <div class="board-lists">
      ${teams.length > 1 ? teamTable(teams) : nothing}
      ${people(agents)}
    </div>`;
}

/** @param {string} name @param {string} value @param {boolean} [bad] */
function figure(name, value, bad = false) {
  return html`<li class="board-figure ${bad ? "bad" : ""}"><span class="board-value">${value}</span><span class="board-name">${t(`board.${name}`)}</span></li>`;
}

/** @param {import("../../lib/schemas.js").Board["teams"]} teams */
function teamTable(teams) {
  return html`
    <section>
      <h2>${t("board.teams")}</h2>
      <div class="scroll-x" tabindex="0" role="region" aria-label=${t("board.teams")}>
        <table class="board-table">
          <thead><tr><td></td>${["open", "waiting", "oldest", "late"].map((name) => html`<th scope="col">${t(`board.${name}`)}</th>`)}</tr></thead>
          <tbody>
            ${teams.map(
              ({ team, open, waiting, oldest, late }) => html`
                <tr>
                  <th scope="row"><bdi>${adminLists.teamLabel(team)}</bdi></th>
                  <td>${number(open)}</td>
                  <td>${number(waiting)}</td>
                  <td>${oldest ? roughly(Date.now() - Date.parse(oldest)) : "–"}</td>
                  <td class=${late ? "bad" : ""}>${number(late)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
}

/** @param {import("../../lib/schemas.js").Board["agents"]} holders */
function people(holders) {
  const { statuses } = board.get();
  const open = new Map(holders.map(({ id, open }) => [id, open]));
  const shown = [...statuses].sort((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status));
  if (!shown.length) return nothing;
  return html`
    <section aria-label=${t("board.people")}>
      <h2>${t("board.people")}</h2>
      <ul class="board-people">
        ${shown.map(
          ({ agent, status }) => html`
            <li class="is-${status}">
              <span class="avatar" aria-hidden="true">${initials(agent.name ?? "")}</span>
              <span class="board-person"><bdi>${agent.name}</bdi><span class="muted">${t(`board.status.${status}`)}</span></span>
              <span class="board-held">${t("board.held", { n: open.get(agent.id ?? "") ?? 0 })}</span>
            </li>`,
        )}
      </ul>
    </section>`;
}

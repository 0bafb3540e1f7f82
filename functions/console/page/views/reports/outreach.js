/** The report of active dialogue: a table of searches by channel, from what was found to who said no, and what it cost. */

import { html } from "lit-html";
import { number, percent } from "../../lib/format.js";
import { dollars } from "../../lib/format_money.js";
import { place } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { outreach, load as read } from "../../state/outreach_report.js";
import { span } from "../../state/report.js";
import { channelLabel, me } from "../../state/workspace.js";
import { empty, failure } from "../failure.js";
import { tabs, teamFilter, weeksFilter } from "./tabs.js";

/**
 * @typedef {import("../../lib/schemas.js").OutreachReport} Report
 * @typedef {Report["totals"]} Figures
 */

const COUNTS = /** @type {const} */ ([
  "found",
  "proposed",
  "offered",
  "posted",
  "answered",
  "thanked",
  "refused",
  "blocked",
]);
const REASONS = /** @type {const} */ (["wrong_topic", "too_old", "not_an_ask", "tactless", "competitor", "spam"]);

export function enter() {
  adminLists.open().catch(() => {});
  me().catch(() => {});
  load();
}

function load() {
  read(place().query.get("team") ?? "", span().weeks);
}

export function template() {
  const { found, error } = outreach.get();
  return html`
    <div class="admin">
      <header class="admin-head">
        <div>
          <h1>${t("outreach.title")}</h1>
          <p class="muted">${t("outreach.lead")}</p>
        </div>
      </header>
      ${tabs()}
      <div class="admin-filters" role="group" aria-label=${t("reports.filters")}>${weeksFilter()}${teamFilter()}</div>
      ${error ? failure(error, load) : found ? content(found) : html`<div class="waiting" role="status" aria-label=${t("shell.loading")}></div>`}
    </div>`;
}

/** @param {Report} found */
function content({ rows, totals }) {
  if (!rows.length) return empty("reports", t("outreach.none.title"), t("outreach.none.text"));
  return html`
    <div class="admin-card scroll-x" tabindex="0" role="region" aria-label=${t("outreach.title")}>
      <table class="figures-table outreach-table">
        <thead>
          <tr>
            <th scope="col">${t("outreach.search")}</th>
            ${COUNTS.map((name) => html`<th scope="col">${t(`outreach.${name}`)}</th>`)}
            <th scope="col">${t("outreach.dismissed")}</th>
            <th scope="col">${t("outreach.precision")}</th>
            <th scope="col">${t("outreach.cost")}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => line(html`<bdi>${row.search.name}</bdi> <span class="muted">${channelOf(row.channel)}${row.search.paused ? ` · ${t("outreach.paused")}` : ""}</span>`, row))}
        </tbody>
        <tfoot>${line(t("outreach.together"), totals)}</tfoot>
      </table>
    </div>
    <p class="muted footnote">${t("outreach.how")}</p>`;
}

/** @param {string} channel */
function channelOf(channel) {
  return channel === "feed" ? t("outreach.feed") : channelLabel(channel);
}

/**
 * @param {unknown} label
 * @param {Figures} figures
 */
function line(label, figures) {
  const reasons = REASONS.filter((reason) => figures.dismissed[reason]);
  const dismissed = reasons.reduce((sum, reason) => sum + figures.dismissed[reason], 0);
  return html`
    <tr>
      <th scope="row">${label}</th>
      ${COUNTS.map((name) => html`<td>${number(figures[name])}</td>`)}
      <td>${number(dismissed)}${reasons.map((reason) => html`<span class="muted outreach-reason">${number(figures.dismissed[reason])} ${t(`outreach.reason.${reason}`)}</span>`)}</td>
      <td>${figures.precision === null ? "–" : percent(figures.precision)}</td>
      <td>${dollars(figures.cost)}</td>
    </tr>`;
}

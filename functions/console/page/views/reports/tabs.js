/** The kinds of reports, and the filters that several of them have. */

import { html } from "lit-html";
import { go, hashOf, place } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { PERIODS, span } from "../../state/report.js";
import { options as optionsOf } from "../options.js";

const TABS = ["", "outreach", "advocates"];

/** Links to the kinds of reports; the team stays. */
export function tabs() {
  const here = place().id;
  const team = place().query.get("team") ?? "";
  return html`
    <nav class="report-tabs" aria-label=${t("reports.tabs")}>
      ${TABS.map((tab) => html`<a href=${hashOf("reports", tab, { team })} aria-current=${tab === here ? "page" : "false"}>${t(`reports.tab.${tab || "inbox"}`)}</a>`)}
    </nav>`;
}

/** The choice of a team. */
export function teamFilter() {
  const names = adminLists.teams().map(({ name, label }) => [name, label || name]);
  return filter("team", t("reports.team"), place().query.get("team") ?? "", [["", t("reports.all_teams")], ...names]);
}

/** The choice of a number of weeks. */
export function weeksFilter() {
  const choices = PERIODS.map((weeks) => [String(weeks), t("reports.last_weeks", { n: weeks })]);
  return filter("weeks", t("reports.weeks"), String(span().weeks), choices);
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} value
 * @param {string[][]} options
 */
function filter(name, label, value, options) {
  const choose = (/** @type {any} */ event) => {
    const query = { ...Object.fromEntries(place().query), [name]: event.target.value };
    go(hashOf("reports", place().id, query), { replace: true });
  };
  return html`
    <label class="admin-filter">
      <span class="unseen">${label}</span>
      <select class="input" id=${`filter-${name}`} @change=${choose}>
        ${optionsOf(value, options)}
      </select>
    </label>`;
}

/** Reports: reply and resolution times, volume, missed targets and outcomes. */

import { html, nothing } from "lit-html";
import { icon } from "../../lib/icons.js";
import { beginOf, isEmpty } from "../../lib/report_metrics.js";
import { dayOf } from "../../lib/report_spans.js";
import { hashOf, place } from "../../lib/router.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { DAY, load, narrow, PERIODS, part, show, span } from "../../state/report.js";
import { empty, failure } from "../failure.js";
import { options as optionsOf } from "../options.js";
import * as advocates from "./advocates.js";
import { breakdowns } from "./breakdown.js";
import { cards } from "./cards.js";
import { charts } from "./charts.js";
import { save } from "./export.js";
import * as outreach from "./outreach.js";
import { tabs } from "./tabs.js";

const PLACES = ["", "public", "private"];
/** Kinds of reports with a place of their own. @type {Record<string, {enter: () => void, template: () => unknown}>} */
const OTHERS = { advocates, outreach };

export function enter() {
  addEventListener("resize", schedule);
  const other = OTHERS[place().id];
  if (other) other.enter();
  else show();
}

export function leave() {
  removeEventListener("resize", schedule);
}

export function title() {
  return t("shell.reports");
}

export function template() {
  return OTHERS[place().id]?.template() ?? inboxReport();
}

/** The report of conversations. */
function inboxReport() {
  const { found: overview, error } = part.get();
  return html`
    <div class="admin">
      <header class="admin-head">
        <div>
          <h1>${title()}</h1>
          <p class="muted">${overview && !error ? caption(overview) : t("reports.lead")}</p>
        </div>
        <span class="row-actions">
        <a class="button" href=${hashOf("board", "", { team: place().query.get("team") ?? "" })}>${icon("eye")}${t("board.show")}</a>
        <button class="button" ?disabled=${!overview || part.get().exporting} @click=${save}>
          ${icon("download")}${t("reports.csv")}
        </button>
        </span>
      </header>
      ${tabs()}
      ${filters()}
      ${error ? failure(error, load) : content()}
    </div>`;
}

/** @param {{from: string, to: string}} overview */
function caption(overview) {
  return t("reports.period", { from: dayOf(beginOf(overview.from)), to: dayOf(beginOf(overview.to) + 6 * DAY) });
}

function filters() {
  const { weeks, back } = span();
  const query = place().query;
  return html`
    <div class="admin-filters" role="group" aria-label=${t("reports.filters")}>
      ${select(
        "weeks",
        t("reports.weeks"),
        String(weeks),
        PERIODS.map((weeks) => [String(weeks), t("reports.last_weeks", { n: weeks })]),
        (value) => narrow({ weeks: value, back: "" }),
      )}
      <div class="stepper">
        <button class="icon-button" aria-label=${t("reports.earlier")} title=${t("reports.earlier")} @click=${() => narrow({ back: String(back + 1) })}>${icon("back")}</button>
        <button class="icon-button forward" aria-label=${t("reports.later")} title=${t("reports.later")} ?disabled=${!back} @click=${() => narrow({ back: back > 1 ? String(back - 1) : "" })}>${icon("back")}</button>
      </div>
      ${select("team", t("reports.team"), query.get("team") ?? "", [["", t("reports.all_teams")], ...adminLists.teams().map(({ name, label }) => [name, label || name])], (team) => narrow({ team }))}
      ${select("channel", t("reports.channel"), query.get("channel") ?? "", [["", t("reports.all_channels")], ...adminLists.lists.get().channels.map(({ name, label }) => [name, label])], (channel) => narrow({ channel }))}
      <fieldset class="segments" aria-label=${t("reports.visibility")}>
        ${PLACES.map(
          (visibility) => html`
            <label>
              <input type="radio" name="visibility" value=${visibility} .checked=${visibility === (query.get("visibility") ?? "")} @change=${() => narrow({ visibility })}>
              <span>${visibility ? t(`visibility.${visibility}`) : t("reports.everywhere")}</span>
            </label>`,
        )}
      </fieldset>
    </div>`;
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string} value
 * @param {string[][]} options
 * @param {(value: string) => void} changed
 */
function select(id, label, value, options, changed) {
  return html`
    <label class="admin-filter">
      <span class="unseen">${label}</span>
      <select class="input" id=${`filter-${id}`} @change=${(/** @type {any} */ event) => changed(event.target.value)}>
        ${optionsOf(value, options)}
      </select>
    </label>`;
}

function content() {
  const { found: overview, compared, breakdown, loading } = part.get();
  if (!overview) return skeleton();
  if (isEmpty(overview.totals) && !overview.unanswered.waiting)
    return empty("reports", t("reports.empty.title"), t("reports.empty.text"));
  return html`
    <div class="report ${loading ? "stale" : ""}" aria-busy=${loading}>
      <section aria-label=${t("reports.in_short")}><ul class="figures">${cards(overview, compared)}</ul></section>
      <section class="charts" aria-label=${t("reports.charts")}>${charts(overview)}</section>
      ${breakdown ? breakdowns(breakdown) : nothing}
      <p class="muted footnote">${t("reports.how")}</p>
    </div>`;
}

function skeleton() {
  return html`
    <div class="report" aria-busy="true">
      <p class="unseen" role="status">${t("shell.loading")}</p>
      <ul class="figures" aria-hidden="true">${[1, 2, 3, 4, 5, 6].map(() => html`<li class="admin-card is-loading figure-card"></li>`)}</ul>
      <div class="charts" aria-hidden="true">${[1, 2].map(() => html`<div class="admin-card is-loading chart"></div>`)}</div>
    </div>`;
}

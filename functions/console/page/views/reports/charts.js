/** The figures of a report week by week. */

import { html } from "lit-html";
import { lengthOf, msOf } from "../../lib/durations.js";
import { number } from "../../lib/format.js";
import { beginOf, counts, isRunning, series, weeksOf } from "../../lib/report_metrics.js";
import { briefSpan, shortDay, spell, weekName } from "../../lib/report_spans.js";
import { place } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { figure } from "../charts/figure.js";
import { TARGETS } from "./cards.js";

/** Pixels, as in reports.css: how narrow a chart may become before it stands below the other. */
const NARROWEST = 420;

const GAP = 16;

const OUTCOMES = ["solved", "still_broken", "other", "no_answer"];

/** @param {import("../../lib/schemas.js").Overview} overview */
export function charts(overview) {
  const weeks = weeksOf(overview.from, overview.to);
  const rows = overview.weeks;
  const axis = {
    labels: weeks.map((week) => shortDay(beginOf(week))),
    names: weeks.map(nameOf),
    running: isRunning(overview.to, Date.now()),
    width: chartWidth(),
  };
  /** @param {string[]} names */
  const bars = (names) =>
    names.map((name, at) => ({ name: t(`reports.series.${name}`), values: counts(rows, weeks, name), tone: at + 1 }));
  /** @param {string} name */
  const lines = (name) => [
    { name: t("reports.median"), values: series(rows, weeks, `${name}_median_s`), tone: 1 },
    { name: t("reports.ninety"), values: series(rows, weeks, `${name}_p90_s`), tone: 2 },
  ];
  const counted = { ...axis, scale: /** @type {const} */ ("count"), write: number };
  const timed = {
    ...axis,
    kind: /** @type {const} */ ("lines"),
    scale: /** @type {const} */ ("seconds"),
    write: spell,
    brief: briefSpan,
    unit: t("reports.unit.working_time"),
  };
  return [
    {
      ...timed,
      id: "first",
      title: withTarget(t("reports.chart.first_response"), "first_response"),
      series: lines("first_response"),
    },
    {
      ...timed,
      id: "resolution",
      title: withTarget(t("reports.chart.resolution"), "resolution"),
      series: lines("resolution"),
    },
    {
      ...counted,
      kind: /** @type {const} */ ("beside"),
      id: "volume",
      title: t("reports.chart.volume"),
      unit: t("reports.unit.messages"),
      series: bars(["inbound", "outbound"]),
    },
    {
      ...counted,
      kind: /** @type {const} */ ("beside"),
      id: "work",
      title: t("reports.chart.work"),
      unit: t("reports.unit.conversations"),
      series: bars(["opened", "resolved", "reopened"]),
    },
    {
      ...counted,
      kind: /** @type {const} */ ("stacked"),
      id: "missed",
      title: t("reports.chart.missed"),
      unit: t("reports.unit.missed"),
      series: bars(TARGETS),
    },
    {
      ...counted,
      kind: /** @type {const} */ ("stacked"),
      id: "outcomes",
      title: t("reports.chart.outcomes"),
      unit: t("reports.unit.follow_ups"),
      series: bars(OUTCOMES),
    },
  ].map((chart) => html`<div class="admin-card">${figure(chart)}</div>`);
}

/** Name a week, and say of the one that runs that it is not over. @param {string} week */
function nameOf(week) {
  const name = weekName(week);
  return isRunning(week, Date.now()) ? t("reports.so_far", { week: name }) : name;
}

/** @param {string} heading @param {"first_response" | "resolution"} target */
function withTarget(heading, target) {
  const team = adminLists.lists.get().teams?.find(({ name }) => name === place().query.get("team"));
  const length = lengthOf(team?.targets?.[target], "hour");
  return length ? t("reports.with_target", { heading, target: spell(msOf(length) / 1000) }) : heading;
}

/**
 * Return the width of a chart, so that its words keep their size: one, or several beside each other, as the grid has
 * it.
 */
function chartWidth() {
  const main = document.getElementById("main")?.clientWidth ?? innerWidth;
  const narrow = innerWidth < 800;
  const room = Math.min(main, 1200) - (narrow ? 32 : 64);
  const columns = Math.max(1, Math.floor((room + GAP) / (NARROWEST + GAP)));
  return Math.max(240, Math.floor((room - (columns - 1) * GAP) / columns - (narrow ? 34 : 50)));
}

/** A small line of a figure week by week, without numbers: its chart has them. */

import { html, nothing } from "lit-html";
import { counts, isRunning, series, weeksOf } from "../../lib/report_metrics.js";
import { path, round } from "../charts/scale.js";

const WIDTH = 88;
const HEIGHT = 28;
const EDGE = 3;

/**
 * Return the line of the weeks that are over; of several figures, their sum.
 * @param {import("../../lib/schemas.js").Overview} overview
 * @param {string[]} names
 */
export function sparkline(overview, names) {
  const weeks = weeksOf(overview.from, overview.to).filter((week) => !isRunning(week, Date.now()));
  const isTime = names[0].endsWith("_s");
  const lines = names.map((name) => (isTime ? series : counts)(overview.weeks, weeks, name));
  const values = weeks.map((_, at) =>
    lines.every((line) => line[at] === null) ? null : lines.reduce((sum, line) => sum + (line[at] ?? 0), 0),
  );
  const known = values.filter((value) => value !== null);
  if (known.length < 2 || !known.some((value) => value)) return nothing;
  const largest = Math.max(...known);
  const x = (/** @type {number} */ at) => EDGE + ((WIDTH - 2 * EDGE) * at) / Math.max(1, values.length - 1);
  const y = (/** @type {number} */ value) => HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * value) / largest;
  const last = values.findLastIndex((value) => value !== null);
  return html`
    <svg class="sparkline" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">
      <path d=${path(values, x, y)}/>
      <circle cx=${round(x(last))} cy=${round(y(values[last] ?? 0))} r="2.5"/>
    </svg>`;
}

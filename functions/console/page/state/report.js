/** The report of a period: read from the API, with the period before to compare with. */

import * as api from "../lib/api.js";
import { comparable, period } from "../lib/report_metrics.js";
import { go, hashOf, place } from "../lib/router.js";
import { slice } from "../lib/store.js";
import * as adminLists from "./admin_lists.js";

/**
 * @typedef {import("../lib/report_metrics.js").Figures} Figures
 */

export const DAY = 86_400_000;

export const PERIODS = [4, 12, 26, 52];

const USUAL = 12;

/** The query of the report that was asked for last. */
let asked = "";

export const part = slice("reports", {
  /** @type {import("../lib/schemas.js").Overview | null} */
  found: null,
  /** @type {{over: Figures, before: Figures} | null} The totals of weeks that are over, and of as many before them. */
  compared: null,
  /** @type {import("../lib/schemas.js").Breakdown | null} */
  breakdown: null,
  /** @type {unknown} */
  error: null,
  loading: false,
  exporting: false,
});

/** Return the number of weeks, and how many such periods ago they end. */
export function span() {
  const query = place().query;
  const weeks = Number(query.get("weeks"));
  const back = Number(query.get("back"));
  return {
    weeks: PERIODS.includes(weeks) ? weeks : USUAL,
    back: Number.isInteger(back) && back > 0 ? Math.min(back, 26) : 0,
  };
}

/** @param {{from: string, to: string}} [weeks] those of the address, unless others are named */
export function question(weeks = shownPeriod()) {
  const query = new URLSearchParams(weeks);
  for (const name of ["team", "channel", "visibility"]) {
    const value = place().query.get(name);
    if (value) query.set(name, value);
  }
  return query;
}

/** Return the first and the last week of the address. */
function shownPeriod() {
  const { weeks, back } = span();
  return period(Date.now(), weeks, back);
}

/** Read the totals of weeks that are over, and of as many before them. */
async function compare() {
  const parts = comparable(shownPeriod(), Date.now());
  if (!parts) return null;
  const [over, before] = await Promise.all(
    [parts.over, parts.before].map((weeks) => api.get(`/reports/overview?${question(weeks)}`)),
  );
  return { over: over.totals, before: before.totals };
}

export async function load() {
  const wanted = question().toString();
  asked = wanted;
  part.change(() => ({ loading: true, error: null }));
  try {
    const [overview, compared, breakdown] = await Promise.all([
      api.getAll(`/reports/overview?${wanted}`, "rows"),
      compare(),
      api.get(`/reports/breakdown?${wanted}`),
      adminLists.open(),
    ]);
    if (asked === wanted) part.change(() => ({ found: overview, compared, breakdown, loading: false }));
  } catch (error) {
    if (asked === wanted) part.change(() => ({ error, loading: false }));
  }
}

/** Go to the same report with another filter. @param {Record<string, string>} changed */
export function narrow(changed) {
  const query = Object.fromEntries(place().query);
  go(hashOf("reports", "", { ...query, ...changed }), { replace: true });
}

/** Show the report of the address; read it unless it is there. */
export function show() {
  if (question().toString() !== asked || part.get().error) load();
}

/** Weeks, and the figures of a report: pure. */

const DAY = 86_400_000;
const WEEK = 7 * DAY;

/**
 * @typedef {Record<string, number | null>} Figures by their names
 * @typedef {{week: string}} Row the figures of a week
 */

/** The ISO week of a moment (UTC): `2026-W48`. @param {number} at milliseconds */
export function weekOf(at) {
  const date = new Date(at);
  const weekday = (date.getUTCDay() + 6) % 7;
  // A week belongs to the year of its Thursday.
  const thursday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - weekday + 3));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const number = 1 + Math.floor((thursday.getTime() - first) / WEEK);
  return `${thursday.getUTCFullYear()}-W${String(number).padStart(2, "0")}`;
}

/** Return the beginning of an ISO week (UTC), in milliseconds. @param {string} week */
export function beginOf(week) {
  const [year, number] = week.split("-W").map(Number);
  const fourth = Date.UTC(year, 0, 4);
  const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY;
  return monday + (number - 1) * WEEK;
}

/** List all weeks from one to another, both included. @param {string} first @param {string} last */
export function weeksOf(first, last) {
  const weeks = [];
  for (let at = beginOf(first); at <= beginOf(last); at += WEEK) weeks.push(weekOf(at));
  return weeks;
}

/**
 * So many weeks that end with the current one, or `back` such periods earlier.
 * @param {number} now milliseconds
 * @param {number} count weeks
 * @param {number} [back]
 */
export function period(now, count, back = 0) {
  const last = now - back * count * WEEK;
  return { from: weekOf(last - (count - 1) * WEEK), to: weekOf(last) };
}

/**
 * Return the parts of a period that can be compared: its weeks that are over, and as many before them; null where none
 * of them is over. A week that still runs would look like a drop.
 * @param {{from: string, to: string}} period
 * @param {number} now milliseconds
 */
export function comparable({ from, to }, now) {
  const end = Math.min(beginOf(to) + WEEK, beginOf(weekOf(now)));
  const length = end - beginOf(from);
  if (length <= 0) return null;
  const weeks = (/** @type {number} */ begin) => ({ from: weekOf(begin), to: weekOf(begin + length - WEEK) });
  return { over: weeks(beginOf(from)), before: weeks(beginOf(from) - length) };
}

/** Tell whether a week still runs. @param {string} week @param {number} now milliseconds */
export function isRunning(week, now) {
  return week === weekOf(now);
}

/**
 * A figure of each week; null for weeks without it.
 * @param {Row[]} rows one of each week
 * @param {string[]} weeks
 * @param {string} name
 * @returns {(number | null)[]}
 */
export function series(rows, weeks, name) {
  const byWeek = new Map(rows.map((row) => [row.week, /** @type {Figures} */ (/** @type {unknown} */ (row))]));
  return weeks.map((week) => byWeek.get(week)?.[name] ?? null);
}

/** The same, where nothing is as good as none at all. @param {Row[]} rows @param {string[]} weeks @param {string} name */
export function counts(rows, weeks, name) {
  return series(rows, weeks, name).map((value) => value ?? 0);
}

/**
 * Return the change of a figure, as a part of what it was; null where that says nothing.
 * @param {number | null | undefined} now
 * @param {number | null | undefined} before
 */
export function change(now, before) {
  if (now === null || now === undefined || !before) return null;
  return (now - before) / before;
}

/** Tell whether there is nothing to show. @param {Figures} totals */
export function isEmpty(totals) {
  return Object.values(totals).every((value) => !value);
}

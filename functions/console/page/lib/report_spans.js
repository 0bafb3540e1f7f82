/** Durations, weeks and days as reports name them. */

import { beginOf } from "./report_metrics.js";
import { locale, t } from "./texts.js";

const DAY = 86_400_000;

/** "2 h 5 min"; under a minute in words. @param {number | null | undefined} seconds */
export function spell(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return t("reports.under_a_minute");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  // Working time has no days: what is a day's work differs.
  if (hours >= 24) return unit(Math.round(seconds / 3600), "hour");
  return [hours && unit(hours, "hour"), minutes && unit(minutes, "minute")].filter(Boolean).join(" ");
}

/** At an axis. @param {number} seconds */
export function briefSpan(seconds) {
  if (seconds === 0) return "0";
  if (seconds < 60) return unit(seconds, "second");
  return seconds < 3600 ? unit(seconds / 60, "minute") : unit(seconds / 3600, "hour");
}

/** @param {number} count @param {string} name */
export function unit(count, name) {
  return new Intl.NumberFormat(locale(), { style: "unit", unit: name, unitDisplay: "short" }).format(count);
}

/** "Week 47, 16 – 22 November". @param {string} week */
export function weekName(week) {
  const begin = beginOf(week);
  const range = new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", timeZone: "UTC" });
  return t("reports.week", { number: String(Number(week.slice(6))), days: range.formatRange(begin, begin + 6 * DAY) });
}

/** @param {number} at */
export function shortDay(at) {
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", timeZone: "UTC" }).format(at);
}

/** @param {number} at */
export function dayOf(at) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeZone: "UTC" }).format(at);
}

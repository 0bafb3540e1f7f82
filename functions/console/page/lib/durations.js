/** ISO 8601 durations as people say them: a number and one unit. */

import { locale } from "./texts.js";

/**
 * @typedef {"second" | "minute" | "hour" | "day"} Unit
 * @typedef {{count: number, unit: Unit}} Length
 */

/** @type {Record<Unit, number>} */
const MS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** @type {Unit[]} */
const UNITS = ["day", "hour", "minute", "second"];
const WRITTEN = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * A duration in the largest unit in which it is a whole number; null for one in months and years, or for none.
 * @param {string | null | undefined} iso
 * @param {Unit} [largest]
 * @returns {Length | null}
 */
export function lengthOf(iso, largest = "day") {
  const match = WRITTEN.exec(iso ?? "");
  if (!match) return null;
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const span = (weeks * 7 + days) * MS.day + hours * MS.hour + minutes * MS.minute + seconds * MS.second;
  const unit = UNITS.slice(UNITS.indexOf(largest)).find((unit) => span % MS[unit] === 0) ?? "second";
  return { count: span / MS[unit], unit };
}

/** Write a length as the API takes it: `P7D`, `PT4H`. @param {Length} length */
export function isoOf({ count, unit }) {
  if (unit === "day") return `P${count}D`;
  return `PT${count}${unit[0].toUpperCase()}`;
}

/** Milliseconds. @param {Length} length */
export function msOf({ count, unit }) {
  return count * MS[unit];
}

/** "4 hours", "7 Tage". @param {Length} length */
export function words({ count, unit }) {
  return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(count);
}

/** A duration in words; as it is written, where it is one of months and years. @param {string} iso */
export function inWords(iso) {
  const length = lengthOf(iso);
  return length ? words(length) : iso;
}

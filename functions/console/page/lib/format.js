/** Dates, spans and numbers as the reader's language writes them. Times are ISO 8601 or milliseconds. */

import { locale } from "./texts.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @type {Map<string, any>} */
const formatters = new Map();

/**
 * Formatters are dear to make and live for ever.
 * @template T
 * @param {string} kind
 * @param {(locale: string) => T} make
 * @returns {T}
 */
function formatter(kind, make) {
  const key = `${kind} ${locale()}`;
  if (!formatters.has(key)) formatters.set(key, make(locale()));
  return formatters.get(key);
}

/** Milliseconds. @param {string | number} at */
export function ms(at) {
  return typeof at === "number" ? at : Date.parse(at);
}

/** 14:05. @param {string | number} at */
export function time(at) {
  return formatter("time", (localeName) => new Intl.DateTimeFormat(localeName, { timeStyle: "short" })).format(ms(at));
}

/** 23 November, with the year where it is another one. @param {string | number} at */
export function day(at, now = Date.now()) {
  const other = new Date(ms(at)).getFullYear() !== new Date(now).getFullYear();
  const year = other ? /** @type {const} */ ("numeric") : undefined;
  return formatter(
    `day ${other}`,
    (localeName) => new Intl.DateTimeFormat(localeName, { day: "numeric", month: "long", year }),
  ).format(ms(at));
}

/** Monday, 23 November, 14:05. @param {string | number} at */
export function moment(at) {
  return formatter(
    "moment",
    (localeName) =>
      new Intl.DateTimeFormat(localeName, {
        weekday: "long",
        day: "numeric",
        month: "long",
        year: "numeric",
        hour: "numeric",
        minute: "2-digit",
      }),
  ).format(ms(at));
}

/** Format a time for a list: today the time, else the day. @param {string | number} at */
export function brief(at, now = Date.now()) {
  if (new Date(ms(at)).toDateString() === new Date(now).toDateString()) return time(at);
  const other = new Date(ms(at)).getFullYear() !== new Date(now).getFullYear();
  const year = other ? /** @type {const} */ ("2-digit") : undefined;
  return formatter(
    `brief ${other}`,
    (localeName) => new Intl.DateTimeFormat(localeName, { day: "numeric", month: "short", year }),
  ).format(ms(at));
}

/** "3 hours ago", "in 2 days". @param {string | number} at */
export function relative(at, now = Date.now()) {
  const distance = ms(at) - now;
  const size = Math.abs(distance);
  const words = formatter("relative", (localeName) => new Intl.RelativeTimeFormat(localeName, { numeric: "auto" }));
  if (size < MINUTE) return words.format(0, "second");
  if (size < HOUR) return words.format(Math.trunc(distance / MINUTE), "minute");
  if (size < DAY) return words.format(Math.trunc(distance / HOUR), "hour");
  return words.format(Math.trunc(distance / DAY), "day");
}

/** "2 d 3 h", "45 min": the two largest units, for what is left or was needed. @param {number} span milliseconds */
export function duration(span) {
  const left = Math.max(0, span);
  /** @type {[string, number][]} */
  const parts = [
    ["day", Math.floor(left / DAY)],
    ["hour", Math.floor((left % DAY) / HOUR)],
    ["minute", Math.floor((left % HOUR) / MINUTE)],
  ];
  const first = parts.findIndex(([, count]) => count > 0);
  const shown = first < 0 ? [parts[2]] : parts.slice(first, first + 2).filter(([, count]) => count > 0);
  return shown.map(([unit, count]) => inUnits(count, unit)).join(" ");
}

/**
 * @param {number} count
 * @param {string} unit
 */
function inUnits(count, unit) {
  return formatter(
    unit,
    (localeName) => new Intl.NumberFormat(localeName, { style: "unit", unit, unitDisplay: "short" }),
  ).format(count);
}

/** 1,234. @param {number} value */
export function number(value) {
  return formatter("number", (localeName) => new Intl.NumberFormat(localeName)).format(value);
}

/** 47%. @param {number} share of one */
export function percent(share) {
  return formatter("percent", (localeName) => new Intl.NumberFormat(localeName, { style: "percent" })).format(share);
}

/** Times in few words, for lists. */

import { brief, duration, ms, time } from "./format.js";
import { locale, t } from "./texts.js";
import { byClockOf } from "./times.js";

const DAY = 86_400_000;

/** Format a time ahead: "today, 18:00", "Monday, 9:00", "23 Dec, 9:00". @param {string | number} at */
export function soon(at, now = Date.now()) {
  const fields = { day: dayName(ms(at), now), time: time(at) };
  return t("when.day_time", fields);
}

/**
 * Write a time by the team's clock, and say whose it is where the reader's shows another.
 * @param {(at: number, now: number) => string} write such as `soon`
 * @param {string | number} at
 * @param {string} zone of the team; empty while it is not known
 */
export function byTeamClock(write, at, zone) {
  const there = byClockOf(ms(at), zone);
  const words = write(there, byClockOf(Date.now(), zone));
  return there === ms(at) ? words : t("when.team_time", { at: words, zone });
}

/**
 * Name a day: today, tomorrow, Monday, 23 Dec.
 * @param {number} at
 * @param {number} now
 */
export function dayName(at, now) {
  const days = daysBetween(now, at);
  if (Math.abs(days) <= 1) return t(`when.${["yesterday", "today", "tomorrow"][days + 1]}`);
  if (days > 1 && days < 7) return new Intl.DateTimeFormat(locale(), { weekday: "long" }).format(at);
  // Another day's brief form is its date, whatever day it is today.
  return brief(at, now);
}

/**
 * Days on the calendar, not of 24 hours.
 * @param {number} from
 * @param {number} to
 */
function daysBetween(from, to) {
  const [first, last] = [from, to].map((date) => new Date(date).setHours(12, 0, 0, 0));
  return Math.round((last - first) / DAY);
}

/**
 * A span in its largest unit: "12 min", "3 hr", "2 days".
 * @param {number} span milliseconds
 */
export function roughly(span) {
  const size = Math.abs(span);
  const unit = [DAY, 3_600_000, 60_000].find((unit) => size >= unit) ?? 60_000;
  return duration(Math.max(60_000, Math.floor(size / unit) * unit));
}

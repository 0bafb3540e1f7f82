/** Points in time that people choose, and clocks of other time zones. Pure: now and the zones are arguments. */

const MORNING = 9;
const EVENING = 18;
const MONDAY = 1;

/**
 * List times until which a conversation can be snoozed, the soonest first.
 * @param {Date} now
 * @returns {{id: "later" | "evening" | "tomorrow" | "monday" | "week", at: Date}[]}
 */
export function snoozeChoices(now) {
  const later = halfHour(new Date(now.getTime() + 2 * 3_600_000));
  const evening = at(now, 0, EVENING);
  /** @type {{id: "later" | "evening" | "tomorrow" | "monday" | "week", at: Date}[]} */
  const choices = [
    { id: "later", at: later },
    { id: "evening", at: evening },
    { id: "tomorrow", at: at(now, 1, MORNING) },
    { id: "monday", at: at(now, daysUntil(now, MONDAY), MORNING) },
    { id: "week", at: at(now, 7, MORNING) },
  ];
  const seen = new Set();
  return choices.filter((choice) => {
    if (choice.id === "later" && later.getDate() !== now.getDate()) return false;
    if (choice.id === "evening" && evening <= later) return false;
    const time = choice.at.getTime();
    return !seen.has(time) && seen.add(time);
  });
}

/** Write a date as a `datetime-local` field takes it. @param {Date} date */
export function localInput(date) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * Return the time at which the reader's clock shows what another zone's clock shows at a time: formatted by the reader's
 * clock, it reads as the other zone does. The time itself where both show the same, or the zone is not known.
 * @param {number} at milliseconds
 * @param {string} zone IANA name
 * @param {string} [reader] the reader's zone; without, that of this machine
 */
export function byClockOf(at, zone, reader) {
  try {
    const there = zone ? clock(at, zone) : clock(at, reader);
    const shifted = at + there - clock(at, reader);
    // The reader's clocks may change between the two.
    return shifted + there - clock(shifted, reader);
  } catch {
    return at;
  }
}

/**
 * Return what a zone's clock shows, to the minute, as if it were UTC (milliseconds); throws for a zone that is none.
 * @param {number} at
 * @param {string | undefined} timeZone
 */
function clock(at, timeZone) {
  const options = /** @type {const} */ ({ dateStyle: "short", timeStyle: "short", timeZone });
  return Date.parse(`${new Intl.DateTimeFormat("sv-SE", options).format(at).replace(" ", "T")}Z`);
}

/**
 * @param {Date} now
 * @param {number} days
 * @param {number} hour
 */
function at(now, days, hour) {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

/** The next half hour that begins. @param {Date} date */
function halfHour(date) {
  const half = 30 * 60_000;
  return new Date(Math.ceil(date.getTime() / half) * half);
}

/**
 * @param {Date} now
 * @param {number} weekday
 */
function daysUntil(now, weekday) {
  return (weekday - now.getDay() + 7) % 7 || 7;
}

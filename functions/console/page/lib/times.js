/** Points in time that people choose, in their own time zone. Pure: now is an argument. */

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

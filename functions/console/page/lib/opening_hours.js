/**
 * A week of opening hours, as a team keeps it: what it sums up to, and when something is due that may take so long.
 * Pure. Times of the day are minutes since midnight.
 */

export const DAYS = /** @type {const} */ (["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
export const DAY = 1440;

/**
 * @typedef {(typeof DAYS)[number]} Day
 * @typedef {Partial<Record<Day, string[]>>} Week spans like `09:00-18:00`
 * @typedef {{start: number, end: number}} Span
 */

/** @param {string} span `09:00-18:00`; one that goes over midnight ends after the day @returns {Span} */
export function spanOf(span) {
  const [start, end] = span.split("-").map(minutesOf);
  return { start, end: end > start ? end : end + DAY };
}

/** @param {string} time `09:30` */
export function minutesOf(time) {
  const [hours, minutes] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

/** `09:30`; midnight at the end of a day is `24:00`. @param {number} minutes */
export function timeOf(minutes) {
  const hours = Math.floor(minutes / 60);
  return `${String(hours).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** The spans of a day, in order. @param {Week} week @param {Day} day */
export function spansOf(week, day) {
  return (week[day] ?? []).map(spanOf).sort((one, other) => one.start - other.start);
}

/** Return the minutes for which a week is open. @param {Week} week */
export function openMinutes(week) {
  return DAYS.flatMap((day) => spansOf(week, day)).reduce((sum, { start, end }) => sum + end - start, 0);
}

/**
 * The days of a week, those next to each other with the same hours together.
 * @param {Week} week
 * @returns {{from: Day, to: Day, spans: Span[]}[]}
 */
export function grouped(week) {
  /** @type {{from: Day, to: Day, spans: Span[]}[]} */
  const groups = [];
  for (const day of DAYS) {
    const spans = spansOf(week, day);
    const last = groups.at(-1);
    if (last && JSON.stringify(last.spans) === JSON.stringify(spans)) last.to = day;
    else groups.push({ from: day, to: day, spans });
  }
  return groups;
}

/**
 * Return the time when a team that began at `start` has worked for so long; null where it never works.
 * @param {Week} week
 * @param {number} start minutes since Monday, 00:00
 * @param {number} length minutes of work
 * @returns {number | null} minutes since the same Monday
 */
export function workedBy(week, start, length) {
  if (!openMinutes(week)) return null;
  let left = length;
  for (let day = Math.floor(start / DAY); ; day += 1) {
    for (const span of spansOf(week, DAYS[((day % 7) + 7) % 7])) {
      const opens = Math.max(start, day * DAY + span.start);
      const closes = day * DAY + span.end;
      if (closes <= opens) continue;
      if (left <= closes - opens) return opens + left;
      left -= closes - opens;
    }
  }
}

/** Return the error in the spans of a day: `order`, `overlap` or nothing. @param {string[]} spans */
export function wrongIn(spans) {
  const times = spans.map((span) => span.split("-").map(minutesOf));
  if (times.some(([start, end]) => !(start < end && end <= DAY))) return "order";
  const ordered = times.sort(([one], [other]) => one - other);
  return ordered.some(([start], at) => at > 0 && start < ordered[at - 1][1]) ? "overlap" : "";
}

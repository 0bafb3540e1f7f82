/** Geometry of charts: round steps of an axis, and lines and bars in pixels. Pure. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Steps at which people read durations, in seconds. */
const LENGTHS = [15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE]
  .concat([HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR])
  .concat([1, 2, 3, 5, 10, 20, 30, 60].map((days) => days * DAY));

/**
 * Round steps from zero to beyond the largest value.
 * @param {number} largest
 * @param {"count" | "seconds"} kind
 * @param {number} [most] steps
 * @returns {number[]}
 */
export function ticks(largest, kind, most = 4) {
  const step = kind === "seconds" ? lengthStep(largest / most) : countStep(largest / most);
  const count = Math.max(1, Math.ceil(largest / step));
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

/** @param {number} least */
function countStep(least) {
  if (least <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10;
  return factor * power;
}

/** @param {number} least seconds */
function lengthStep(least) {
  return LENGTHS.find((length) => length >= least) ?? Math.ceil(least / (60 * DAY)) * 60 * DAY;
}

/**
 * A line through values; where there is none it is broken off.
 * @param {(number | null)[]} values
 * @param {(at: number) => number} x
 * @param {(value: number) => number} y
 */
export function path(values, x, y) {
  let drawing = false;
  return values
    .map((value, at) => {
      if (value === null) {
        drawing = false;
        return "";
      }
      const command = drawing ? "L" : "M";
      drawing = true;
      return `${command}${round(x(at))} ${round(y(value))}`;
    })
    .filter(Boolean)
    .join(" ");
}

/**
 * Return the places of an axis that get a label, so that they stay apart; the last one always.
 * @param {number} count @param {number} width @param {number} least
 */
export function labelled(count, width, least) {
  const every = Math.max(1, Math.ceil((count * least) / Math.max(1, width)));
  return Array.from({ length: count }, (_, at) => at).filter((at) => (count - 1 - at) % every === 0);
}

/** Pixels without noise. @param {number} value */
export function round(value) {
  return Math.round(value * 10) / 10;
}

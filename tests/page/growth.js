/** Checks that the time of work grows with its input and no faster, on a busy machine, too. */

import assert from "node:assert/strict";

/** Factor between the smaller and the larger input. */
const TIMES = 4;
/** Factor of the time it may take: twice what linear work shows, and half of what quadratic work does. */
const BOUND = 8;
/** A busy machine slows down some of them; work that is not linear fails at each. */
const TRIES = 6;
/** Milliseconds below which fixed costs and chance say more than the input: a smaller one counts as having taken these. */
const TOO_SHORT = 4;

/**
 * Work on four times the size takes about four times as long.
 * @param {string} name of what is measured
 * @param {(size: number) => any} made
 * @param {(input: any) => unknown} work
 * @param {number} size
 */
export function assertLinear(name, made, work, size) {
  const [small, large] = [made(size), made(TIMES * size)];
  const seen = [];
  for (let tried = 0; tried < TRIES; tried += 1) {
    const long = milliseconds(work, large);
    if (long < BOUND * TOO_SHORT) return;
    const short = Math.min(milliseconds(work, small), milliseconds(work, small));
    if (long < BOUND * Math.max(short, TOO_SHORT)) return;
    seen.push(`${short.toFixed(1)} ms and ${long.toFixed(1)} ms`);
  }
  assert.fail(`${name}: sizes ${size} and ${TIMES * size} took ${seen.join(", ")}: that is not linear`);
}

/** Milliseconds of the processor: others who work here do not count. */
function milliseconds(work, input) {
  const began = process.cpuUsage();
  work(input);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/** Expanded texts and lists, by their keys: how often somebody asked for more. */

import { slice } from "../lib/store.js";

const unfolded = slice("unfolding", { steps: /** @type {Map<string, number>} */ (new Map()) });

/** Return how often more was asked for. @param {string} key */
export function stepsOf(key) {
  return unfolded.get().steps.get(key) ?? 0;
}

/** Return everything that is expanded; another map whenever that changes. */
export function whatIsUnfolded() {
  return unfolded.get().steps;
}

/** Show more, or with 0 as little as at first. @param {string} key @param {number} steps */
export function unfold(key, steps) {
  unfolded.change(({ steps: before }) => {
    const next = new Map(before);
    if (steps) next.set(key, steps);
    else next.delete(key);
    return { steps: next };
  });
}

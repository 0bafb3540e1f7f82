/** Expanded texts and lists, by their keys: how often somebody asked for more. */

import { slice } from "../lib/store.js";

const expanded = slice("unfolding", { steps: /** @type {Map<string, number>} */ (new Map()) });

/** Return how often more was asked for. @param {string} key */
export function stepsOf(key) {
  return expanded.get().steps.get(key) ?? 0;
}

/** Return everything that is expanded; another map whenever that changes. */
export function expandedSteps() {
  return expanded.get().steps;
}

/** Show more, or with 0 as little as at first. @param {string} key @param {number} steps */
export function expand(key, steps) {
  expanded.change(({ steps: before }) => {
    const next = new Map(before);
    if (steps) next.set(key, steps);
    else next.delete(key);
    return { steps: next };
  });
}

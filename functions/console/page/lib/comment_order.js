/** Comments of a public thread that wait for something, in the order in which they are read. Pure. */

/** @typedef {{id: string, deleted?: boolean, attention?: {state: string} | null}} Comment */

/** Tell whether nobody has dealt with a message of others. @param {Comment} message */
export function isOpen({ deleted, attention }) {
  return !deleted && attention?.state === "open";
}

/**
 * Return the open comment after or before a message, around the end; undefined where none is open.
 * @template {Comment} T
 * @param {T[]} messages in the order in which they stand
 * @param {string} from id of a message; of none, the first or the last is meant
 * @param {1 | -1} step
 * @returns {T | undefined}
 */
export function nextOpen(messages, from, step) {
  const ordered = step > 0 ? messages : [...messages].reverse();
  const place = ordered.findIndex(({ id }) => id === from);
  return [...ordered.slice(place + 1), ...ordered.slice(0, place + 1)].find(isOpen);
}

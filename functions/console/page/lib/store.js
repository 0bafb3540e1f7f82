/**
 * The state of the page, in one object, and the functions that draw it after changes. Each module owns its part
 * (`slice`).
 */

/** @type {Record<string, object>} by the names of the slices */
const state = {};
/** @type {Set<() => void>} */
const readers = new Set();
let scheduled = false;

/** The whole state, to read. */
export function get() {
  return state;
}

/**
 * Change the state and have it drawn, once for all changes of one frame.
 * @param {(state: Record<string, object>) => void} fn
 */
export function change(fn) {
  fn(state);
  schedule();
}

/**
 * Call `fn` after changes; returns what ends it.
 * @param {() => void} fn
 */
export function subscribe(fn) {
  readers.add(fn);
  return () => readers.delete(fn);
}

/**
 * A part of the state that one module owns.
 * @template {object} T
 * @param {string} name
 * @param {T} initial
 */
export function slice(name, initial) {
  if (name in state) throw new Error(`two modules call their part ${name}`);
  state[name] = initial;
  return {
    /** The part, to read. @returns {T} */
    get: () => /** @type {T} */ (state[name]),
    /** Change the part, by hand or by what `fn` returns. @param {(part: T) => Partial<T> | void} fn */
    change(fn) {
      const changed = fn(/** @type {T} */ (state[name]));
      if (changed) Object.assign(state[name], changed);
      schedule();
    },
  };
}

/** Draw what changed, with the next frame; in a page that nobody sees there are none, so with the next task. */
export function schedule() {
  if (scheduled) return;
  scheduled = true;
  if (globalThis.document?.visibilityState === "visible") requestAnimationFrame(draw);
  else setTimeout(draw);
}

/** Draw what changed: with the frame that was asked for, or before, where the next event must not meet an older state. */
export function draw() {
  if (!scheduled) return;
  scheduled = false;
  for (const read of [...readers]) read();
}

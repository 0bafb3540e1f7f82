/** Connection to the API: whether it can be reached, and what runs when it can again. */

import { slice } from "./store.js";

export const connection = slice("connection", { lost: false });

/** @type {Set<() => void>} */
const waiting = new Set();

/** Do this each time the connection is back. @param {() => void} fn */
export function whenBack(fn) {
  waiting.add(fn);
  return () => waiting.delete(fn);
}

/** An answer came. */
export function reached() {
  // An answer may have been on its way when the network went.
  if (!connection.get().lost || !navigator.onLine) return;
  connection.change(() => ({ lost: false }));
  for (const fn of [...waiting]) fn();
}

/** A request did not arrive. */
export function missed() {
  if (!connection.get().lost) connection.change(() => ({ lost: true }));
}

/** Listen to what the browser knows of its network. @param {() => void} look asks the API, to see whether it is there */
export function start(look) {
  addEventListener("offline", missed);
  addEventListener("online", look);
  setInterval(() => {
    if (connection.get().lost && navigator.onLine) look();
  }, 3000);
}

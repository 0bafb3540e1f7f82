/** Gives the focus back to a control that was switched off while what it began was under way: browsers take it away. */

import { subscribe } from "./store.js";

/** The control that had the focus last. @type {HTMLElement | null} */
let last = null;
/** The one that had it when it was switched off. @type {HTMLElement | null} */
let off = null;

let isWatching = false;

/** Begin to watch: views with such controls call it as they are entered. */
export function start() {
  if (isWatching) return;
  isWatching = true;
  addEventListener("focusin", ({ target }) => {
    last = target instanceof HTMLElement ? target : null;
    off = null;
  });
  subscribe(giveBack);
}

/** After each drawing: note what was switched off, and give the focus back, unless it is somewhere else by now. */
function giveBack() {
  if (last?.matches(":disabled")) off = last;
  if (!off || off.matches(":disabled")) return;
  if (off.isConnected && document.activeElement === document.body) off.focus({ preventScroll: true });
  off = null;
}

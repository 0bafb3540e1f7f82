/**
 * Puts the focus into what an action opens, at once, and keeps the keys that are pressed until it is there: they are meant
 * for it, and would be taken for shortcuts.
 */

import { draw, schedule, subscribe } from "./store.js";

/** Milliseconds. Keys that were pressed longer ago are not meant for a field that comes so late. */
const PATIENCE_MS = 10_000;
/** Keys without a character that are kept; the others do what they do anywhere. */
const KEPT = ["Enter", "Escape", "Backspace", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

/**
 * Draw what changed and put the focus into the element that `find` returns. Where it is still on its way, as `isComing`
 * says, the focus and the keys follow.
 * @param {() => HTMLElement | null} find
 * @param {() => boolean} [isComing]
 */
export function focusOn(find, isComing = () => false) {
  schedule();
  draw();
  find()?.focus();
  if (find() || !isComing()) return;
  const held = holdKeys();
  const silence = subscribe(() => {
    const element = held.isOver() ? null : find();
    if (!element && isComing() && !held.isOver()) return;
    silence();
    element?.focus();
    if (element) held.release();
    else held.drop();
  });
}

/**
 * Load something and open it. Keys that are pressed meanwhile go to where the focus is then.
 * @template P, T
 * @param {() => Promise<P>} load
 * @param {(part: P) => T | Promise<T>} open
 */
export async function openLoaded(load, open) {
  const held = holdKeys();
  try {
    const opened = open(await load());
    held.release();
    return await opened;
  } finally {
    held.drop();
  }
}

/** Keep keys until they are released or dropped. Who presses Tab or a button of the mouse goes somewhere else. */
function holdKeys() {
  /** @type {string[]} */
  const keys = [];
  let over = false;
  const hold = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Tab") drop();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (over || (event.key.length !== 1 && !KEPT.includes(event.key))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    keys.push(event.key);
  };
  const end = () => {
    over = true;
    clearTimeout(timer);
    removeEventListener("keydown", hold, { capture: true });
    removeEventListener("pointerdown", drop, { capture: true });
    return keys.splice(0);
  };
  const drop = () => {
    end();
  };
  const timer = setTimeout(drop, PATIENCE_MS);
  addEventListener("keydown", hold, { capture: true });
  addEventListener("pointerdown", drop, { capture: true });
  return { isOver: () => over, release: () => end().forEach(press), drop };
}

/** Do what a key would have done where the focus is now. @param {string} key */
function press(key) {
  const target = /** @type {HTMLElement} */ (document.activeElement ?? document.body);
  // What was to come is not there: the key means nothing.
  if (!target.matches("input, textarea, dialog *, dialog")) return;
  const isFree = target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  if (isFree) (USUAL[key] ?? insert)(target, key);
}

/** Effects that a browser gives to keys that nobody handled. @type {Record<string, (target: HTMLElement, key: string) => void>} */
const USUAL = {
  Enter(target) {
    if (target instanceof HTMLTextAreaElement) insert(target, "\n");
    else if (target instanceof HTMLInputElement) target.form?.requestSubmit();
    else target.click();
  },
  Escape: (target) => target.closest("dialog")?.close(),
  Backspace: () => document.execCommand("delete"),
};

/** @param {HTMLElement} target @param {string} text */
function insert(target, text) {
  if (text.length === 1 && target.matches("input, textarea")) document.execCommand("insertText", false, text);
}

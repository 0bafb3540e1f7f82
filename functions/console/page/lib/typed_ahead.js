/**
 * Puts the focus into what an action opens, at once, and keeps the keys that are pressed until it is there: they are meant
 * for it, and would be taken for shortcuts.
 */

import { draw, schedule, subscribe } from "./store.js";

/** @typedef {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey">} Pressed */

/** Milliseconds. Keys that were pressed longer ago are not meant for a field that comes so late. */
const PATIENCE_MS = 10_000;
/** Selects the elements that an action opens. */
const OPENED = "input, textarea, dialog *, dialog";
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
  /** @type {Pressed[]} */
  const keys = [];
  let over = false;
  const hold = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Tab") drop();
    if (over || event.isComposing || !isKept(event)) return;
    const { key, ctrlKey, metaKey } = event;
    event.preventDefault();
    event.stopImmediatePropagation();
    keys.push({ key, ctrlKey, metaKey });
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
  const release = () => {
    const kept = end();
    // What was to come is not there: the keys mean nothing. Where it came and one of them closed it, the next are shortcuts.
    if (focused().matches(OPENED)) kept.forEach(press);
  };
  return { isOver: () => over, release, drop };
}

/** Return whether a key is for what comes. @param {KeyboardEvent} event */
function isKept({ key, ctrlKey, metaKey, altKey }) {
  // Ctrl+Enter sends what was typed before it, so it must not come before that.
  if (ctrlKey || metaKey) return key === "Enter";
  return !altKey && (key.length === 1 || KEPT.includes(key));
}

/** Do what a key would have done where the focus is now. @param {Pressed} pressed */
function press({ key, ctrlKey, metaKey }) {
  const target = focused();
  const event = new KeyboardEvent("keydown", { key, ctrlKey, metaKey, bubbles: true, cancelable: true });
  const isFree = target.dispatchEvent(event);
  if (isFree && !ctrlKey && !metaKey) (USUAL[key] ?? insert)(target, key);
}

/** Return where a key goes. */
function focused() {
  const element = document.activeElement;
  // A dialog keeps the focus until the next frame where nothing had it before.
  if (element instanceof HTMLElement && element.closest("dialog:not([open])")) element.blur();
  return /** @type {HTMLElement} */ (document.activeElement ?? document.body);
}

/** Effects that a browser gives to keys that nobody handled. @type {Record<string, (target: HTMLElement, key: string) => void>} */
const USUAL = {
  Enter(target) {
    if (target instanceof HTMLTextAreaElement) insert(target, "\n");
    else if (target instanceof HTMLInputElement) target.form?.requestSubmit();
    else if (target.matches(OPENED)) target.click();
  },
  Escape: (target) => target.closest("dialog")?.close(),
  Backspace: () => document.execCommand("delete"),
};

/** @param {HTMLElement} target @param {string} text */
function insert(target, text) {
  if (text.length === 1 && target.matches("input, textarea")) document.execCommand("insertText", false, text);
}

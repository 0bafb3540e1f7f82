/** The way to the dialogs that are loaded when they are opened. */

import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { loadPart } from "../../lib/load_part.js";

/**
 * Open a dialog of `later.js`; where it cannot be loaded, say why and answer `undefined`, as where it is left.
 * @template T
 * @param {(pick: typeof import("./later.js")) => Promise<T>} open
 * @returns {Promise<T | undefined>}
 */
export async function choose(open) {
  const typed = holdKeys();
  try {
    const { pick } = await loadPart(() => import("../admin.js"));
    const chosen = open(pick);
    typed.release();
    return await chosen;
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
    return undefined;
  } finally {
    typed.release();
  }
}

/** Keep the keys that are pressed while a dialog is loaded: they are meant for it, and would be taken for shortcuts. */
function holdKeys() {
  /** @type {string[]} */
  const held = [];
  const hold = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Shift") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held.push(event.key);
  };
  addEventListener("keydown", hold, { capture: true });
  return {
    release() {
      removeEventListener("keydown", hold, { capture: true });
      for (const key of held.splice(0)) press(key);
    },
  };
}

/** Do what a key would have done where the focus is now. @param {string} key */
function press(key) {
  const target = document.activeElement ?? document.body;
  const dialog = target.closest("dialog");
  if (key === "Escape" && dialog) dialog.close();
  else if (key.length === 1 && target instanceof HTMLInputElement) {
    target.value += key;
    target.dispatchEvent(new Event("input", { bubbles: true }));
  } else target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

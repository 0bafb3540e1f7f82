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
    requestAnimationFrame(() => typed.release());
    return await chosen;
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
    return undefined;
  } finally {
    typed.release();
  }
}

/** Keep what is typed while a dialog is loaded: it belongs into the dialog, and would be taken for shortcuts. */
function holdKeys() {
  /** @type {string[]} */
  const held = [];
  const hold = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held.push(event.key);
  };
  addEventListener("keydown", hold, { capture: true });
  return {
    release() {
      removeEventListener("keydown", hold, { capture: true });
      const field = document.activeElement;
      if (!held.length || !(field instanceof HTMLInputElement)) return;
      field.value += held.splice(0).join("");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    },
  };
}

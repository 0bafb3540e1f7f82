/** The way to the dialogs that are loaded when they are opened. */

import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { loadPart } from "../../lib/load_part.js";
import { openLoaded } from "../../lib/typed_ahead.js";

/**
 * Open a dialog of `later.js`; where it cannot be loaded, say why and answer `undefined`, as where it is left.
 * @template T
 * @param {(pick: typeof import("./later.js")) => Promise<T>} open
 * @returns {Promise<T | undefined>}
 */
export async function choose(open) {
  try {
    return await openLoaded(
      () => loadPart(() => import("../admin.js")),
      ({ pick }) => open(pick),
    );
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
    return undefined;
  }
}

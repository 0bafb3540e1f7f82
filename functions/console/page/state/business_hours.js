/** The business hours and targets of a team while they are edited. */

import { teamEditor } from "./team_editor.js";

/**
 * @typedef {import("../lib/schemas.js").Hours} Hours
 */

export const editor = teamEditor("hours", ["hours", "targets"]);

/** @param {(hours: Hours) => void} fn */
export function set(fn) {
  editor.change((draft) => fn(draft.hours));
}

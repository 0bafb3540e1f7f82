/** Edits some of a team's rules; the others stay as they are. */

import * as api from "../lib/api.js";
import * as adminLists from "./admin_lists.js";
import { Editor } from "./editor.js";

/**
 * @param {string} name of the page
 * @param {string[]} fields of the team's document that the page is about
 * @returns {Editor<any>}
 */
export function teamEditor(name, fields) {
  return new Editor(name, {
    read: async (team) => pick(await api.get(pathOf(team)), fields),
    write: async (team, draft) => {
      // A colleague may have changed the other fields meanwhile, and what is left out would be set back.
      const { name: _, ...now } = await api.get(pathOf(team));
      const written = await api.send("PUT", pathOf(team), { ...now, ...draft });
      await adminLists.refresh();
      return pick(written, fields);
    },
  });
}

/** @param {string} team */
function pathOf(team) {
  return `/teams/${encodeURIComponent(team)}`;
}

/**
 * @param {import("../lib/schemas.js").Team} team
 * @param {string[]} fields
 */
function pick(team, fields) {
  return Object.fromEntries(fields.map((field) => [field, /** @type {Record<string, unknown>} */ (team)[field]]));
}

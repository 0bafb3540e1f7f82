/** Saved views: the agent's own, and those that teams share, with how many conversations are in them. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import { documentOf } from "./list_filters.js";

/** @typedef {import("../lib/schemas.js").SavedView} SavedView */

export const saved = slice("saved_views", {
  /** @type {SavedView[]} */
  views: [],
});

/** Read them, with their counts. Throws what `api.get` throws. */
export async function read() {
  take(await api.get("/views"));
}

/**
 * Keep the filters of the list under a name; with a team, for all of it. Throws what `api.send` throws.
 * @param {string} name
 * @param {import("./list_filters.js").Filters} filters
 * @param {string} team
 */
export async function save(name, filters, team) {
  take(await api.send("POST", "/views", { name, filters: documentOf(filters), team: team || null }));
}

/** Remove one. Throws what `api.send` throws. @param {string} id */
export async function remove(id) {
  await api.send("DELETE", `/views/${encodeURIComponent(id)}`);
  saved.change(({ views }) => ({ views: views.filter((view) => view.id !== id) }));
}

/** @param {{items: SavedView[]}} found */
function take({ items }) {
  saved.change(() => ({ views: items }));
}

/** The names of the searches for people who look for advice, as the filter of proposals shows them. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";

/** @typedef {{id: string, name: string, team: string}} SearchName */

export const names = slice("search_names", {
  /** @type {SearchName[]} */
  items: [],
});

/** Read them; where they cannot be read, proposals are shown without the filter. */
export async function read() {
  try {
    const { items } = await api.getAll("/searches");
    names.change(() => ({ items }));
  } catch {
    names.change(() => ({ items: [] }));
  }
}

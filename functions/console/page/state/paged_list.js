/** A list of the API that is read page by page. */

import { slice } from "../lib/store.js";

/**
 * Return a list of the API as a part of the state.
 * @template {{id: string}} T
 * @param {string} name of the part
 * @param {(query: string) => Promise<{items: T[], cursor: string | null}>} read a page; the query is empty for the first
 */
export function pagedList(name, read) {
  const part = slice(name, {
    /** @type {T[] | null} */
    items: null,
    /** @type {string | null} Where the next page begins; null behind the last one. */
    cursor: null,
    /** @type {unknown} */
    error: null,
    busy: false,
  });

  /** Read the first page, or the one at the cursor. @param {string | null} [cursor] */
  async function load(cursor = null) {
    part.change(() => ({ busy: true }));
    try {
      const page = await read(cursor ? `?cursor=${encodeURIComponent(cursor)}` : "");
      part.change(({ items }) => ({
        items: cursor ? [...(items ?? []), ...page.items] : page.items,
        cursor: page.cursor,
        error: null,
      }));
    } catch (error) {
      part.change(() => ({ error }));
    }
    part.change(() => ({ busy: false }));
  }

  /** Take an entry out, which the API does not list any more. @param {string} id */
  function remove(id) {
    part.change(({ items }) => ({ items: (items ?? []).filter((entry) => entry.id !== id) }));
  }

  return { get: part.get, load, remove };
}

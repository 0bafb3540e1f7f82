/**
 * The pages of a list that changes while it is read. Each page begins where the one before ended; one page can be read
 * again without the others. Pure.
 */

/**
 * @typedef {{from: string, to: string | null, ids: string[], stale: boolean}} Page
 * `from` and `to` are cursors, the first empty, the last null; a `stale` page is read again when somebody looks at it
 */

/** Return the ids of all pages in order, each once. @param {Page[]} pages */
export function idsOf(pages) {
  return [...new Set(pages.flatMap(({ ids }) => ids))];
}

/** Return the cursor after the last page; null at the end of the list, empty at its beginning. @param {Page[]} pages */
export function nextCursor(pages) {
  return pages.length ? pages[pages.length - 1].to : "";
}

/**
 * The pages with one read (again). What it no longer holds only because others came before it is pushed to the next page,
 * so that nothing disappears that is still there.
 * @param {Page[]} pages
 * @param {number} index
 * @param {{from: string, to: string | null, ids: string[]}} read
 * @returns {Page[]}
 */
export function withPage(pages, index, read) {
  const before = pages.slice(0, index);
  const fresh = { ...read, stale: false };
  if (read.to === null) return [...before, fresh];
  const [next, ...rest] = pages.slice(index + 1);
  if (!next) return [...before, fresh];
  const pushed = pushedOut(pages[index].ids, read.ids);
  const known = new Set([...pushed, ...read.ids]);
  const behind = { ...next, from: read.to, ids: [...pushed, ...next.ids.filter((id) => !known.has(id))], stale: true };
  return [...before, fresh, behind, ...rest.map((page) => ({ ...page, stale: true }))];
}

/**
 * Tell whether a list was read before something changed in it.
 * @param {string} team whose list it is; empty for that of all teams
 * @param {Record<string, number>} read the counters of changes from before it was read, by team
 * @param {Record<string, number>} known the counters as far as they are known now
 */
export function isBehind(team, read, known) {
  const teams = team ? [team] : Object.keys(known);
  return teams.some((each) => (known[each] ?? 0) > (read[each] ?? 0));
}

/** Mark all pages as to be read again. @param {Page[]} pages @returns {Page[]} */
export function allStale(pages) {
  return pages.map((page) => ({ ...page, stale: true }));
}

/** The pages without some conversations. @param {Page[]} pages @param {Set<string>} gone @returns {Page[]} */
export function without(pages, gone) {
  return pages.map((page) => ({ ...page, ids: page.ids.filter((id) => !gone.has(id)) }));
}

/**
 * Return the index of the page in view to be read again first: the top, then what is visible; -1 for none.
 * @param {Page[]} pages
 * @param {Set<string>} visible
 */
export function nextStale(pages, visible) {
  return pages.findIndex(({ stale, ids }, index) => stale && (!index || ids.some((id) => visible.has(id))));
}

/**
 * Tell whether a list is to be read on: a page in view is old, or few rows follow those in view and more can be read. As long
 * as a page is on its way, only the first of these: when it is there, it may be enough.
 * @param {Page[]} pages
 * @param {Set<string>} visible
 * @param {{below: number, ahead: number, isReading: boolean}} now rows that follow those in view; rows wanted there
 */
export function needsMore(pages, visible, { below, ahead, isReading }) {
  if (nextStale(pages, visible) >= 0) return true;
  return !isReading && below < ahead && pages.length > 0 && nextCursor(pages) !== null;
}

/**
 * Return the ids that were pushed out at the end of a page. If no id is the same, nothing can be said.
 * @param {string[]} old
 * @param {string[]} fresh
 */
function pushedOut(old, fresh) {
  const still = new Set(fresh);
  const last = old.findLastIndex((id) => still.has(id));
  return last < 0 ? [] : old.slice(last + 1);
}

/** Filters and order of the list: as they stand in the address, in a request, and in a saved view. Pure. */

/**
 * Several values of one filter stand in one text, a line each.
 * @typedef {{status: string, team: string, channel: string, assignee: string, tag: string, mentioned: string,
 *   unread: string, read: string, visibility: string, since: string, until: string, sort: string}} Filters
 */

/** @type {Filters} */
export const NO_FILTERS = {
  status: "open",
  team: "",
  channel: "",
  assignee: "",
  tag: "",
  mentioned: "",
  unread: "",
  read: "",
  visibility: "",
  since: "",
  until: "",
  sort: "",
};
/** Filters that may have several values. */
const SEVERAL = /** @type {const} */ (["channel", "tag"]);
/** The states whose conversations can stand in other orders. */
export const SORTED = ["open", "snoozed"];
export const ORDERS = /** @type {const} */ (["urgent", "newest", "longest_waiting"]);
const DAY_MS = 86_400_000;

/** Return the values of a filter that may have several. @param {string} value */
export function valuesOf(value) {
  return value ? value.split("\n") : [];
}

/**
 * Return a filter with a value more, or without it if it is there.
 * @param {string} before
 * @param {string} value
 */
export function toggled(before, value) {
  const values = valuesOf(before);
  return (values.includes(value) ? values.filter((each) => each !== value) : [...values, value]).join("\n");
}

/** Return filters that are set, as they go together. @param {Filters} filters @returns {Partial<Filters>} */
export function given(filters) {
  const set = Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
  if (!SORTED.includes(filters.status) || filters.sort === "urgent") delete set.sort;
  return set;
}

/** Return the query of a request for the list. @param {Filters} filters @returns {[string, string][]} */
export function requestOf(filters) {
  return Object.entries(given(filters)).flatMap(([name, value]) =>
    isSeveral(name)
      ? valuesOf(value).map((each) => /** @type {[string, string]} */ ([name, each]))
      : [/** @type {[string, string]} */ ([name, value])],
  );
}

/** Return the filters of a saved view, as the API takes them. @param {Filters} filters */
export function documentOf(filters) {
  return Object.fromEntries(
    Object.entries(given(filters)).map(([name, value]) => [name, isSeveral(name) ? valuesOf(value) : value]),
  );
}

/** Return the filters for the address of a saved view. @param {Record<string, unknown>} document @returns {Filters} */
export function fromDocument(document) {
  const filters = { ...NO_FILTERS };
  for (const name of /** @type {(keyof Filters)[]} */ (Object.keys(NO_FILTERS))) {
    const value = document[name];
    if (value !== undefined) filters[name] = Array.isArray(value) ? value.join("\n") : String(value);
  }
  return filters;
}

/**
 * Return the time some days ago at the full hour, so that the address of a list is the same for a while.
 * @param {number} days
 * @param {number} now milliseconds
 */
export function since(days, now) {
  const at = new Date(now - days * DAY_MS);
  at.setUTCMinutes(0, 0, 0);
  return at.toISOString();
}

/** @param {string} name */
function isSeveral(name) {
  return SEVERAL.some((each) => each === name);
}

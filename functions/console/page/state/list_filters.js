/** Filters and order of the list: as they stand in the address, in a request, and in a saved view. Pure. */

/**
 * Several values of one filter stand in one text, a line each.
 * @typedef {{status: string, team: string, channel: string, assignee: string, tag: string, mentioned: string,
 *   unread: string, read: string, visibility: string, since: string, until: string, days: string, sort: string}} Filters
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
  days: "",
  sort: "",
};
/** Filters that may have several values. */
const SEVERAL = /** @type {const} */ (["channel", "tag"]);
/** The states whose conversations can stand in other orders. */
export const SORTED = ["open", "snoozed"];
export const ORDERS = /** @type {const} */ (["urgent", "newest", "longest_waiting"]);

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
 * Return the filters for days of the reader's own calendar, the last one included; an empty one leaves that end open.
 * @param {string} from `2026-11-30`
 * @param {string} to
 */
export function betweenDays(from, to) {
  return {
    since: from ? startOf(from, 0).toISOString() : "",
    until: to ? startOf(to, 1).toISOString() : "",
    days: "",
  };
}

/** Return the first and the last day of filters, as a form has them. @param {Pick<Filters, "since" | "until">} filters */
export function daysOf({ since, until }) {
  return { from: since ? dayOf(Date.parse(since)) : "", to: until ? dayOf(Date.parse(until) - 1) : "" };
}

/** Return the time at which a day begins here, or one so many days later. @param {string} day @param {number} later */
function startOf(day, later) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later);
}

/** @param {number} time */
function dayOf(time) {
  const at = new Date(time);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** @param {string} name */
function isSeveral(name) {
  return SEVERAL.some((each) => each === name);
}

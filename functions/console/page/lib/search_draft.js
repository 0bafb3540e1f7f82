/** A search for people who look for advice, as it is edited in a form, and as the API takes and gives it. Pure. */

/**
 * @typedef {import("./schemas.js").SavedSearch} SavedSearch
 * @typedef {import("./schemas.js").NewSearch} NewSearch
 * @typedef {{channel: string, connection: string, places: string[], cents: number | null}} Account
 * @typedef {{post: string, fit: boolean, channel?: string}} Mark
 * @typedef {Record<keyof typeof LIMITS, number>} Limits
 * @typedef {object} SearchDraft
 * @property {string} id empty for a new one
 * @property {string} name
 * @property {string} team
 * @property {{all: string[], any: string[], none: string[]}} query
 * @property {string[]} languages
 * @property {Account[]} accounts connections on which it looks
 * @property {string[]} feeds addresses
 * @property {string[]} excluded_accounts
 * @property {string[]} competitors
 * @property {string[]} brands
 * @property {string} note
 * @property {boolean} needs_approval
 * @property {Limits} limits
 * @property {boolean} paused
 * @property {Mark[]} marks of posts that a trial found
 */

/** The usual limits of tact, with the ends within which a lead may set them. */
export const LIMITS = /** @type {const} */ ({
  oldest_hours: { usual: 48, least: 1, most: 168 },
  per_day: { usual: 10, least: 0, most: 50 },
  per_hour: { usual: 3, least: 0, most: 20 },
  minutes_apart: { usual: 5, least: 1, most: 1440 },
  quiet_from: { usual: 21, least: 0, most: 24 },
  quiet_until: { usual: 8, least: 0, most: 24 },
  links: { usual: 0, least: 0, most: 1 },
});
/** US cents that a day of reading may cost, where nothing else is said. */
export const USUAL_CENTS = 100;
const LIMIT_NAMES = /** @type {(keyof Limits)[]} */ (Object.keys(LIMITS));

/** Return a search without anything yet. @param {string} team @returns {SearchDraft} */
export function blank(team) {
  return {
    id: "",
    name: "",
    team,
    query: { all: [], any: [], none: [] },
    languages: [],
    accounts: [],
    feeds: [],
    excluded_accounts: [],
    competitors: [],
    brands: [],
    note: "",
    needs_approval: false,
    limits: limitsOf({}),
    paused: false,
    marks: [],
  };
}

/** Return limits with the usual ones where none are told. @param {Partial<Record<keyof Limits, number | null>>} told */
function limitsOf(told) {
  const pairs = LIMIT_NAMES.map((name) => [name, told[name] ?? LIMITS[name].usual]);
  return /** @type {Limits} */ (Object.fromEntries(pairs));
}

/** Return a saved search as it is edited. @param {SavedSearch} saved @returns {SearchDraft} */
export function draftOf(saved) {
  const { id, name, team, query, languages, excluded_accounts, competitors, brands, note, needs_approval } = saved;
  const accounts = saved.sources
    .filter(({ connection }) => connection)
    .map(({ channel, connection, places, daily_cents: cents }) => ({
      channel: channel ?? "",
      connection: connection ?? "",
      places: places ?? [],
      cents: cents ?? null,
    }));
  return {
    id,
    name,
    team,
    query,
    languages,
    accounts,
    feeds: saved.sources.flatMap(({ feed }) => (feed ? [feed] : [])),
    excluded_accounts,
    competitors,
    brands,
    note,
    needs_approval,
    limits: limitsOf(saved.limits),
    paused: saved.paused,
    marks: [],
  };
}

/** Return a search as the API takes it, to try it or to save it. @param {SearchDraft} draft @returns {NewSearch} */
export function bodyOf({ id: _id, accounts, feeds, marks, ...rest }) {
  const connections = accounts.map(({ channel, connection, places, cents }) => ({
    channel,
    connection,
    ...(places.length ? { places } : {}),
    ...(cents === null ? {} : { daily_cents: cents }),
  }));
  const addresses = feeds.map((feed) => feed.trim()).filter(Boolean);
  return {
    ...rest,
    name: rest.name.trim(),
    sources: [...connections, ...addresses.map((feed) => ({ feed }))],
    ...(marks.length ? { marks } : {}),
  };
}

/**
 * Return what is still missing before a search can be tried, or saved: the first of `query`, `sources`, `feeds`, `team` and `name`,
 * or "" for nothing.
 * @param {SearchDraft} draft
 * @param {{toSave?: boolean}} [options]
 */
export function missing({ name, team, query, accounts, feeds }, { toSave = false } = {}) {
  const addresses = feeds.map((feed) => feed.trim()).filter(Boolean);
  if (!query.all.length && !query.any.length) return "query";
  if (addresses.some((address) => !isFeed(address))) return "feeds";
  if (!accounts.length && !addresses.length) return "sources";
  if (toSave && !team) return "team";
  return toSave && !name.trim() ? "name" : "";
}

/** @param {string} address */
function isFeed(address) {
  return URL.canParse(address) && ["https:", "http:"].includes(new URL(address).protocol);
}

/** Return the marks with one more, in place of that of the same post. @param {Mark[]} marks @param {Mark} mark */
export function marked(marks, mark) {
  return [...marks.filter(({ post }) => post !== mark.post), mark];
}

/** Return the share of marked posts that fit; null where none is marked. @param {Mark[]} marks */
export function precisionOf(marks) {
  return marks.length ? marks.filter(({ fit }) => fit).length / marks.length : null;
}

/** Return the words of a query as one sees them in a list: those all, one of those, none of those. @param {SearchDraft["query"]} query */
export function wordsOf({ all, any, none }) {
  const quoted = (/** @type {string} */ word) => (word.includes(" ") ? `“${word}”` : word);
  const parts = [
    all.map(quoted).join(" + "),
    any.map(quoted).join(" / "),
    none.map((word) => `−${quoted(word)}`).join(" "),
  ];
  return parts.filter(Boolean).join(" · ");
}

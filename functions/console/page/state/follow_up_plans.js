/** Plans of follow-ups: asked of the API when somebody looks at one, and cached while nothing changes. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import { locale } from "../lib/texts.js";

/**
 * @typedef {import("../lib/schemas.js").Conversation} Conversation
 * @typedef {import("./drafts.js").Wish} Wish
 * @typedef {{plan: import("../lib/schemas.js").Plan | null, error: unknown}} Found neither while it is asked
 */

const plans = slice("plans", {
  /** @type {Map<string, Found>} */
  found: new Map(),
  /** The usual delays of follow-ups, by team. @type {Map<string, string>} */
  after: new Map(),
});

/** The delay where a team has none. */
const USUALLY = "P7D";
const MOST_KEPT = 50;
const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/**
 * The plan for a wish in a conversation as it is now; it is asked for if it is not known.
 * @param {Conversation} conversation
 * @param {Wish} wish
 * @returns {Found}
 */
export function planOf(conversation, wish) {
  const { text, ...when } = wish;
  const key = JSON.stringify([conversation.id, conversation.version ?? conversation.last_message_at, when]);
  const known = plans.get().found.get(key);
  if (known) return known;
  const asked = { plan: null, error: null };
  store(key, asked);
  api.send("POST", "/follow-ups/plan", { conversation: conversation.id, ...when }).then(
    (plan) => store(key, { plan, error: null }),
    (error) => store(key, { plan: null, error }),
  );
  return asked;
}

/**
 * @param {string} key
 * @param {Found} result
 */
function store(key, result) {
  const all = plans.get().found;
  if (all.size > MOST_KEPT) all.clear();
  all.set(key, result);
  if (result.plan || result.error) plans.change(() => ({}));
}

/** Teams whose rules were asked for. @type {Set<string>} */
const asked = new Set();

/** Return the usual delay of a team's follow-ups, as an ISO 8601 duration. @param {string} team */
export function usualAfter(team) {
  const { after } = plans.get();
  if (!asked.has(team)) {
    asked.add(team);
    api.get(`/teams/${encodeURIComponent(team)}`).then(
      (rules) => plans.change(() => ({ after: new Map([...plans.get().after, [team, rules.after]]) })),
      // The usual is good enough to name the button; the plan says what will be.
      () => asked.delete(team),
    );
  }
  return after.get(team) ?? USUALLY;
}

/** Seconds of a duration; a number that is not one where it cannot be told. @param {string} duration */
export function seconds(duration) {
  const result = DURATION.exec(duration);
  if (!result) return Number.NaN;
  return UNITS.reduce((sum, [, size], index) => sum + size * Number(result[index + 1] ?? 0), 0);
}

/** "in 1 week", "in 3 days". @param {string} duration */
export function inWords(duration) {
  const span = seconds(duration);
  if (!span) return "";
  const [unit, size] = UNITS.find(([, unitSize]) => span % unitSize === 0) ?? UNITS[4];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "always" }).format(span / size, unit);
}

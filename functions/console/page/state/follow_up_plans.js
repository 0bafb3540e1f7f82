/** Plans of follow-ups: asked of the API when somebody looks at one, and cached while nothing changes. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import { locale } from "../lib/texts.js";
import { draftOf } from "./drafts.js";

/**
 * @typedef {import("../lib/schemas.js").Conversation} Conversation
 * @typedef {import("./drafts.js").Wish} Wish
 * @typedef {{plan: import("../lib/schemas.js").Plan | null, error: unknown, at: number}} Found neither while it is asked;
 *   `at` is when that was (milliseconds)
 */

const plans = slice("plans", {
  /** @type {Map<string, Found>} */
  found: new Map(),
});

const MOST_KEPT = 50;
/** Milliseconds after which a plan is made again: "in a week" is later by then. */
const FRESH = 5 * 60_000;
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
 * @param {string} [replyTo] the id of the one message that it is about
 * @returns {Found}
 */
export function planOf(conversation, wish, replyTo = "") {
  const { text, ...when } = wish;
  const key = keyOf(conversation, wish, replyTo);
  const known = plans.get().found.get(key);
  const now = Date.now();
  if (known && now - known.at < FRESH) return known;
  // A plan that is made again is shown until the new one is there.
  const asked = { plan: known?.plan ?? null, error: null, at: now };
  store(key, asked);
  // What is typed tells the language where the customer's words do not.
  const { mode, text: typed } = draftOf(conversation.id);
  const answer = mode === "reply" && typed.trim() ? { answer: typed } : {};
  const about = replyTo ? { reply_to: replyTo } : {};
  api.send("POST", "/follow-ups/plan", { conversation: conversation.id, ...answer, ...about, ...when }).then(
    (plan) => store(key, { plan, error: null, at: now }),
    (error) => store(key, { plan: null, error, at: now }),
  );
  return asked;
}

/**
 * @param {Conversation} conversation
 * @param {Wish} wish
 * @param {string} replyTo
 */
function keyOf(conversation, { text: _, ...when }, replyTo) {
  return JSON.stringify([conversation.id, conversation.version ?? conversation.last_message_at, when, replyTo]);
}

/**
 * Return a wish with the time and language of the plan that is shown for it, so that it is kept as the agent has read it.
 * @param {Conversation} conversation
 * @param {Wish} wish
 * @param {string} [replyTo]
 * @returns {Wish}
 */
export function asShown(conversation, wish, replyTo = "") {
  const plan = plans.get().found.get(keyOf(conversation, wish, replyTo))?.plan;
  if (!plan || Date.parse(plan.wished) <= Date.now()) return wish;
  const { after: _, ...rest } = wish;
  return { ...rest, at: plan.wished, ...(wish.text ? {} : { language: plan.language }) };
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

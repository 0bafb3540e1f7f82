/** State of connections, in words, and the order of their table. */

import { day, moment, ms } from "../lib/format.js";
import { t } from "../lib/texts.js";

/**
 * @typedef {import("../lib/schemas.js").Connection} Connection
 * @typedef {{name: string, tone: "good" | "warn" | "bad", word: string, sentences: string[]}} Health
 * @typedef {"account" | "team" | "health" | "last_event"} Column
 */

export const COLUMNS = /** @type {const} */ (["account", "team", "health", "last_event"]);
/** Worst first. */
const TONES = ["bad", "warn", "good"];
const SOON = 7 * 86_400_000;
/** Rounds of a platform that is polled, after which it is noticed that it was not. */
const ROUNDS = 4;

/**
 * Return the health of a connection: `broken`, `held`, `deaf` (the platform does not call), `paused`, `late` (it is not
 * polled), `ending`, `budget_near` or `budget_exhausted` (it is asked less often), `quiet` (nothing has arrived yet), or `good`; and the sentences about it.
 * @param {Connection} connection
 * @param {boolean} renews its token is renewed automatically
 * @returns {Health}
 */
export function healthOf(connection, renews) {
  const { problem, paused_until, token_until, webhook } = connection;
  const until = paused_until ? [t("settings.connections.paused", { until: moment(paused_until) })] : [];
  const text = (/** @type {string} */ name) => t(`settings.connections.health_text.${name}`);
  if (connection.held) return health("held", "warn", [text("held")]);
  if (problem === "rate") return health("paused", "warn", [text("paused"), ...until]);
  if (problem) return health("broken", "bad", [connection.problem_explanation || text("broken"), ...until]);
  if (webhook?.standing === "no") return health("deaf", "bad", [text("deaf")]);
  if (isLate(connection.polling)) return health("late", "warn", [text("late")]);
  if (token_until && ms(token_until) < Date.now() + SOON && !renews) {
    const sentence = t("settings.connections.health_text.ending", { until: moment(token_until) });
    return health("ending", "warn", [sentence], { until: day(token_until) });
  }
  return healthOfWorking(connection);
}

/** Return the health of a connection that works: its budget, and whether anything arrived yet. @param {Connection} connection @returns {Health} */
function healthOfWorking({ budget, last_event_at }) {
  if (budget && budget.state !== "within") {
    const name = `budget_${budget.state}`;
    return health(name, "warn", [t(`settings.connections.health_text.${name}`)]);
  }
  if (!last_event_at) return health("quiet", "warn", [t("settings.connections.health_text.quiet")]);
  return health("good", "good", []);
}

/**
 * @param {string} name
 * @param {Health["tone"]} tone
 * @param {string[]} sentences
 * @param {Record<string, string>} [fields]
 * @returns {Health}
 */
function health(name, tone, sentences, fields = {}) {
  return { name, tone, word: t(`settings.connections.health.${name}`, fields), sentences };
}

/** @param {{seconds: number, asked_at: string | null} | null} polling */
function isLate(polling) {
  return Boolean(polling?.asked_at && ms(polling.asked_at) + ROUNDS * polling.seconds * 1000 < Date.now());
}

/**
 * @typedef {{account: string, channel: string, team: string, tone: Health["tone"], at: string | null}} Sortable
 * @typedef {{by: Column, descending: boolean}} Order
 */

/**
 * Return rows in an order; equal ones by account and channel. Those that never received anything are older than all.
 * @template {Sortable} T
 * @param {T[]} rows
 * @param {Order} order
 * @returns {T[]}
 */
export function ordered(rows, { by, descending }) {
  const byName = (/** @type {T} */ one, /** @type {T} */ other) =>
    one.account.localeCompare(other.account) || one.channel.localeCompare(other.channel);
  const compare = {
    account: byName,
    team: (/** @type {T} */ one, /** @type {T} */ other) => one.team.localeCompare(other.team),
    health: (/** @type {T} */ one, /** @type {T} */ other) => TONES.indexOf(one.tone) - TONES.indexOf(other.tone),
    last_event: (/** @type {T} */ one, /** @type {T} */ other) => ageOf(one) - ageOf(other),
  }[by];
  const sign = descending ? -1 : 1;
  return rows.toSorted((one, other) => sign * compare(one, other) || byName(one, other));
}

/** Return how long nothing arrived, the least first. @param {Sortable} row */
function ageOf({ at }) {
  return at ? -ms(at) : 0;
}

/** Return the order after a press on a column: another column, or the other direction. @param {Order} now @param {Column} by */
export function pressed(now, by) {
  return { by, descending: now.by === by && !now.descending };
}

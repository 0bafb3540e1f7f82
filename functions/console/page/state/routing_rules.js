/** The routing rules while they are edited, and the test of them on past messages. */

import * as api from "../lib/api.js";
import { announce } from "../lib/dialogs.js";
import { explain } from "../lib/errors.js";
import { day, number } from "../lib/format.js";
import { slice } from "../lib/store.js";
import { t } from "../lib/texts.js";
import { Editor } from "./editor.js";

/**
 * @typedef {import("../lib/schemas.js").RoutingRule} RoutingRule
 * @typedef {RoutingRule & {key: string}} Rule with a key that stays when the rule is moved or renamed
 * @typedef {import("../lib/schemas.js").RoutingTest} Trial
 */

const TRIED_DAYS = 30;

let count = 0;

/** @type {Editor<{rules: Rule[]}>} */
export const editor = new Editor("routing", {
  read: async () => ({ rules: (await api.get("/routing")).rules.map(keyed) }),
  write: async (_, draft) => ({
    rules: (await api.send("PUT", "/routing", { rules: written(draft.rules) })).rules.map(keyed),
  }),
});

export const part = slice("settings.routing.beside", {
  /** @type {import("../lib/schemas.js").Connection[]} */
  connections: [],
  /** @type {Trial | null} */
  trial: null,
  trying: false,
  /** The error of the last test. */
  wrong: "",
  /** @type {string} Which rule is open, by its key. */
  open: "",
});

/** A rule with what tells it apart while it is moved about. @param {RoutingRule} rule @returns {Rule} */
export function keyed(rule) {
  count += 1;
  return { ...rule, key: `rule-${count}` };
}

/** @param {Rule[]} rules */
export function written(rules) {
  return rules.map(({ key, ...rule }) => ({ ...rule, assignee: rule.assignee?.id ?? null }));
}

export async function readConnections() {
  try {
    const { items } = await api.getAll("/connections");
    part.change(() => ({ connections: items }));
  } catch {
    part.change(() => ({ connections: [] }));
  }
}

/**
 * Name connections so that no two are confused: by channel and account, and by their own names where those are the same.
 * @param {{channel: string, name: string, account_name: string}[]} connections
 * @param {(channel: string) => string} channelLabel
 * @returns {[string, string][]} as rules name a connection, and as people read it
 */
export function connectionChoices(connections, channelLabel) {
  const labelOf = (/** @type {typeof connections[number]} */ { channel, name, account_name }) =>
    t("settings.routing.account", { channel: channelLabel(channel), account: account_name || name });
  const labels = connections.map(labelOf);
  return connections.map((connection, at) => {
    const isAlone = labels.filter((label) => label === labels[at]).length === 1;
    const label = isAlone
      ? labels[at]
      : t("settings.routing.same_account", { label: labels[at], name: connection.name });
    return [`${connection.channel}/${connection.name}`, label];
  });
}

/**
 * @param {number} at
 * @param {(rule: Rule) => void} fn
 */
export function change(at, fn) {
  editor.change((draft) => fn(draft.rules[at]));
  part.change(() => ({ trial: null, wrong: "" }));
}

/** Try the rules on what was written; says whether that could be done. @returns {Promise<boolean>} */
export async function attempt() {
  part.change(() => ({ trying: true, wrong: "", trial: null }));
  try {
    const trial = await api.send("POST", "/routing/test", {
      rules: written(editor.draft?.rules ?? []),
      days: TRIED_DAYS,
    });
    part.change(() => ({ trying: false, trial }));
    announce(summary(trial));
    return true;
  } catch (error) {
    part.change(() => ({ trying: false, wrong: explain(error).text }));
    return false;
  }
}

/** @param {Trial} trial */
export function summary({ tested, changes, until }) {
  if (!tested) return t("settings.routing.nothing_to_try");
  const fields = { count: number(changes.length), tested: number(tested), since: day(until ?? "") };
  return changes.length
    ? t("settings.routing.would_change", { n: changes.length, ...fields })
    : t("settings.routing.no_change", fields);
}

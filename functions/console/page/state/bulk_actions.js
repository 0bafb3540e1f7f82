/**
 * Actions on one or many conversations: assign, snooze, tag, resolve. The list shows them at once; a failed one is
 * reported by name and comes back, and each can be undone.
 */

import * as api from "../lib/api.js";
import { announce, open, toast } from "../lib/dialogs.js";
import { explain } from "../lib/errors.js";
import { t } from "../lib/texts.js";
import * as inbox from "./inbox.js";
import * as poll from "./poll.js";

/**
 * @typedef {import("./urgency.js").Listed} Listed
 * @typedef {"assign" | "tag" | "snooze" | "wake" | "resolve" | "reopen"} Action
 * @typedef {{until?: string, team?: string | null, assignee?: string | null, note?: string, mentions?: string[], add?: string[],
 *   remove?: string[]}} Fields what the API takes beside the action
 * @typedef {{id: string, ok: boolean, error?: string | null, message?: string | null}} Outcome
 * @typedef {{action: Action, fields?: Fields, heads: Listed[]}} BulkRequest
 * @typedef {{head: Listed, reason: string}} Problem a conversation with which something could not be done
 * @typedef {{assignee?: string | null, team?: string, note?: string, mentions?: string[], label: string}} Assignment as `POST …/assign` takes it, and
 *   in words who that is
 */

/** The most conversations that the API takes at once. */
const CHUNK = 50;
const UNDO_SECONDS = 8;
/** Actions that the API refuses where more is unread than the list shows. */
const REFUSED_WHEN_STALE = new Set(["resolve", "snooze"]);
/** Actions that the API carries out for one conversation at a time. */
const ONE_AT_A_TIME = new Set(["wake"]);

/** Draws a list of problems. State knows no view: the inbox sets it. @type {(problems: Problem[]) => any} */
let problemList = () => "";

/** Set what draws the list of problems. @param {typeof problemList} template */
export function drawProblemsWith(template) {
  problemList = template;
}

/** Close conversations. @param {Listed[]} heads */
export function resolve(heads) {
  return run({ action: "resolve", heads }, [{ action: "reopen", heads }]);
}

/** Take conversations up again. @param {Listed[]} heads */
export function reopen(heads) {
  return run({ action: "reopen", heads });
}

/** End the snooze of conversations. @param {Listed[]} heads */
export function wake(heads) {
  return run({ action: "wake", heads });
}

/** Put conversations aside. @param {Listed[]} heads @param {{until: string}} choice as `openSnooze` gives it */
export function snooze(heads, { until }) {
  return run({ action: "snooze", fields: { until }, heads }, [{ action: "wake", heads }]);
}

/** Hand conversations over. @param {Listed[]} heads @param {Assignment} choice as `openAssign` gives it */
export function assign(heads, { label, ...fields }) {
  return run({ action: "assign", fields: withoutEmpty(fields), heads }, previousAssignees(heads), label);
}

/** Put tags on and take tags off. @param {Listed[]} heads @param {{add: string[], remove: string[]}} change as `openTags` gives it */
export function tag(heads, { add, remove }) {
  const back = heads.map((head) => ({
    action: /** @type {const} */ ("tag"),
    fields: {
      add: remove.filter((tag) => head.tags?.includes(tag)),
      remove: add.filter((tag) => !head.tags?.includes(tag)),
    },
    heads: [head],
  }));
  return run({ action: "tag", fields: { add, remove }, heads }, joined(back));
}

/**
 * Return the requests that give conversations back to their previous assignees.
 * @param {Listed[]} heads @returns {BulkRequest[]}
 */
function previousAssignees(heads) {
  return joined(
    heads.map((head) => ({
      action: "assign",
      fields: withoutEmpty({ assignee: head.assignee?.id ?? null, team: head.team }),
      heads: [head],
    })),
  );
}

/** Return the fields that say something: nobody is named by leaving the assignee out. @param {Fields} fields @returns {Fields} */
function withoutEmpty(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

/** Join requests of the same action. @param {BulkRequest[]} requests @returns {BulkRequest[]} */
export function joined(requests) {
  /** @type {Map<string, BulkRequest>} */
  const byKey = new Map();
  for (const request of requests) {
    const key = JSON.stringify([request.action, request.fields]);
    const same = byKey.get(key);
    byKey.set(key, same ? { ...same, heads: [...same.heads, ...request.heads] } : request);
  }
  return [...byKey.values()];
}

/**
 * Do it, show it at once, and say what came of it.
 * @param {BulkRequest} request
 * @param {BulkRequest[]} [undo] what takes it back
 * @param {string} [assignee]
 */
async function run(request, undo = [], assignee = "") {
  if (!request.heads.length) return;
  const gone = leavingIds(request);
  inbox.removeFromList(gone);
  const outcomes = await ask(request);
  const done = outcomes.filter(({ ok }) => ok);
  const failed = outcomes.filter(({ ok }) => !ok);
  if (done.length) reportDone(request, done, undo, assignee);
  if (failed.length) reportFailed(request, failed);
  await refresh();
}

/**
 * Return the ids of the rows that leave the list by this action.
 * @param {BulkRequest} request
 */
function leavingIds({ action, heads }) {
  const { status } = inbox.inbox.get().filters;
  const becomes = { resolve: "resolved", snooze: "snoozed", wake: "", reopen: "", assign: status, tag: status }[action];
  return becomes === status ? [] : heads.map(({ id }) => id);
}

/** @param {BulkRequest} request @returns {Promise<Outcome[]>} */
async function ask(request) {
  /** @type {Outcome[]} */
  const outcomes = [];
  for (let from = 0; from < request.heads.length; from += CHUNK) {
    const heads = request.heads.slice(from, from + CHUNK);
    try {
      outcomes.push(...(await askFor({ ...request, heads })));
    } catch (error) {
      // Nobody knows more of these than that the request failed; the list is read again and shows what is true.
      const { text } = explain(error);
      outcomes.push(...heads.map(({ id }) => ({ id, ok: false, message: text })));
    }
  }
  return outcomes;
}

/** @param {BulkRequest} request @returns {Promise<Outcome[]>} */
async function askFor(request) {
  const { action, fields = {}, heads } = request;
  if (ONE_AT_A_TIME.has(action) || (heads.length === 1 && !REFUSED_WHEN_STALE.has(action))) return askEach(request);
  const ids = heads.map(({ id }) => id);
  const unread = Object.fromEntries(heads.map((head) => [head.id, head.unread]));
  const body = { ids, action, ...fields, ...(REFUSED_WHEN_STALE.has(action) ? { unread } : {}) };
  return (await api.send("POST", "/conversations/bulk", body)).items;
}

/** @param {BulkRequest} request @returns {Promise<Outcome[]>} */
async function askEach({ action, fields = {}, heads }) {
  const [method, last] =
    action === "tag" ? /** @type {const} */ (["PUT", "tags"]) : /** @type {const} */ (["POST", action]);
  const answers = await Promise.allSettled(
    heads.map(({ id }) => api.send(method, `/conversations/${encodeURIComponent(id)}/${last}`, fields)),
  );
  inbox.update(...answers.flatMap((settled) => (settled.status === "fulfilled" ? settled.value : [])));
  return answers.map((settled, index) => ({
    id: heads[index].id,
    ok: settled.status === "fulfilled",
    message: settled.status === "fulfilled" ? null : explain(settled.reason).text,
  }));
}

/**
 * @param {BulkRequest} request
 * @param {Outcome[]} done
 * @param {BulkRequest[]} undo
 * @param {string} assignee
 */
function reportDone({ action }, done, undo, assignee) {
  const ids = new Set(done.map(({ id }) => id));
  const back = undo.map((request) => ({ ...request, heads: request.heads.filter(({ id }) => ids.has(id)) }));
  const text = t(`done.${action}`, { n: done.length, who: assignee });
  if (!back.length) toast(text, { kind: "good" });
  else toast(text, { kind: "good", seconds: UNDO_SECONDS, action: t("done.undo"), run: () => undoAll(back) });
}

/** @param {BulkRequest[]} requests */
async function undoAll(requests) {
  const outcomes = (await Promise.all(requests.map(ask))).flat();
  const failed = outcomes.filter(({ ok }) => !ok);
  if (failed.length)
    reportFailed(
      requests[0],
      failed,
      requests.flatMap(({ heads }) => heads),
    );
  else announce(t("done.undone"));
  await refresh();
}

/**
 * @param {BulkRequest} request
 * @param {Outcome[]} failed
 * @param {Listed[]} [heads]
 */
function reportFailed(request, failed, heads = request.heads) {
  const problems = failed.map(({ id, message, error }) => ({
    head: /** @type {Listed} */ (heads.find((head) => head.id === id)),
    reason: message || reasonOf(error),
  }));
  if (problems.length === 1) {
    toast(problems[0].reason, { kind: "bad", seconds: UNDO_SECONDS });
    return;
  }
  toast(t("done.not", { n: problems.length }), {
    kind: "bad",
    seconds: 20,
    action: t("done.which"),
    run: () => open(t("done.not", { n: problems.length }), () => problemList(problems)),
  });
}

/** @param {string | null | undefined} code */
function reasonOf(code) {
  return code === "stale" ? t("done.stale") : t("failure.refused.text");
}

/** Read the list again; an open conversation reads itself when a poll reports the change. */
async function refresh() {
  await inbox.refresh();
  poll.now();
}

/**
 * What is done with one or many conversations beside answering: hand over, snooze, tag, resolve. The list shows it at
 * once; what did not work is said by name and comes back, and what was done can be undone.
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
 * @typedef {{id: string, ok: boolean, error?: string | null, message?: string | null}} Outcome
 * @typedef {{action: Action, fields?: Record<string, any>, heads: Listed[]}} Deed
 * @typedef {{head: Listed, reason: string}} Problem a conversation with which something could not be done
 * @typedef {{assignee?: string | null, team?: string, note?: string, mentions?: string[], label: string}} Assignment as `POST …/assign` takes it, and
 *   in words who that is
 */

/** As many as the API takes at once. */
const CHUNK = 50;
const UNDO_SECONDS = 8;
/** What is not done where more is unread than the list shows. */
const BLIND = new Set(["resolve", "snooze"]);
/** What the API does in one conversation at a time. */
const ALONE = new Set(["wake"]);

/** Draws a list of problems. State knows no view: the inbox sets it. @type {(problems: Problem[]) => any} */
let problemList = () => "";

/** Set what draws the list of problems. @param {typeof problemList} template */
export function drawProblemsWith(template) {
  problemList = template;
}

/** Close conversations. @param {Listed[]} heads */
export function resolve(heads) {
  return handle({ action: "resolve", heads }, [{ action: "reopen", heads }]);
}

/** Take conversations up again. @param {Listed[]} heads */
export function reopen(heads) {
  return handle({ action: "reopen", heads });
}

/** Take up before its time what was put aside. @param {Listed[]} heads */
export function wake(heads) {
  return handle({ action: "wake", heads });
}

/** Put conversations aside. @param {Listed[]} heads @param {{until: string}} choice as `openSnooze` gives it */
export function snooze(heads, { until }) {
  return handle({ action: "snooze", fields: { until }, heads }, [{ action: "wake", heads }]);
}

/** Hand conversations over. @param {Listed[]} heads @param {Assignment} choice as `openAssign` gives it */
export function assign(heads, { label, ...fields }) {
  return handle({ action: "assign", fields: given(fields), heads }, before(heads), label);
}

/** Put tags on and take tags off. @param {Listed[]} heads @param {{add: string[], remove: string[]}} change as `openTags` gives it */
export function tag(heads, { add, remove }) {
  const back = heads.map((head) => ({
    action: /** @type {const} */ ("tag"),
    fields: {
      add: remove.filter((each) => head.tags?.includes(each)),
      remove: add.filter((each) => !head.tags?.includes(each)),
    },
    heads: [head],
  }));
  return handle({ action: "tag", fields: { add, remove }, heads }, together(back));
}

/** Who had them before. @param {Listed[]} heads @returns {Deed[]} */
function before(heads) {
  return together(
    heads.map((head) => ({
      action: "assign",
      fields: given({ assignee: head.assignee?.id ?? null, team: head.team }),
      heads: [head],
    })),
  );
}

/** Nobody is said by leaving it out. @param {Record<string, any>} fields */
function given(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

/** Deeds that do the same, as one. @param {Deed[]} deeds @returns {Deed[]} */
export function together(deeds) {
  /** @type {Map<string, Deed>} */
  const found = new Map();
  for (const deed of deeds) {
    const key = JSON.stringify([deed.action, deed.fields]);
    const same = found.get(key);
    found.set(key, same ? { ...same, heads: [...same.heads, ...deed.heads] } : deed);
  }
  return [...found.values()];
}

/**
 * Do it, show it at once, and say what came of it.
 * @param {Deed} deed
 * @param {Deed[]} [undo] what takes it back
 * @param {string} [who]
 */
async function handle(deed, undo = [], who = "") {
  if (!deed.heads.length) return;
  const gone = leaves(deed);
  inbox.drop(gone);
  const outcomes = await ask(deed);
  const done = outcomes.filter(({ ok }) => ok);
  const not = outcomes.filter(({ ok }) => !ok);
  if (done.length) sayDone(deed, done, undo, who);
  if (not.length) sayNot(deed, not);
  await after();
}

/**
 * Which rows the list does not have any more when this is done.
 * @param {Deed} deed
 */
function leaves({ action, heads }) {
  const { status } = inbox.inbox.get().filters;
  const becomes = { resolve: "resolved", snooze: "snoozed", wake: "", reopen: "", assign: status, tag: status }[action];
  return becomes === status ? [] : heads.map(({ id }) => id);
}

/** @param {Deed} deed @returns {Promise<Outcome[]>} */
async function ask(deed) {
  /** @type {Outcome[]} */
  const outcomes = [];
  for (let from = 0; from < deed.heads.length; from += CHUNK) {
    const heads = deed.heads.slice(from, from + CHUNK);
    try {
      outcomes.push(...(await askFor({ ...deed, heads })));
    } catch (error) {
      // Nobody knows more of these than that the request failed; the list is read again and shows what is true.
      const { text } = explain(error);
      outcomes.push(...heads.map(({ id }) => ({ id, ok: false, message: text })));
    }
  }
  return outcomes;
}

/** @param {Deed} deed @returns {Promise<Outcome[]>} */
async function askFor(deed) {
  const { action, fields = {}, heads } = deed;
  if (ALONE.has(action) || (heads.length === 1 && !BLIND.has(action))) return askEach(deed);
  const ids = heads.map(({ id }) => id);
  const unread = Object.fromEntries(heads.map((head) => [head.id, head.unread]));
  const body = { ids, action, ...fields, ...(BLIND.has(action) ? { unread } : {}) };
  return (await api.send("POST", "/conversations/bulk", body)).items;
}

/** @param {Deed} deed @returns {Promise<Outcome[]>} */
async function askEach({ action, fields = {}, heads }) {
  const [method, last] =
    action === "tag" ? /** @type {const} */ (["PUT", "tags"]) : /** @type {const} */ (["POST", action]);
  const answers = await Promise.allSettled(
    heads.map(({ id }) => api.send(method, `/conversations/${encodeURIComponent(id)}/${last}`, fields)),
  );
  inbox.update(...answers.flatMap((each) => (each.status === "fulfilled" ? each.value : [])));
  return answers.map((each, index) => ({
    id: heads[index].id,
    ok: each.status === "fulfilled",
    message: each.status === "fulfilled" ? null : explain(each.reason).text,
  }));
}

/**
 * @param {Deed} deed
 * @param {Outcome[]} done
 * @param {Deed[]} undo
 * @param {string} who
 */
function sayDone({ action }, done, undo, who) {
  const ids = new Set(done.map(({ id }) => id));
  const back = undo.map((each) => ({ ...each, heads: each.heads.filter(({ id }) => ids.has(id)) }));
  const text = t(`done.${action}`, { n: done.length, who });
  if (!back.length) toast(text, { kind: "good" });
  else toast(text, { kind: "good", seconds: UNDO_SECONDS, action: t("done.undo"), run: () => takeBack(back) });
}

/** @param {Deed[]} deeds */
async function takeBack(deeds) {
  const outcomes = (await Promise.all(deeds.map(ask))).flat();
  const not = outcomes.filter(({ ok }) => !ok);
  if (not.length)
    sayNot(
      deeds[0],
      not,
      deeds.flatMap(({ heads }) => heads),
    );
  else announce(t("done.undone"));
  await after();
}

/**
 * @param {Deed} deed
 * @param {Outcome[]} not
 * @param {Listed[]} [heads]
 */
function sayNot(deed, not, heads = deed.heads) {
  const problems = not.map(({ id, message, error }) => ({
    head: /** @type {Listed} */ (heads.find((each) => each.id === id)),
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

/** What is shown is read again; an open conversation reads itself when the pulse tells of it. */
async function after() {
  await inbox.refresh();
  poll.now();
}

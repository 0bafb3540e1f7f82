/** Second tries of what could not be read, for administrators: numbers by account and reason, and what came of each try. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import { refresh } from "./unread.js";

/**
 * @typedef {import("../lib/schemas.js").UnreadGroup} UnreadGroup
 * @typedef {import("../lib/schemas.js").UnreadTried} UnreadTried
 * @typedef {{tried: number, read: number, waiting: number, left: number, state: "running" | "done" | "stopped", error?: unknown}} Run
 */

/** Milliseconds for the mail function, until the list is read once more. */
const MAIL_MS = 4000;

export const retries = slice("unread_retry", {
  /** @type {UnreadGroup[] | null} */
  groups: null,
  more: false,
  /** @type {unknown} */
  error: null,
  /** Entries that are being tried, or what came of them. @type {Record<string, UnreadTried | "running">} */
  entries: {},
  /** @type {Record<string, Run>} */
  runs: {},
});

/** Return the name of a group. @param {UnreadGroup} group */
export function keyOf({ channel, connection, reason }) {
  return [channel, connection, reason].join(" ");
}

/** Grows with each list that is shown, so that an older answer is not taken for it. */
let generation = 0;

/** Forget what came of tries. */
export function forget() {
  generation += 1;
  retries.change(() => ({ groups: null, more: false, error: null, entries: {}, runs: {} }));
}

/** Read the numbers of a list. @param {string} list */
export async function load(list) {
  const mine = generation;
  try {
    const { items, more } = await api.get(`/unread/counts?list=${list}`);
    if (mine === generation) retries.change(() => ({ groups: items, more, error: null }));
  } catch (error) {
    if (mine === generation) retries.change(() => ({ error }));
  }
}

/**
 * Read an entry again; `reload` is called once what is listed may have changed. Rejects where that could not be asked for.
 * @param {string} id
 * @param {() => void} reload
 */
export async function retry(id, reload) {
  note(id, "running");
  try {
    const tried = await api.send("POST", `/unread/${encodeURIComponent(id)}/retry`);
    note(id, tried);
    after(tried.result === "waiting", reload);
  } catch (error) {
    note(id, undefined);
    throw error;
  }
}

/** @param {string} id @param {UnreadTried | "running" | undefined} result */
function note(id, result) {
  retries.change(({ entries }) => {
    const { [id]: _, ...others } = entries;
    return { entries: result ? { ...others, [id]: result } : others };
  });
}

/** @param {boolean} waits @param {() => void} reload */
function after(waits, reload) {
  const look = () => {
    reload();
    refresh();
  };
  look();
  if (waits) setTimeout(look, MAIL_MS);
}

/**
 * Read all of a group again, some at a time, until nothing is left or somebody stops it.
 * @param {UnreadGroup} group
 * @param {() => void} reload
 */
export async function retryGroup(group, reload) {
  const key = keyOf(group);
  const { channel, connection, reason } = group;
  step(key, () => ({ tried: 0, read: 0, waiting: 0, left: 0, state: "running" }));
  /** @type {string | null} */
  let cursor = null;
  try {
    do {
      const page = await api.send("POST", "/unread/retry", { channel, connection, reason, cursor });
      cursor = page.cursor;
      step(key, (run) => counted(run, page.items));
    } while (cursor && retries.get().runs[key]?.state === "running");
    step(key, (run) => (run.state === "running" ? { ...run, state: "done" } : run));
  } catch (error) {
    step(key, (run) => ({ ...run, state: "stopped", error }));
  }
  after((retries.get().runs[key]?.waiting ?? 0) > 0, reload);
}

/** Begin with no further entries of a group. @param {UnreadGroup} group */
export function stop(group) {
  step(keyOf(group), (run) => ({ ...run, state: "stopped" }));
}

/** @param {string} key @param {(run: Run) => Run} change */
function step(key, change) {
  retries.change(({ runs }) => ({ runs: { ...runs, [key]: change(runs[key]) } }));
}

/** @param {Run} run @param {UnreadTried[]} items @returns {Run} */
function counted(run, items) {
  const of = (/** @type {string} */ result) => items.filter((item) => item.result === result).length;
  const [read, waiting] = [of("read"), of("waiting")];
  return {
    ...run,
    tried: run.tried + items.length,
    read: run.read + read,
    waiting: run.waiting + waiting,
    left: run.left + items.length - read - waiting,
  };
}

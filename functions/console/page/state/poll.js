/**
 * News: the page is told over its live connection (`live.js`), and where it has none, asks with one small request
 * every twenty seconds, less often the longer that fails. As long as nothing happened the answer is empty, and nothing
 * else is requested. Both say which conversation this agent views, and whether a reply is being typed there.
 */

import * as api from "../lib/api.js";
import { whenBack } from "../lib/offline.js";
import { slice } from "../lib/store.js";
import * as live from "./live.js";
import { workspace } from "./workspace.js";

export const VISIBLE_MS = 20_000;
export const HIDDEN_MS = 60_000;
export const LONGEST_MS = 60_000;
/** Milliseconds after a key press for which an agent counts as typing. */
const TYPING_MS = 4000;
/** Milliseconds after which colleagues are told again that this agent types still. */
const TYPING_AGAIN_MS = 15_000;
/** Milliseconds for which a colleague who typed is taken to type still; who stops says so. */
const OTHERS_TYPE_MS = 20_000;
/** Milliseconds for which a page that begins waits for its live connection before it polls. */
const PATIENCE_MS = 1500;
/** Milliseconds between two readings of lists that change all the time, while somebody looks and while nobody does. */
const LISTS_MS = 1000;
const HIDDEN_LISTS_MS = 5000;

/**
 * @typedef {{agent: {id: string, name: string}, typing: boolean, at: string}} Present
 * @typedef {{teams: Record<string, number>, conversation: {id: string, version: number, changes: number} | null, present: Present[]}} Pulse
 * @typedef {{teams: string[], conversation: boolean, mine: boolean}} Changes the teams with changed lists; whether what was watched
 *   changed, and what is the agent's own business
 */

/** The latest answer: who else is in the open conversation, and counters that grow with each change. */
export const news = slice("pulse", {
  /** @type {Record<string, number>} */
  teams: {},
  /** @type {Pulse["conversation"]} */
  conversation: null,
  /** @type {Present[]} */
  present: [],
  /** Changes come over a live connection. */
  live: false,
});

/** @type {Set<(changes: Changes) => Promise<void> | void>} */
const listeners = new Set();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let quiet;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let stopped;
let started = false;
let watched = "";
/** The teams whose lists are shown, none named for all; null for no list. @type {string[] | null} */
let listed = null;
let typed = 0;
/** The time at which the others who are there were told that this agent types; 0 for not. */
let typingTold = 0;
let tag = "";
let failures = 0;
/** @type {Promise<void> | null} */
let asking = null;
/** Teams whose lists are read soon. @type {Set<string>} */
const waiting = new Set();
let mineWaits = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let lists;
let listsTold = 0;

const link = live.connection({
  ticket: () => api.send("POST", "/live/ticket"),
  open: (address) => new WebSocket(address),
  looks: () => ({
    lists: listed !== null,
    teams: listed ?? [],
    conversation: watched,
    typing: Date.now() - typed < TYPING_MS,
  }),
  take,
  changed(isLive) {
    news.change(() => ({ live: isLive }));
    // What came between the last push and now is asked for once.
    plan(0);
  },
});

/** Call this after something changed; returns what ends it. @param {(changes: Changes) => Promise<void> | void} fn that answers for its own errors */
export function onNews(fn) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

/** Report from now on that this agent views this conversation; empty for none. @param {string} conversation */
export function watch(conversation) {
  if (watched === conversation) return;
  watched = conversation;
  tag = "";
  news.change(() => ({ conversation: null, present: [] }));
  link.look();
  // At the beginning, the live connection or the first poll tells of it.
  if (conversation && started && !link.isLive()) now();
}

/** Report from now on that the lists of these teams are shown, of all where none is named; null for none. @param {string[] | null} teams */
export function showLists(teams) {
  if (JSON.stringify(teams) === JSON.stringify(listed)) return;
  listed = teams;
  link.look();
}

/** Say that this agent is typing in the conversation that is watched. */
export function typing() {
  const begins = Date.now() - typed > TYPING_MS;
  if (begins) typed = Date.now();
  clearTimeout(stopped);
  stopped = setTimeout(stopTyping, TYPING_MS);
  if (!begins) return;
  if (link.isLive()) tellTyping();
  else plan(0);
}

/** Tell the others who are there that this agent types. Where there is nobody, nobody is told. */
function tellTyping() {
  if (!news.get().present.length || Date.now() - typingTold < TYPING_AGAIN_MS) return;
  typingTold = Date.now();
  link.type(true);
}

/** The agent stopped typing: sent it, took it back, or pauses. */
export function stopTyping() {
  clearTimeout(stopped);
  if (typingTold && link.isLive()) link.type(false);
  typingTold = 0;
  typed = 0;
}

/** Open the live connection, and poll as long as there is none; ask at once whenever the page becomes visible. */
export function start() {
  started = true;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") wake();
  });
  addEventListener("focus", wake);
  addEventListener("online", wake);
  whenBack(wake);
  link.start();
  plan(PATIENCE_MS);
}

function wake() {
  link.wake();
  if (!link.isLive()) now();
}

/** Ask at once. */
export async function now() {
  clearTimeout(timer);
  if (link.isLive()) return link.wake();
  asking ??= ask().finally(() => {
    asking = null;
  });
  await asking;
  plan();
}

async function ask() {
  const about = watched;
  try {
    const answer = await api.getIfChanged(`/pulse${query(about)}`, tag);
    failures = 0;
    if (!answer || about !== watched) return;
    tag = answer.tag;
    await settle(answer.content);
  } catch (error) {
    // The banner says so, or the dialog that asks to sign in again.
    failures += 1;
    if (error instanceof api.ApiError && error.status === 400) watched = "";
  }
}

/** Take what came over the live connection. @param {live.Push} push */
function take(push) {
  if (push.type === "presence") {
    if (push.conversation === watched) news.change(() => ({ present: push.present }));
  } else if (push.type === "news" || push.type === "pulse") {
    settle(merged(news.get(), push, watched), push.type === "news" ? push.mine === true : undefined);
  }
  watchTyping();
  if (Date.now() - typed < TYPING_MS) tellTyping();
}

/**
 * Keep an answer, and tell what changed.
 * @param {Pulse} answer
 * @param {boolean} [mine] whether the agent's own business changed; unknown, it may have with any list
 */
async function settle({ teams, conversation, present }, mine) {
  const changes = compare(news.get(), { teams, conversation, present });
  news.change(() => ({ teams, conversation, present }));
  await tell({ ...changes, mine: mine ?? changes.teams.length > 0 });
}

/**
 * Return what is known after a push. Numbers only grow, so that one that was overtaken on its way takes nothing back; what is
 * said of another conversation than the one that is watched was on its way when that was left.
 * @param {Pulse} known
 * @param {live.Push} push
 * @param {string} conversation that is watched
 * @returns {Pulse}
 */
export function merged(known, push, conversation) {
  const teams = { ...known.teams };
  for (const [name, number] of Object.entries(push.teams ?? {})) teams[name] = Math.max(teams[name] ?? 0, number);
  const said = push.conversation?.id === conversation ? push.conversation : null;
  if (!said) return { teams, conversation: known.conversation, present: known.present };
  const before = known.conversation?.id === conversation ? known.conversation : { version: 0, changes: 0 };
  const version = Math.max(before.version, said.version ?? 0);
  const changes = Math.max(before.changes, said.changes ?? 0);
  return { teams, conversation: { id: said.id, version, changes }, present: push.present ?? known.present };
}

/** Take the sign that somebody types away if nothing more is heard of it. */
function watchTyping() {
  clearTimeout(quiet);
  if (!news.get().present.some((each) => each.typing)) return;
  quiet = setTimeout(() => {
    news.change(({ present }) => ({ present: present.map((each) => ({ ...each, typing: false })) }));
  }, OTHERS_TYPE_MS);
}

/** @param {Changes} changes */
async function tell(changes) {
  for (const team of changes.teams) waiting.add(team);
  mineWaits ||= changes.mine;
  const waits = mineWaits || waiting.size > 0;
  if (changes.conversation || (waits && Date.now() - listsTold >= pauseOfLists())) await tellNow(changes.conversation);
  else if (waits) lists ??= setTimeout(() => tellNow(false), listsTold + pauseOfLists() - Date.now());
}

/** @param {boolean} conversation */
async function tellNow(conversation) {
  clearTimeout(lists);
  lists = undefined;
  const changes = { teams: [...waiting], conversation, mine: mineWaits };
  waiting.clear();
  mineWaits = false;
  listsTold = Date.now();
  await Promise.allSettled([...listeners].map((fn) => fn(changes)));
}

function pauseOfLists() {
  return document.visibilityState === "visible" ? LISTS_MS : HIDDEN_LISTS_MS;
}

/** @param {string} conversation */
function query(conversation) {
  if (!conversation) return "";
  const types = Date.now() - typed < TYPING_MS ? "1" : "0";
  return `?${new URLSearchParams({ conversation, typing: types })}`;
}

/**
 * Return the changes between two answers. The first one is news, too: what is shown may have been read before it.
 * @param {Pulse} before
 * @param {Pulse} after
 * @returns {Omit<Changes, "mine">}
 */
export function compare(before, after) {
  const names = new Set([...Object.keys(before.teams), ...Object.keys(after.teams)]);
  return {
    teams: [...names].filter((name) => before.teams[name] !== after.teams[name]),
    conversation: after.conversation !== null && stand(before) !== stand(after),
  };
}

/** @param {Pulse} found */
function stand({ conversation }) {
  return conversation ? `${conversation.id} ${conversation.version} ${conversation.changes}` : "";
}

/** Ask again after a time, unless changes come by themselves. @param {number} [pause] milliseconds */
function plan(pause = pace()) {
  clearTimeout(timer);
  if (!link.isLive()) timer = setTimeout(now, pause);
}

/** Return the milliseconds until the next request. */
function pace() {
  const seconds = workspace.get().me?.settings?.poll_seconds;
  const usual = document.visibilityState === "visible" ? (seconds ? seconds * 1000 : VISIBLE_MS) : HIDDEN_MS;
  return later(usual, failures);
}

/**
 * Return the wait after failures: twice as long each time, up to a minute.
 * @param {number} usual milliseconds
 * @param {number} failed how often in a row
 */
export function later(usual, failed) {
  return Math.min(LONGEST_MS, usual * 2 ** Math.min(failed, 6));
}

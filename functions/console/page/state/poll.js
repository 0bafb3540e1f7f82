/**
 * Polling for news with one small request every few seconds: often while somebody looks, seldom while nobody does, less
 * often the longer it fails. As long as nothing happened the answer is empty, and nothing else is requested. The same
 * request says which conversation this agent views, and whether a reply is being typed there.
 */

import * as api from "../lib/api.js";
import { whenBack } from "../lib/offline.js";
import { slice } from "../lib/store.js";
import { workspace } from "./workspace.js";

export const VISIBLE_MS = 2000;
export const HIDDEN_MS = 15_000;
export const LONGEST_MS = 60_000;
/** Milliseconds after a key press for which an agent counts as typing. */
const TYPING_MS = 4000;

/**
 * @typedef {{agent: {id: string, name: string}, typing: boolean, at: string}} Present
 * @typedef {{teams: Record<string, number>, conversation: {id: string, version: number, changes: number} | null, present: Present[]}} Pulse
 * @typedef {{teams: string[], conversation: boolean}} Changes the teams with changed lists; whether what was watched changed
 */

/** The latest answer: who else is in the open conversation, and counters that grow with each change. */
export const news = slice("pulse", {
  /** @type {Record<string, number>} */
  teams: {},
  /** @type {Pulse["conversation"]} */
  conversation: null,
  /** @type {Present[]} */
  present: [],
});

/** @type {Set<(changes: Changes) => Promise<void> | void>} */
const listeners = new Set();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let watched = "";
let typed = 0;
let tag = "";
let failures = 0;
/** @type {Promise<void> | null} */
let asking = null;

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
  if (conversation) now();
}

/** Say that this agent is typing in the conversation that is watched, with the next request. */
export function typing() {
  const begins = Date.now() - typed > TYPING_MS;
  typed = Date.now();
  if (begins) plan(0);
}

/** The agent stopped typing: sent it, or took it back. */
export function stopTyping() {
  typed = 0;
}

/** Begin to poll, and poll at once whenever the page becomes visible. */
export function start() {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") now();
  });
  addEventListener("focus", () => now());
  addEventListener("online", () => now());
  whenBack(() => now());
  plan(0);
}

/** Ask at once. */
export async function now() {
  clearTimeout(timer);
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
    const changes = compare(news.get(), answer.content);
    news.change(() => answer.content);
    await tell(changes);
  } catch (error) {
    // The banner says so, or the dialog that asks to sign in again.
    failures += 1;
    if (error instanceof api.ApiError && error.status === 400) watched = "";
  }
}

/** @param {Changes} changes */
async function tell(changes) {
  if (!changes.teams.length && !changes.conversation) return;
  await Promise.allSettled([...listeners].map((fn) => fn(changes)));
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
 * @returns {Changes}
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

/** @param {number} [pause] milliseconds */
function plan(pause = pace()) {
  clearTimeout(timer);
  timer = setTimeout(now, pause);
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

/** The live board: read when news comes in, and every half minute, as long as it is shown. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import * as poll from "./poll.js";

const EVERY_MS = 30_000;
/** Milliseconds between two readings at least: news may come in every second. */
const PAUSE_MS = 5000;

/** @typedef {{agent: {id: string | null, name: string | null}, status: string, since: string | null}} Status */

export const board = slice("board", {
  /** @type {import("../lib/schemas.js").Board | null} */
  found: null,
  /** @type {Status[]} */
  statuses: [],
  /** @type {unknown} */
  error: null,
});

/** @type {() => void} */
let end = () => {};
let read = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/** Read the board of a team, or of all, from now on. @param {string} team */
export function start(team) {
  stop();
  const again = () => load(team);
  const silence = poll.onNews(({ teams }) => {
    if (!teams.length || waiting) return;
    waiting = setTimeout(again, Math.max(0, read + PAUSE_MS - Date.now()));
  });
  const clock = setInterval(again, EVERY_MS);
  poll.showLists(team ? [team] : []);
  end = () => {
    silence();
    poll.showLists(null);
    clearInterval(clock);
    clearTimeout(waiting);
    waiting = undefined;
  };
  again();
}

/** Read it no more. */
export function stop() {
  end();
  end = () => {};
}

/** Read who is here; the figures are shown without it, too. @returns {Promise<{items: Status[]}>} */
function statusesOf() {
  return api.getAll("/statuses").catch(() => ({ items: board.get().statuses }));
}

/** @param {string} team */
export async function load(team) {
  clearTimeout(waiting);
  waiting = undefined;
  read = Date.now();
  try {
    const query = team ? `?${new URLSearchParams({ team })}` : "";
    const [found, statuses] = await Promise.all([api.get(`/reports/board${query}`), statusesOf()]);
    board.change(() => ({ found, statuses: statuses.items, error: null }));
  } catch (error) {
    board.change(() => ({ error }));
  }
}

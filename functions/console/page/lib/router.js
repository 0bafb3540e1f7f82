/**
 * Places in the page, as they stand behind the `#`:
 *
 *     #/inbox?status=open     #/c/<conversation>     #/follow-ups     #/reports     #/settings/<tab>     #/unread/<list>
 *     #/board     #/proposals/<proposal>
 */

import { slice } from "./store.js";

/**
 * @typedef {"inbox" | "c" | "for-you" | "posts" | "proposals" | "follow-ups" | "reports" | "settings" | "unread" | "board"} Name
 * @typedef {{name: Name, id: string, query: URLSearchParams, hash: string}} Place `id` is the conversation, the tab or the list
 */

/** @type {Name[]} */
const NAMES = ["inbox", "c", "for-you", "posts", "proposals", "follow-ups", "reports", "settings", "unread", "board"];

export const router = slice("router", { place: parse("#/inbox") });

/**
 * The place of a hash; the inbox, where it is none.
 * @param {string} hash
 * @returns {Place}
 */
export function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [first = "", id = ""] = path.split("/");
  const name = NAMES.find((name) => name === first) ?? "inbox";
  return { name, id: decode(id), query: new URLSearchParams(query), hash };
}

/** @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * The hash of a place.
 * @param {Name} name
 * @param {string} [id]
 * @param {Record<string, string>} [query] empty values are left out
 */
export function hashOf(name, id = "", query = {}) {
  const kept = Object.entries(query).filter(([, value]) => value);
  const search = kept.length ? `?${new URLSearchParams(kept)}` : "";
  return `#/${name}${id ? `/${encodeURIComponent(id)}` : ""}${search}`;
}

/**
 * Go somewhere; with `replace`, without a step to go back to.
 * @param {string} hash
 * @param {{replace?: boolean}} [options]
 */
export async function go(hash, { replace = false } = {}) {
  if (hash === location.hash || !(await mayLeave(parse(hash)))) return;
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  arrive();
}

/** @typedef {(next: Place) => true | Promise<boolean>} Hold `true` where nobody has to be asked */

/** @type {Set<Hold>} */
const holds = new Set();

/**
 * Ask this before the place is left for another, and stay if the answer is no; returns what ends it.
 * @param {Hold} asked
 */
export function hold(asked) {
  holds.add(asked);
  return () => {
    holds.delete(asked);
  };
}

/**
 * Ask all who hold the place, one after the other. `true` at once where nobody has to be asked.
 * @param {Place} next
 * @param {Hold[]} [left]
 * @returns {true | Promise<boolean>}
 */
function mayLeave(next, left = [...holds]) {
  for (const [index, asked] of left.entries()) {
    const answer = asked(next);
    if (answer !== true) return answer.then((agreed) => agreed && mayLeave(next, left.slice(index + 1)));
  }
  return true;
}

/** Somebody followed a link or went back. Where that has to be asked first, the address stays as it was meanwhile. */
async function moved() {
  const wanted = location.hash;
  // Going back tells of a hash twice, once here; a link tells once, also here.
  if (wanted === place().hash) return;
  const answer = mayLeave(parse(wanted));
  if (answer !== true) {
    history.pushState(null, "", place().hash || "#/inbox");
    if (!(await answer)) return;
    history.pushState(null, "", wanted);
  }
  arrive();
}

/** The current place. */
export function place() {
  return router.get().place;
}

/** @type {(place: Place) => void} */
let whenArrived = () => {};

/** Follow the address; `arrived` is called with each place, the first included. @param {(place: Place) => void} arrived */
export function start(arrived) {
  whenArrived = arrived;
  addEventListener("popstate", moved);
  arrive();
}

function arrive() {
  const next = parse(location.hash);
  router.change(() => ({ place: next }));
  whenArrived(next);
}

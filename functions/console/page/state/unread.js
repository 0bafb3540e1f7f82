/** The number of messages that could not be read, for the notice above the inbox. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";

/** It is looked after the inbox itself has come, and then now and again. */
const FIRST_MS = 1500;
const AGAIN_MS = 300_000;

export const unread = slice("unread", { count: 0, more: false });

/** Keep the number up to date; returns what ends it. */
export function watch() {
  const first = setTimeout(refresh, FIRST_MS);
  const again = setInterval(refresh, AGAIN_MS);
  return () => {
    clearTimeout(first);
    clearInterval(again);
  };
}

/** Read the number once. If that fails it stays as it was, and is read later. */
export async function refresh() {
  try {
    const { items, more } = await api.get("/unread");
    unread.change(() => ({ count: items.length, more }));
  } catch {
    // The inbox itself says that there is no connection.
  }
}

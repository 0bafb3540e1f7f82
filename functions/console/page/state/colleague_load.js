/** Status of colleagues, and how much they hold. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";

const KEPT_MS = 20_000;

export const loads = slice("colleague_load", {
  /** @type {import("../lib/schemas.js").AgentStatus[]} */
  items: [],
});

let asked = 0;

/** Read the statuses, asked at most every twenty seconds; without them, colleagues are shown by name. */
export async function read() {
  if (Date.now() - asked < KEPT_MS) return;
  asked = Date.now();
  try {
    const { items } = await api.getAll("/statuses?held=true");
    loads.change(() => ({ items }));
  } catch {
    asked = 0;
  }
}

/** The report of active dialogue: what became of the posts that searches found in some weeks. */

import * as api from "../lib/api.js";
import { period } from "../lib/report_metrics.js";
import { slice } from "../lib/store.js";

export const outreach = slice("reports.outreach", {
  /** @type {import("../lib/schemas.js").OutreachReport | null} */
  found: null,
  /** @type {unknown} */
  error: null,
  asked: "",
});

/** Read the weeks up to this one. @param {string} team @param {number} weeks */
export async function load(team, weeks) {
  const query = new URLSearchParams({ ...period(Date.now(), weeks), ...(team ? { team } : {}) }).toString();
  outreach.change(() => ({ asked: query, error: null }));
  try {
    const found = await api.getAll(`/reports/outreach?${query}`, "rows");
    if (outreach.get().asked === query) outreach.change(() => ({ found }));
  } catch (error) {
    if (outreach.get().asked === query) outreach.change(() => ({ error }));
  }
}

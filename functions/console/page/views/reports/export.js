/** Saves a report as CSV. */

import * as api from "../../lib/api.js";
import { toast } from "../../lib/dialogs.js";
import { t } from "../../lib/texts.js";
import { part, question } from "../../state/report.js";

export async function save() {
  part.change(() => ({ exporting: true }));
  try {
    const query = question();
    const blob = await api.file(`/reports/overview?${query}&format=csv`);
    offer(blob, `nachfrage-${query.get("from")}-${query.get("to")}.csv`);
  } catch (error) {
    toast(error instanceof api.ApiError ? error.message : t("reports.csv_failed"), { kind: "bad" });
  }
  part.change(() => ({ exporting: false }));
}

/**
 * Let the browser save a file.
 * @param {Blob} blob
 * @param {string} name
 */
function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

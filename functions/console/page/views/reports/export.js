/** Saves a report as CSV. */

import * as api from "../../lib/api.js";
import { toast } from "../../lib/dialogs.js";
import { saveFile } from "../../lib/save_file.js";
import { t } from "../../lib/texts.js";
import { part, question } from "../../state/report.js";

export async function save() {
  part.change(() => ({ exporting: true }));
  try {
    const query = question();
    const blob = await api.file(`/reports/overview?${query}&format=csv`);
    saveFile(blob, `nachfrage-${query.get("from")}-${query.get("to")}.csv`);
  } catch (error) {
    toast(error instanceof api.ApiError ? error.message : t("reports.csv_failed"), { kind: "bad" });
  }
  part.change(() => ({ exporting: false }));
}

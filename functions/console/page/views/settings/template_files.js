/** The files of a template: uploaded when they are chosen, and kept when it is saved. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { typeOf } from "../../lib/file_rules.js";
import { sized } from "../../lib/file_size.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { put } from "../../state/files.js";

/** @typedef {import("../../lib/schemas.js").TemplateFile} TemplateFile */

/** Files of one template at most. */
const MOST = 4;
/** Bytes of one file at most. */
const LARGEST = 10_000_000;

const uploads = slice("template_files", { busy: false });

/**
 * Return the list of a template's files, with the button that adds one.
 * @param {string} team
 * @param {TemplateFile[]} files
 * @param {(files: TemplateFile[]) => void} change
 */
export function template(team, files, change) {
  const { busy } = uploads.get();
  const chosen = async (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    input.value = "";
    const added = file && (await upload(team, file));
    if (added) change([...files, added]);
  };
  const open = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLElement} */ (event.currentTarget).nextElementSibling;
    /** @type {HTMLInputElement} */ (input).click();
  };
  return html`
    <div class="field template-files">
      <span class="label" id="template-files">${t("settings.templates.files")}</span>
      <ul aria-labelledby="template-files">
        ${files.map(
          (file) => html`
            <li>
              ${icon("attachment")}<span class="one-line" dir="auto">${file.name}</span><span class="muted">${sized(file.size)}</span>
              <button type="button" class="icon-button small" aria-label=${t("settings.templates.remove_file", { name: file.name })} title=${t("settings.templates.remove_file", { name: file.name })} @click=${() => change(files.filter(({ id }) => id !== file.id))}>${icon("close")}</button>
            </li>`,
        )}
      </ul>
      ${
        files.length < MOST
          ? html`<button type="button" class="button small" ?disabled=${busy} @click=${open}>${icon("plus")}${t("settings.templates.add_file")}</button>
            <input type="file" class="unseen" tabindex="-1" aria-hidden="true" @change=${chosen}>`
          : nothing
      }
      <span class="hint">${t("settings.templates.files_hint", { n: MOST, size: sized(LARGEST) })}</span>
    </div>`;
}

/** @param {string} team @param {File} file @returns {Promise<TemplateFile | null>} */
async function upload(team, file) {
  uploads.change(() => ({ busy: true }));
  try {
    const asked = { name: file.name.slice(-200), type: typeOf(file), size: file.size };
    const offer = await api.send("POST", `/teams/${encodeURIComponent(team)}/template-files`, asked);
    await put(offer.upload, file, new AbortController().signal, () => {});
    return { id: offer.id, ...asked };
  } catch (error) {
    const text = error instanceof api.ApiError ? explain(error).text : t("files.failed", { name: file.name });
    toast(text, { kind: "bad", seconds: 8 });
    return null;
  } finally {
    uploads.change(() => ({ busy: false }));
  }
}

/** Questions before something is done to a person or a message on the platform, loaded when they are asked. */

import { html } from "lit-html";
import * as dialogs from "../../lib/dialogs.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";

/** Actions that are marked as dangerous. */
const DANGEROUS = ["block", "delete"];

/**
 * Ask whether an action of the menus is meant; true for yes.
 * @param {string} action names the texts `ask.<action>.title`, `ask.<action>.text` and `more.<action>`
 * @param {string} who the person it is about
 */
export function confirm(action, who) {
  return dialogs.confirm({
    title: t(`ask.${action}.title`, { who }),
    text: t(`ask.${action}.text`, { who }),
    action: t(`more.${action}`),
    danger: DANGEROUS.includes(action),
  });
}

/**
 * Ask for the new text of a message; `undefined` where it is left as it is.
 * @param {string} before
 * @returns {Promise<string | undefined>}
 */
export async function rewrite(before) {
  let text = before;
  const agreed = await dialogs.open(t("ask.edit.title"), (close) => {
    const type = (/** @type {Event} */ event) => {
      text = /** @type {HTMLTextAreaElement} */ (event.target).value;
      schedule();
    };
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (text.trim() && text !== before) close(true);
    };
    return html`
      <form @submit=${submit}>
        <div class="field">
          <label for="edit-text">${t("ask.edit.text")}</label>
          <textarea id="edit-text" class="input" dir="auto" rows="6" autofocus .value=${text} @input=${type}></textarea>
        </div>
        <div class="buttons">
          <button type="button" class="button" @click=${() => close(false)}>${t("dialog.cancel")}</button>
          <button class="button primary" ?disabled=${!text.trim() || text === before}>${t("ask.edit.save")}</button>
        </div>
      </form>`;
  });
  return agreed === true ? text : undefined;
}

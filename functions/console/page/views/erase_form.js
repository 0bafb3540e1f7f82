/** The form that asks for a word before a person is erased, so that it takes more than a click. */

import { html, nothing } from "lit-html";
import * as dialogs from "../lib/dialogs.js";
import { schedule } from "../lib/store.js";
import { t } from "../lib/texts.js";

/**
 * The choice whether a person whose data is erased may be found again.
 * @param {boolean} isChosen
 * @param {(isChosen: boolean) => void} choose
 */
export function keepOut(isChosen, choose) {
  return html`
    <label class="ticked">
      <input type="checkbox" .checked=${isChosen} @change=${(/** @type {any} */ event) => choose(event.target.checked)}>
      <span>${t("erase.keep_out")}<span class="hint">${t("erase.keep_out.hint")}</span></span>
    </label>`;
}

/**
 * Ask for the word; true once it was written and the button was pressed.
 * @param {{ title: string, text: string, word: string, button: string, more?: () => unknown }} shown what `more` returns stands below the word
 */
export function confirmErasing({ title, text, word, button, more = () => nothing }) {
  let typed = "";
  return dialogs.open(title, (close) => {
    const type = (/** @type {Event} */ event) => {
      typed = /** @type {HTMLInputElement} */ (event.target).value;
      schedule();
    };
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (typed.trim() === word) close(true);
    };
    return html`
      <form @submit=${submit}>
        <p dir="auto">${text}</p>
        <div class="field erase-field">
          <label for="erase-word"><span dir="auto">${t("erase.type", { word })}</span></label>
          <input id="erase-word" class="input" dir="auto" autocomplete="off" autofocus .value=${typed} @input=${type}>
        </div>
        ${more()}
        <div class="buttons">
          <button type="button" class="button" @click=${() => close(false)}>${t("dialog.cancel")}</button>
          <button class="button danger" ?disabled=${typed.trim() !== word}>${button}</button>
        </div>
      </form>`;
  });
}

/**
 * Ask whether a conversation, or a customer with all of theirs, is erased; the query of the request, or null for no.
 * @param {"erase" | "erase_customer"} action
 * @param {string} name
 */
export async function ask(action, name) {
  const word = name.trim() || t("erase.word");
  const fields = { who: name || t("person.customer"), word };
  let keepsOut = false;
  const choice = () => keepOut(keepsOut, (isChosen) => (keepsOut = isChosen));
  const isPerson = action === "erase_customer";
  const agreed = await confirmErasing({
    title: t(`ask.${action}.title`, fields),
    text: t(`ask.${action}.text`, fields),
    word,
    button: t(`more.${action}`),
    more: isPerson ? choice : undefined,
  });
  if (agreed !== true) return null;
  return isPerson ? `?keep_out=${keepsOut}` : "";
}

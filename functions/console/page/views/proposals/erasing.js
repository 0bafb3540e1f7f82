/** Erasing the author of a found post, who may have no conversation with us. It takes more than a click. */

import { html } from "lit-html";
import * as dialogs from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { go } from "../../lib/router.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as one from "../../state/open_proposal.js";
import { hash } from "./list.js";

/** Ask for the person's name, erase all that is kept of them, and show the list. */
export async function erase() {
  const { proposal } = one.opened.get();
  if (!proposal || (await confirmed(proposal.post.author.name?.trim() ?? "")) !== true) return;
  try {
    await one.erasePerson();
    dialogs.toast(t("erase.done"), { kind: "good" });
    go(hash(), { replace: true });
  } catch (error) {
    dialogs.toast(explain(error).text, { kind: "bad", seconds: 8 });
  }
}

/** @param {string} name */
function confirmed(name) {
  const word = name || t("erase.word");
  const who = name || t("person.unknown");
  let typed = "";
  return dialogs.open(t("proposals.erase.title", { who }), (close) => {
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
        <p>${t("proposals.erase.text")}</p>
        <div class="field erase-field">
          <label for="erase-word"><span dir="auto">${t("erase.type", { word })}</span></label>
          <input id="erase-word" class="input" dir="auto" autocomplete="off" autofocus .value=${typed} @input=${type}>
        </div>
        <div class="buttons">
          <button type="button" class="button" @click=${() => close(false)}>${t("dialog.cancel")}</button>
          <button class="button danger" ?disabled=${typed.trim() !== word}>${t("proposals.step.erase")}</button>
        </div>
      </form>`;
  });
}

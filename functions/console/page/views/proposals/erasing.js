/** Erasing the author of a found post, who may have no conversation with us. It takes more than a click. */

import { nothing } from "lit-html";
import * as dialogs from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { go } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as one from "../../state/open_proposal.js";
import { confirmErasing, keepOut } from "../erase_form.js";
import { hash } from "./list.js";

/** Ask for the person's name, erase all that is kept of them, and show the list. */
export async function erase() {
  const { proposal } = one.opened.get();
  if (!proposal) return;
  const keepsOut = await confirmed(proposal.post.author.name?.trim() ?? "", proposal.post.author.id !== null);
  if (keepsOut === null) return;
  try {
    await one.erasePerson(keepsOut);
    dialogs.toast(t("erase.done"), { kind: "good" });
    go(hash(), { replace: true });
  } catch (error) {
    dialogs.toast(explain(error).text, { kind: "bad", seconds: 8 });
  }
}

/**
 * Return whether the person is kept out from now on; null where nobody is erased.
 * @param {string} name
 * @param {boolean} isKnown the platform names the person, so that they can be found again
 * @returns {Promise<boolean | null>}
 */
async function confirmed(name, isKnown) {
  let keepsOut = isKnown;
  const word = name || t("erase.word");
  const who = name || t("person.unknown");
  const isErased = await confirmErasing({
    title: t("proposals.erase.title", { who }),
    text: t("proposals.erase.text"),
    word,
    button: t("proposals.step.erase"),
    more: () => (isKnown ? keepOut(keepsOut, (isChosen) => (keepsOut = isChosen)) : nothing),
  });
  return isErased === true ? keepsOut : null;
}

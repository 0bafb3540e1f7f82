/** Erasing the author of a found post, who may have no conversation with us. It takes more than a click. */

import * as dialogs from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { go } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as one from "../../state/open_proposal.js";
import { confirmErasing } from "../erase_form.js";
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
  return confirmErasing({
    title: t("proposals.erase.title", { who }),
    text: t("proposals.erase.text"),
    word,
    button: t("proposals.step.erase"),
  });
}

/** The data of the author of a found post: their opt-out, said to us on another way, and a copy of all that is known. */

import { html, nothing } from "lit-html";
import * as dialogs from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { saveFile } from "../../lib/save_file.js";
import * as session from "../../lib/session.js";
import { t } from "../../lib/texts.js";
import * as one from "../../state/open_proposal.js";

/** The buttons, for an author whom the platform names. @param {import("../../lib/schemas.js").Proposal} proposal */
export function template({ post, context }) {
  if (!post.author.id) return nothing;
  return html`
    <p class="row-actions">
      ${context?.person.declined ? nothing : html`<button type="button" class="button slight" @click=${optOut}>${icon("close")}${t("proposals.opt_out")}</button>`}
      ${session.is("lead", "admin") ? html`<button type="button" class="button slight" @click=${save}>${icon("download")}${t("settings.card.export")}</button>` : nothing}
    </p>`;
}

async function optOut() {
  const isSure = await dialogs.confirm({
    title: t("proposals.opt_out.title"),
    text: t("proposals.opt_out.text"),
    action: t("proposals.opt_out"),
    danger: true,
  });
  if (!isSure) return;
  try {
    await one.optOut();
    dialogs.toast(t("proposals.opt_out.done"), { kind: "good" });
  } catch (error) {
    dialogs.toast(explain(error).text, { kind: "bad" });
  }
}

async function save() {
  const { id } = one.opened.get();
  try {
    const known = JSON.stringify(await one.everything(), null, 2);
    const day = new Date().toISOString().slice(0, 10);
    saveFile(new Blob([known], { type: "application/json" }), `nachfrage-person-${id.slice(0, 8)}-${day}.json`);
  } catch (error) {
    dialogs.toast(explain(error).text, { kind: "bad" });
  }
}

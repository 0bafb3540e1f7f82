/** The steps of a macro, shown before it takes them. */

import { html, nothing } from "lit-html";
import { open } from "../../lib/dialogs.js";
import { inWords } from "../../lib/durations.js";
import { piecesOf } from "../../lib/template_fields.js";
import { t } from "../../lib/texts.js";

/** @typedef {import("../../lib/schemas.js").Macro} Macro */

/**
 * Show the steps of a macro; resolves with whether they are to be taken.
 * @param {Macro} macro
 */
export async function agreeTo(macro) {
  const agreed = await open(
    macro.title,
    (close) => html`
      <p>${t("composer.macro.will")}</p>
      <ul class="macro-steps">${macro.actions.map((action) => html`<li>${step(action)}</li>`)}</ul>
      <div class="buttons">
        <button class="button" @click=${() => close(false)}>${t("dialog.cancel")}</button>
        <button class="button primary" autofocus @click=${() => close(true)}>${t("composer.macro.run")}</button>
      </div>`,
  );
  return agreed === true;
}

/** @param {Macro["actions"][number]} action */
function step(action) {
  const [kind, value] = /** @type {[string, any]} */ (Object.entries(action).find(([, each]) => each !== null));
  const said = STEPS[kind]?.(value) ?? "";
  const text = kind === "reply" ? value.text : "";
  return html`${t(`composer.macro.${kind}`, { what: said })}${text ? html`<q class="macro-text" dir="auto">${piecesOf(text, "answer").map((piece) => (piece.field ? html`<mark>${t(`composer.macro.field.${piece.field}`)}</mark>` : piece.text))}</q>` : nothing}`;
}

/** @type {Record<string, (value: any) => string>} */
const STEPS = {
  tag: ({ add, remove }) =>
    [...(add ?? []), ...(remove ?? []).map((/** @type {string} */ tag) => `−${tag}`)].join(", "),
  assign: ({ assignee, team }) =>
    team || (assignee === "me" || !assignee ? t("composer.macro.me") : t("composer.macro.colleague")),
  follow_up: ({ after }) => (after ? inWords(after) : t("composer.macro.usual")),
  snooze: ({ after }) => (after ? inWords(after) : t("composer.macro.until_answer")),
};

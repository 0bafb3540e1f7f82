/** The words that go out below a mail: the team's signature, and the mail that is answered. */

import { html, nothing } from "lit-html";
import { t } from "../../lib/texts.js";

/** @param {import("../../lib/schemas.js").Conversation} conversation */
export function below(conversation) {
  if (!conversation.answer) return nothing;
  const { signature } = conversation.answer;
  return html`
    <div class="composer-below">
      ${signature ? html`<p class="composer-signature" dir="auto" aria-label=${t("composer.signature")}>${signature}</p>` : nothing}
      <p class="muted">${t("composer.quoted_below")}</p>
    </div>`;
}

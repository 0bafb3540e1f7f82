/** Test of routing rules: what they would have changed, shown before they are saved. */

import { html, nothing } from "lit-html";
import { open } from "../../lib/dialogs.js";
import { number } from "../../lib/format.js";
import { hashOf } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { attempt, editor, part, summary } from "../../state/routing_rules.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/schemas.js").RoutingTest} Trial
 */

const SHOWN = 50;

/** Save, after having seen what that would have changed. */
export async function trySaving() {
  if (!part.get().trial && !(await attempt())) return;
  const trial = /** @type {Trial} */ (part.get().trial);
  const agreed = await open(
    t("settings.routing.sure"),
    (close) => html`
      ${trialBody(trial)}
      <div class="buttons">
        <button class="button" @click=${() => close(false)}>${t("settings.routing.not_yet")}</button>
        <button class="button primary" autofocus @click=${() => close(true)}>${t("settings.routing.save")}</button>
      </div>`,
    { wide: true },
  );
  if (agreed && (await editor.save())) part.change(() => ({ trial: null, open: "" }));
}

/** @param {Trial} trial */
export function trialCard(trial) {
  return form.card(t("settings.routing.trial"), trialBody(trial));
}

/** @param {Trial} trial */
function trialBody(trial) {
  const matched = Object.entries(trial.per_rule).map(([name, n]) =>
    t("settings.routing.matched", { name, n, count: number(n) }),
  );
  return html`
    <p>${summary(trial)}</p>
    ${matched.length ? html`<p class="muted">${matched.join(" · ")}</p>` : nothing}
    <ul class="trial">
      ${trial.changes.slice(0, SHOWN).map(
        ({ conversation, from, to, rule }) => html`
          <li>
            <a href=${hashOf("c", conversation.id)} target="_blank"><bdi>${conversation.customer?.name || t("person.unknown")}</bdi></a>
            <span class="one-line muted" dir="auto">${conversation.preview}</span>
            <span>${t("settings.routing.from_to", { from: adminLists.teamLabel(from), to: adminLists.teamLabel(to), rule })}</span>
          </li>`,
      )}
    </ul>
    ${trial.changes.length > SHOWN ? html`<p class="muted">${t("settings.routing.more_changes", { n: trial.changes.length - SHOWN })}</p>` : nothing}`;
}

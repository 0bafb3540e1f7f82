/** The line above the text: where it appears, who can read it, and until when the platform permits it. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { t } from "../../lib/texts.js";
import * as drafts from "../../state/drafts.js";
import { channelLabel } from "../../state/workspace.js";
import { focusField } from "./actions.js";
import { names } from "./recipients.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../lib/text_length.js").Route} Route
 * @typedef {"note" | "public" | "private"} Where
 */

export function noteWhere() {
  return html`<label class="composer-where" for="note">${icon("note")}<span>${t("composer.where.note")}</span></label>`;
}

/**
 * @param {Conversation} conversation
 * @param {import("../../state/drafts.js").Draft} draft
 * @param {Where} where
 * @param {Route[]} routes
 * @param {Route | undefined} route
 */
export function whereLine(conversation, draft, where, routes, route) {
  const fields = {
    channel: channelLabel(conversation.channel),
    who: names(conversation, draft) || conversation.customer?.name || t("person.customer"),
  };
  return html`
    <div class="composer-line">
      <label class="composer-where" for="answer">${icon(where)}<span dir="auto">${t(`composer.where.${where}`, fields)}</span></label>
      ${routes.length > 1 ? visibilityChoice(conversation, where, routes) : nothing}
      <span class="composer-until">${until(conversation, where, routes, route)}</span>
    </div>`;
}

/**
 * @param {Conversation} conversation
 * @param {Where} where
 * @param {Route[]} routes
 */
function visibilityChoice(conversation, where, routes) {
  const take = (/** @type {Route["visibility"]} */ visibility) => () => {
    drafts.change(conversation.id, { visibility, ...(visibility === "private" ? { both: false } : {}) });
    focusField();
  };
  return html`
    <fieldset class="segments composer-ways">
      <legend class="unseen">${t("composer.ways")}</legend>
      ${routes.map(
        ({ visibility }) => html`
          <label><input type="radio" name="way" .checked=${live(visibility === where)} @change=${take(visibility)}><span>${t(`visibility.${visibility}`)}</span></label>`,
      )}
    </fieldset>`;
}

/** Texts for private routes that end. @type {Record<string, string>} */
const UNTIL = { human_agent: "composer.until.late", private_reply: "composer.until.once" };

/**
 * Return what the platform permits, and until when.
 * @param {Conversation} conversation
 * @param {Where} where
 * @param {Route[]} routes
 * @param {Route | undefined} route
 */
function until(conversation, where, routes, route) {
  if (route?.way === "replace") return t("composer.replaces");
  if (where === "public") return routes.length === 1 ? t("composer.public_only") : nothing;
  const at = route?.until ?? conversation.window_ends_at;
  return at ? html`${icon("clock")}${t(UNTIL[route?.way ?? ""] ?? "composer.until.open", { at: soon(at) })}` : nothing;
}

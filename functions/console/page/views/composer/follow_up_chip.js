/** The follow-up that is scheduled with a reply. */

import { html, nothing } from "lit-html";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as answering from "../../state/answering.js";
import * as drafts from "../../state/drafts.js";
import { inWords, planOf } from "../../state/follow_up_plans.js";
import { inTeamTime, usualAfter } from "../../state/team_rules.js";
import { languageChoice, openFollowUpChoice, planned, usual } from "./follow_up_choice.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../state/drafts.js").Draft} Draft
 */

/**
 * Return the switch of the follow-up: one click for the team's usual one, the arrow for all else.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function followUpChip(conversation, draft) {
  const usually = inWords(usualAfter(conversation.team));
  const chosen = draft.wish;
  const label = chosen?.at
    ? t("composer.follow_up.on.at", { at: inTeamTime(soon, chosen.at, conversation.team) })
    : t(chosen ? "composer.follow_up.on.after" : "composer.follow_up.off.after", {
        after: chosen?.after ? inWords(chosen.after) : usually,
      });
  const toggle = () => set(conversation, chosen ? null : usual());
  const options = async (/** @type {Event} */ event) => {
    const wish = await openFollowUpChoice(/** @type {Element} */ (event.currentTarget), conversation, chosen, {
      replyTo: answering.replyToOf(conversation, draft),
    });
    if (wish !== undefined) set(conversation, wish);
  };
  return html`
    <span class="ask-chip ${chosen ? "on" : ""}">
      <button type="button" aria-pressed=${Boolean(chosen)} @click=${toggle}>${icon(chosen ? "check" : "follow-ups")}<span>${label}</span></button>
      <button type="button" class="ask-more" aria-haspopup="dialog" aria-label=${t("composer.follow_up.options")} title=${t("composer.follow_up.options")} @click=${options}>${icon("down")}</button>
    </span>`;
}

/**
 * @param {Conversation} conversation
 * @param {import("../../state/drafts.js").Wish | null} wish
 */
function set(conversation, wish) {
  drafts.change(conversation.id, { wish });
  schedule();
}

/**
 * Return the follow-up as the API plans it.
 * @param {Conversation} conversation
 * @param {import("../../state/drafts.js").Wish} wish
 * @param {string} replyTo the id of the one message that it is about
 */
export function followUpLine(conversation, wish, replyTo) {
  const found = planOf(conversation, wish, replyTo);
  const take = (/** @type {"" | "en" | "de"} */ language) => {
    const { language: _, ...rest } = wish;
    set(conversation, language ? { ...rest, language } : rest);
  };
  return html`
    <div class="composer-plan">
      <div role="status">
        <span class="wish-plan">${planned(found)}</span>
        ${found.plan ? html`<q class="follow-up-text" dir="auto">${wish.text || found.plan.text}</q>` : nothing}
      </div>
      ${wish.text ? nothing : languageChoice("plan-language", wish.language ?? "", found.plan?.language ?? "", take)}
    </div>`;
}

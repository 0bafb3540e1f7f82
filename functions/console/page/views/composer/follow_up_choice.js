/** The picker of a follow-up: when and with which text, with the plan beside it. */

import { html, nothing } from "lit-html";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { byClockOf, localInput } from "../../lib/times.js";
import { inWords, planOf, seconds } from "../../state/follow_up_plans.js";
import { usualAfter, zoneOf } from "../../state/team_rules.js";
import { options } from "../options.js";
import { openPick } from "../pick/dialog.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../state/drafts.js").Wish} Wish
 * @typedef {{after: string, at: string, text: string, language: "" | "en" | "de"}} Chosen without `after` and `at` it is the
 *   team's usual time
 */

const CHOICES = ["P3D", "P7D", "P14D"];
const MORNING = 9;

/** The wish for what the team usually does: it names no time, since the page may not have heard of it yet.
 * @returns {Wish} */
export function usual() {
  return {};
}

/**
 * Ask for a wish. Resolves with it, with `null` for none, `undefined` where it was left.
 * @param {Element | null | undefined} anchor
 * @param {Conversation} conversation
 * @param {Wish | null} now
 * @param {{none?: boolean, replyTo?: string}} [options] whether none can be chosen, and the message that it is about
 * @returns {Promise<Wish | null | undefined>}
 */
export function openFollowUpChoice(anchor, conversation, now, { none = true, replyTo = "" } = {}) {
  /** @type {Chosen} */
  const chosen = {
    after: now?.after ?? "",
    at: now?.at ?? "",
    text: now?.text ?? "",
    language: now?.language ?? "",
  };
  const take = (/** @type {Partial<typeof chosen>} */ changed) => {
    Object.assign(chosen, changed);
    schedule();
  };
  return openPick(anchor, t("schedule.title"), (close) => {
    const wish = wishOf(chosen);
    const found = planOf(conversation, wish, replyTo);
    // The team's rules can come after this was opened: what is usual is told by each drawing.
    const team = usualAfter(conversation.team);
    const after = chosen.at ? "" : chosen.after || team;
    const afters = [...new Set([team, ...CHOICES])].sort((one, other) => inOrder(one, other));
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      close(wish);
    };
    return html`
      <form class="wish" @submit=${submit}>
        <h2 class="pick-title">${t("schedule.title")}</h2>
        <fieldset class="wish-when">
          <legend class="unseen">${t("schedule.when")}</legend>
          ${afters.map((duration, index) => option(duration === after, inWords(duration), () => take({ after: duration, at: "" }), index === 0))}
          ${option(Boolean(chosen.at), t("schedule.date"), () => take({ after: "", at: chosen.at || inAWeek() }), false)}
        </fieldset>
        ${chosen.at ? date(chosen.at, zoneOf(conversation.team), (at) => take({ at })) : nothing}
        <p class="wish-plan" role="status">${planned(found)}</p>
        ${languageChoice("wish-language", chosen.language, found.plan?.language ?? "", (language) => take({ language }))}
        <div class="field">
          <label for="wish-text">${t("schedule.text")}</label>
          <textarea id="wish-text" class="input" rows="2" dir="auto" placeholder=${found.plan?.text ?? ""} .value=${chosen.text}
            @input=${(/** @type {Event} */ event) => take({ text: /** @type {HTMLTextAreaElement} */ (event.target).value })}></textarea>
          <span class="hint">${t("schedule.text_hint")}</span>
        </div>
        <div class="buttons">
          ${none && now ? html`<button type="button" class="button" @click=${() => close(null)}>${t("schedule.none")}</button>` : nothing}
          <button class="button primary" ?disabled=${Boolean(found.error)}>${t("schedule.take")}</button>
        </div>
      </form>`;
  });
}

/** Return a plan in words. @param {import("../../state/follow_up_plans.js").Found} found */
export function planned({ plan, error }) {
  if (error) return html`<span class="bad">${explain(error).text}</span>`;
  if (!plan) return html`<span class="muted">${t("schedule.planning")}</span>`;
  return html`${plan.by ? icon(plan.by === "person" ? "person" : "follow-ups") : icon("alert")}<span>${plan.explanation} ${plan.by ? t(`schedule.where.${plan.visibility}`) : nothing}${plan.by && plan.reply_to && plan.person?.name ? html` <bdi class="plan-person">${t("schedule.person", { who: plan.person.name })}</bdi>` : nothing}</span>`;
}

/**
 * @param {boolean} checked
 * @param {string} label
 * @param {() => void} take
 * @param {boolean} first
 */
function option(checked, label, take, first) {
  return html`<label><input type="radio" name="wish" .checked=${checked} ?autofocus=${checked || first} @change=${take}><span>${label}</span></label>`;
}

/**
 * Return the field for a date, by the team's clock like the plan below it.
 * @param {string} at
 * @param {string} zone of the team; empty while it is not known
 * @param {(at: string) => void} take
 */
function date(at, zone, take) {
  const shown = (/** @type {number} */ time) => localInput(new Date(byClockOf(time, zone)));
  const type = (/** @type {Event} */ event) => {
    const value = new Date(/** @type {HTMLInputElement} */ (event.target).value).getTime();
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!Number.isNaN(value)) take(new Date(byClockOf(value, here, zone || here)).toISOString());
  };
  const isOther = byClockOf(Date.parse(at), zone) !== Date.parse(at);
  return html`
    <div class="field">
      <label for="wish-at">${isOther ? t("schedule.at_zone", { zone }) : t("schedule.at")}</label>
      <input id="wish-at" class="input" type="datetime-local" min=${shown(Date.now())} .value=${shown(Date.parse(at))} @change=${type}>
    </div>`;
}

/**
 * Return the choice of the question's language; without one it is that of the conversation.
 * @param {string} id of the field
 * @param {string} chosen
 * @param {string} usual of the plan; empty while it is not known
 * @param {(language: "" | "en" | "de") => void} take
 */
export function languageChoice(id, chosen, usual, take) {
  const name = (/** @type {string} */ language) => (language ? t(`language.${language}`) : "…");
  const automatic = t("schedule.language_usual", { language: name(chosen ? "" : usual) });
  const choices = [["", automatic], ...["de", "en"].map((language) => [language, name(language)])];
  const change = (/** @type {Event} */ event) =>
    take(/** @type {"" | "en" | "de"} */ (/** @type {HTMLSelectElement} */ (event.target).value));
  return html`
    <div class="field">
      <label for=${id}>${t("schedule.language")}</label>
      <select class="input" id=${id} @change=${change}>
        ${options(chosen, choices)}
      </select>
    </div>`;
}

/** @param {Chosen} chosen @returns {Wish} */
function wishOf({ after, at, text, language }) {
  return {
    ...(at ? { at } : after ? { after } : usual()),
    ...(text.trim() ? { text: text.trim() } : {}),
    ...(language ? { language } : {}),
  };
}

function inAWeek() {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 7, MORNING).toISOString();
}

/**
 * @param {string} one
 * @param {string} other
 */
function inOrder(one, other) {
  return seconds(one) - seconds(other);
}

/** The steps of a macro with the values that they would have here, shown before it takes them. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { open } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { byTeamClock, soon } from "../../lib/format_list.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as openConversation from "../../state/open_conversation.js";
import { myId, teamLabel } from "../../state/workspace.js";

/**
 * @typedef {import("../../lib/schemas.js").Macro} Macro
 * @typedef {import("../../lib/schemas.js").MacroPreview} MacroPreview
 */

/**
 * Show what a macro would do in a conversation; resolves with whether it is to be done.
 * @param {string} id of the conversation
 * @param {Macro} macro
 */
export async function agreeTo(id, macro) {
  /** @type {{steps: MacroPreview | null, error: unknown}} */
  const shown = { steps: null, error: null };
  api.get(openConversation.path(`/macros/${encodeURIComponent(macro.name)}`, id)).then(
    (steps) => {
      shown.steps = steps;
      schedule();
    },
    (error) => {
      shown.error = error;
      schedule();
    },
  );
  const agreed = await open(macro.title, (close) => body(shown, close));
  return agreed === true;
}

/**
 * @param {{steps: MacroPreview | null, error: unknown}} shown
 * @param {(agreed: boolean) => void} close
 */
function body({ steps, error }, close) {
  const unfilled = steps?.reply?.unfilled ?? [];
  return html`
    ${steps ? list(steps) : error ? html`<p class="bad" role="alert">${explain(error).text}</p>` : html`<p class="muted" role="status">${t("shell.loading")}</p>`}
    ${unfilled.length ? html`<p class="bad" role="alert">${t("composer.macro.unfilled", { fields: unfilled.map((field) => t(`composer.macro.field.${field}`)).join(", ") })}</p>` : nothing}
    <div class="buttons">
      <button class="button" @click=${() => close(false)}>${t("dialog.cancel")}</button>
      <button class="button primary" autofocus ?disabled=${Boolean(error) || unfilled.length > 0} @click=${() => close(true)}>${t("composer.macro.run")}</button>
    </div>`;
}

/** @param {MacroPreview} steps */
function list({ reply, tag, assign, follow_up: plan, snooze, resolve, zone }) {
  const lines = [
    reply ? html`${t("composer.macro.reply")}<q class="macro-text" dir="auto">${reply.text}</q>` : null,
    ...(tag?.add ?? []).map((name) => t("composer.macro.tag_add", { tag: name })),
    ...(tag?.remove ?? []).map((name) => t("composer.macro.tag_remove", { tag: name })),
    assign ? receiver(assign) : null,
    plan
      ? html`${t("composer.macro.follow_up", { text: plan.text ?? "" })}<span class="macro-plan">${plan.explanation}</span>`
      : null,
    snooze ? t("composer.macro.snooze", { at: byTeamClock(soon, snooze.until, zone) }) : null,
    resolve ? t("composer.macro.resolve") : null,
  ];
  return html`
    <p>${t("composer.macro.will")}</p>
    <ul class="macro-steps">${lines.filter((line) => line !== null).map((line) => html`<li>${line}</li>`)}</ul>`;
}

/** @param {NonNullable<MacroPreview["assign"]>} assign */
function receiver({ assignee, team }) {
  const name = assignee?.name ?? "";
  const who = assignee && assignee.id === myId() ? t("composer.macro.me", { name }) : name;
  if (team)
    return t(assignee ? "composer.macro.assign_both" : "composer.macro.assign_team", { who, team: teamLabel(team) });
  return assignee ? t("composer.macro.assign", { who }) : t("composer.macro.assign_nobody");
}

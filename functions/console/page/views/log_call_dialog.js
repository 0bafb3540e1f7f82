/** The dialog that logs a call or visit of somebody who may not be known, from the list. */

import { html } from "lit-html";
import * as api from "../lib/api.js";
import * as dialogs from "../lib/dialogs.js";
import { explain } from "../lib/errors.js";
import { go, hashOf } from "../lib/router.js";
import { schedule } from "../lib/store.js";
import { t } from "../lib/texts.js";
import { channelLabel, me, usualTeam, workspace } from "../state/workspace.js";
import * as form from "./settings/form.js";

/**
 * @typedef {{kind: string, team: string, name: string, number: string, summary: string, resolve: boolean}} Draft without a
 *   `team` it is that of `teamOf`, which is told by each drawing: the teams can come after the dialog was opened
 */

/** @param {string} preferred the team of the list; empty for none */
export async function openLogCall(preferred) {
  /** @type {Draft} */
  const draft = { kind: "phone", team: "", name: "", number: "", summary: "", resolve: true };
  const state = { wrong: "", busy: false, key: crypto.randomUUID() };
  const teamOf = () => draft.team || usualTeam(preferred);
  me().catch((error) => {
    state.wrong = explain(error).text;
    schedule();
  });
  const logged = await dialogs.open(
    t("settings.card.log"),
    (close) => html`
      <form class="stacked" @submit=${(/** @type {SubmitEvent} */ event) => save(event, { ...draft, team: teamOf() }, state, close)}>
        ${fields(draft, teamOf())}
        ${form.problem("log", state.wrong)}
        <p class="muted">${t("settings.card.log_hint")}</p>
        <div class="buttons">
          <button type="button" class="button" @click=${() => close()}>${t("dialog.cancel")}</button>
          <button class="button primary" ?disabled=${state.busy || !teamOf() || !draft.summary.trim() || !(draft.name.trim() || draft.number.trim())}>${t("settings.card.log_save")}</button>
        </div>
      </form>`,
    { kind: "log" },
  );
  if (logged) go(hashOf("c", logged));
}

/**
 * @param {SubmitEvent} event
 * @param {Draft} draft
 * @param {{wrong: string, busy: boolean, key: string}} state the same `key` for each try, so that it is logged once
 * @param {(id?: string) => void} close
 */
async function save(event, draft, state, close) {
  event.preventDefault();
  if (state.busy) return;
  state.busy = true;
  schedule();
  try {
    const { name, number, ...rest } = draft;
    const who = { ...(name.trim() ? { name } : {}), ...(number.trim() ? { number } : {}) };
    const { id } = await api.send("POST", "/conversations", { ...rest, ...who }, { key: state.key });
    close(id);
  } catch (error) {
    state.wrong = explain(error).text;
  }
  state.busy = false;
  schedule();
}

/**
 * @param {Draft} draft
 * @param {string} team as it is saved; empty while none is known
 */
function fields(draft, team) {
  const set = (/** @type {Partial<typeof draft>} */ change) => {
    Object.assign(draft, change);
    schedule();
  };
  const kinds = ["phone", "visit"].map((kind) => [kind, channelLabel(kind)]);
  const teams = workspace.get().teams.map(({ name, label }) => [name, label]);
  return html`
    ${form.field(
      "log-kind",
      t("settings.card.log_kind"),
      form.select("log-kind", draft.kind, kinds, (kind) => set({ kind })),
    )}
    ${form.field(
      "log-name",
      t("settings.card.name"),
      form.input("log-name", draft.name, (name) => set({ name })),
    )}
    ${form.field(
      "log-number",
      t("settings.card.number"),
      form.input("log-number", draft.number, (number) => set({ number }), { maxlength: 50 }),
    )}
    ${form.field(
      "log-team",
      t("side.team"),
      form.select("log-team", team, teams, (name) => set({ team: name }), { required: true }),
    )}
    <div class="field"><label for="log-summary">${t("settings.card.log_summary")}</label>
      <textarea class="input" id="log-summary" rows="4" dir="auto" maxlength="20000" required .value=${draft.summary}
        @input=${(/** @type {any} */ event) => set({ summary: event.target.value })}></textarea></div>
    ${form.toggle("log-resolve", t("settings.card.log_resolve"), draft.resolve, (resolve) => set({ resolve }))}`;
}

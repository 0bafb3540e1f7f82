/** Choices of an order of the list and of saved views, and the form that saves the list as one. */

import { html, nothing } from "lit-html";
import { confirm, open, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { number } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { go, hashOf } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { addressWith, inbox } from "../../state/inbox.js";
import { fromDocument, given, ORDERS } from "../../state/list_filters.js";
import * as views from "../../state/saved_views.js";
import { teamLabel, workspace } from "../../state/workspace.js";
import { options } from "../options.js";
import { Chooser, openPick } from "../pick/dialog.js";

/** @typedef {import("../pick/dialog.js").Choice} Choice */

const SAVE = "save";

/** Choose an order. @param {Element} anchor */
export async function openOrder(anchor) {
  const choices = () => ORDERS.map((order) => ({ id: order, label: t(`order.${order}`) }));
  const chosen = await choose(anchor, t("order.title"), choices);
  if (chosen) go(addressWith({ sort: chosen === "urgent" ? "" : chosen }));
}

/** Choose a view, or save the list as one. @param {Element} anchor */
export async function openViews(anchor) {
  views.read().then(schedule, (error) => toast(explain(error).text, { kind: "bad" }));
  const chosen = await choose(anchor, t("views.title"), choicesOf);
  if (!chosen) return;
  if (chosen === SAVE) return saveAs();
  const [act, id] = chosen.split(" ");
  const view = views.saved.get().views.find((each) => each.id === id);
  if (view && act === "open") go(hashOf("inbox", "", given(fromDocument(view.filters))));
  if (view && act === "remove") remove(view);
}

/** @returns {Choice[]} */
function choicesOf() {
  const all = views.saved.get().views;
  const lead = session.is("lead", "admin");
  return [
    ...all.map((view) => ({
      id: `open ${view.id}`,
      label: view.name,
      hint: view.count === null ? "" : `${number(view.count)}${view.complete ? "" : "+"}`,
      group: view.team ? t("views.of_team", { team: teamLabel(view.team) }) : t("views.own"),
    })),
    {
      id: SAVE,
      label: t("views.save"),
      group: t("views.more"),
      sign: html`<span class="pick-sign">${icon("plus")}</span>`,
    },
    ...all
      .filter(({ team }) => !team || lead)
      .map((view) => ({
        id: `remove ${view.id}`,
        label: t("views.remove", { name: view.name }),
        group: t("views.more"),
        sign: html`<span class="pick-sign">${icon("trash")}</span>`,
      })),
  ];
}

/**
 * @param {Element} anchor
 * @param {string} label
 * @param {() => Choice[]} choices
 * @returns {Promise<string | undefined>}
 */
function choose(anchor, label, choices) {
  const chooser = new Chooser({ placeholder: label, choices, take: () => {} });
  return openPick(anchor, label, (close) => {
    chooser.take = close;
    return chooser.template();
  });
}

/** @param {import("../../state/saved_views.js").SavedView} view */
async function remove(view) {
  const agreed = await confirm({
    title: t("views.remove", { name: view.name }),
    text: t(view.team ? "views.remove_shared" : "views.remove_own"),
    action: t("views.remove_now"),
    danger: true,
  });
  if (!agreed) return;
  await views.remove(view.id).catch((error) => toast(explain(error).text, { kind: "bad" }));
}

/** Ask for a name, and keep the list under it. */
async function saveAs() {
  const { filters } = inbox.get();
  const teams = () => (session.is("lead", "admin") ? workspace.get().teams : []);
  let name = "";
  let team = "";
  let wrong = "";
  const save = async (/** @type {SubmitEvent} */ event, /** @type {(saved?: boolean) => void} */ close) => {
    event.preventDefault();
    try {
      await views.save(name.trim(), filters, team);
      close(true);
    } catch (error) {
      wrong = explain(error).text;
      schedule();
    }
  };
  const isSaved = await open(
    t("views.save"),
    (close) => html`
      <form class="stacked" @submit=${(/** @type {SubmitEvent} */ event) => save(event, close)}>
        <div class="field">
          <label for="view-name">${t("views.name")}</label>
          <input class="input" id="view-name" required maxlength="80" autofocus autocomplete="off" aria-describedby="view-wrong"
            @input=${(/** @type {any} */ event) => {
              name = event.target.value;
            }}>
          <span class="wrong" id="view-wrong">${wrong || nothing}</span>
        </div>
        ${
          teams().length
            ? html`
              <div class="field">
                <label for="view-team">${t("views.for")}</label>
                <select class="input" id="view-team" @change=${(/** @type {any} */ event) => {
                  team = event.target.value;
                }}>
                  ${options(team, [["", t("views.for_me")], ...teams().map((each) => [each.name, t("views.of_team", { team: each.label || each.name })])])}
                </select>
              </div>`
            : nothing
        }
        <div class="buttons">
          <button type="button" class="button" @click=${() => close()}>${t("dialog.cancel")}</button>
          <button class="button primary">${t("views.save_now")}</button>
        </div>
      </form>`,
  );
  if (isSaved) toast(t("views.saved"), { kind: "good" });
}

/** The toolbar of actions on selected conversations, in place of the search field. */

import { html } from "lit-html";
import { icon } from "../../lib/icons.js";
import { t } from "../../lib/texts.js";
import * as bulkActions from "../../state/bulk_actions.js";
import { conversationsShown, inbox, selectAll, selection } from "../../state/inbox.js";
import { choose } from "../pick/choose.js";

/** @typedef {import("../../state/urgency.js").Listed} Listed */

export function template() {
  const heads = selection();
  const { status } = inbox.get().filters;
  const all = heads.length === conversationsShown().length;
  const button = (
    /** @type {Parameters<typeof icon>[0]} */ drawing,
    /** @type {string} */ text,
    /** @type {(event: Event) => void} */ run,
  ) => html`
    <button class="icon-button" aria-label=${text} title=${text} @click=${run}>${icon(drawing)}</button>`;
  return html`
    <div class="inbox-head bulk" role="toolbar" aria-label=${t("bulk.title")}>
      <button class="icon-button" aria-label=${t("bulk.clear")} title=${t("bulk.clear")} @click=${() => selectAll(false)}>${icon("close")}</button>
      <strong role="status">${t("bulk.selected", { n: heads.length })}</strong>
      ${all ? "" : html`<button class="link-button" @click=${() => selectAll(true)}>${t("bulk.all")}</button>`}
      <span class="bulk-space"></span>
      ${button("person", t("action.assign"), (event) => assign(heads, target(event)))}
      ${button("tag", t("action.tag"), (event) => tag(heads, target(event)))}
      ${status === "snoozed" ? button("clock", t("action.wake"), () => bulkActions.wake(heads)) : button("snooze", t("action.snooze"), (event) => snooze(heads, target(event)))}
      ${status === "resolved" ? button("undo", t("action.reopen"), () => bulkActions.reopen(heads)) : button("check", t("action.resolve"), () => bulkActions.resolve(heads))}
    </div>`;
}

/** @param {Event} event */
function target(event) {
  return /** @type {Element} */ (event.currentTarget);
}

/** Ask who takes them, and hand them over. @param {Listed[]} heads @param {Element | null} [anchor] */
export async function assign(heads, anchor) {
  const [first] = heads;
  const same = heads.every(({ team }) => team === first.team);
  const holder = heads.every(({ assignee }) => assignee?.id === first.assignee?.id) ? first.assignee : null;
  const now = { assignee: holder, team: same ? first.team : "", withNote: heads.length === 1 };
  const chosen = await choose((pick) => pick.openAssign(anchor, now));
  if (chosen) await bulkActions.assign(heads, chosen);
}

/** Ask until when, and put them aside. @param {Listed[]} heads @param {Element | null} [anchor] */
export async function snooze(heads, anchor) {
  const chosen = await choose((pick) => pick.openSnooze(anchor));
  if (chosen) await bulkActions.snooze(heads, chosen);
}

/** Ask for tags, and put them on. @param {Listed[]} heads @param {Element | null} [anchor] */
export async function tag(heads, anchor) {
  const chosen = await choose((pick) =>
    pick.openTags(anchor, { tags: heads.map(({ tags }) => tags ?? []), team: heads[0].team }),
  );
  if (chosen && (chosen.add.length || chosen.remove.length)) await bulkActions.tag(heads, chosen);
}

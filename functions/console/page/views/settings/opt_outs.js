/** Customers who opted out of follow-ups. Only that they declined is stored, not who they are. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { confirm, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { moment, relative } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { hashOf } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { pagedList } from "../../state/paged_list.js";
import { empty } from "../failure.js";
import * as form from "./form.js";
import { pagedListView } from "./paged_list.js";

/** @typedef {import("../../lib/schemas.js").OptOut} OptOut */

/** @type {ReturnType<typeof pagedList<OptOut>>} */
const optOuts = pagedList("settings.opt_outs", (query) => api.get(`/opt-outs${query}`));

export function enter() {
  optOuts.load();
}

export function leave() {}

export function template() {
  return html`${form.head("opt-outs")}${pagedListView(optOuts, {
    row,
    none: () => empty("check", t("settings.opt_outs.none.title"), t("settings.opt_outs.none.text")),
    more: t("follow_ups.more"),
  })}`;
}

/** @param {OptOut} declined */
function row(declined) {
  return html`
    <li class="list-row">
      <span class="list-main">
        <strong>${t("settings.opt_outs.declined", { when: relative(declined.declined_at) })}</strong>
        <span class="muted"><time datetime=${declined.declined_at}>${moment(declined.declined_at)}</time> · ${place(declined)}</span>
      </span>
      ${declined.conversation ? html`<a class="button slight" href=${hashOf("c", declined.conversation)}>${t("settings.opt_outs.open")}</a>` : nothing}
      <button class="button slight" @click=${() => lift(declined)}>${icon("undo")}${t("settings.opt_outs.lift")}</button>
    </li>`;
}

/** Return channel and connection, where there is one. @param {OptOut} declined */
function place({ channel, connection }) {
  const label = channel === "feed" ? t("proposals.feed") : adminLists.channelLabel(channel);
  return [label, connection].filter(Boolean).join(" · ");
}

/** @param {OptOut} declined */
async function lift(declined) {
  const agreed = await confirm({
    title: t("settings.opt_outs.lift_title"),
    text: t("settings.opt_outs.lift_text"),
    action: t("settings.opt_outs.lift"),
  });
  if (!agreed) return;
  try {
    await api.send("DELETE", `/opt-outs/${encodeURIComponent(declined.id)}`);
    optOuts.remove(declined.id);
    toast(t("settings.opt_outs.lifted"), { kind: "good" });
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

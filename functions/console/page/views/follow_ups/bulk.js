/**
 * The view of a bulk follow-up: recipients, timing and text; then a preview of who gets what and who is excluded and
 * why; then it is scheduled, and can be cancelled.
 */

import { html, nothing } from "lit-html";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { hashOf, place } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { look, part, prepare } from "../../state/bulk_follow_up.js";
import { empty, failure } from "../failure.js";
import { recipients, timingAndText } from "./bulk_form.js";
import { previewCard, result } from "./bulk_preview.js";

export function enter() {
  if (!session.is("lead", "admin")) return;
  const batch = place().query.get("batch");
  if (batch && part.get().made?.batch !== batch) {
    // After a reload all that is known is the name, which is enough to take it back.
    part.change(() => ({ made: { promised: -1, left: 0, batch }, released: null }));
  }
  if (!batch) part.change(() => ({ made: null, released: null }));
  prepare();
}

export function leave() {}

export function title() {
  return t("follow_ups.bulk");
}

export function template() {
  return html`
    <div class="admin narrow">
      <header class="admin-head">
        <div>
          <a class="up" href=${hashOf("follow-ups")}>${icon("back")}${t("shell.follow-ups")}</a>
          <h1>${title()}</h1>
          <p class="muted">${t("follow_ups.bulk.lead")}</p>
        </div>
      </header>
      ${session.is("lead", "admin") ? steps() : empty("private", t("failure.forbidden.title"), t("failure.forbidden.text"))}
    </div>`;
}

function steps() {
  const { made, error, preview } = part.get();
  if (made) return html`${result(made)}${error ? problem() : nothing}`;
  if (error && !adminLists.lists.get().teams) return failure(error, prepare);
  return html`
    <form class="bulk-form" @submit=${submit}>
      ${recipients()} ${timingAndText()}
      ${error ? problem() : nothing}
      <div class="buttons">${lookButton()}</div>
    </form>
    ${preview ? previewCard(preview) : nothing}`;
}

/** @param {Event} event */
function submit(event) {
  event.preventDefault();
  look();
}

function lookButton() {
  const { busy, preview } = part.get();
  return html`
    <button class="button ${preview ? "" : "primary"}" ?disabled=${Boolean(busy)}>
      ${icon("search")}${t(busy === "looking" ? "follow_ups.bulk.looking" : "follow_ups.bulk.look")}
    </button>`;
}

function problem() {
  const { title: heading, text } = explain(part.get().error);
  return html`<div class="admin-notice bad" role="alert">${icon("alert")}<div><strong>${heading}</strong><p>${text}</p></div></div>`;
}

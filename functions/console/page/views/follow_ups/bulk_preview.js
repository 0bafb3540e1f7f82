/** The preview of a bulk follow-up, and its result: who gets which message, who is excluded and why. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { moment, number } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { hashOf } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import { chosen, include, make, part, undo } from "../../state/bulk_follow_up.js";

/**
 * @typedef {import("../../lib/schemas.js").BulkEntry} Entry
 */

/** @param {{items: Entry[], count: number, first_at: string | null, last_at: string | null}} preview */
export function previewCard(preview) {
  const asked = preview.items.filter(({ plan }) => plan);
  const left = preview.items.filter(({ plan }) => !plan);
  return html`
    <section class="admin-card bulk-step" id="bulk-preview" tabindex="-1" aria-labelledby="bulk-preview-title">
      <h2 id="bulk-preview-title"><span class="step-number" aria-hidden="true">3</span>${t("follow_ups.bulk.preview")}</h2>
      ${
        asked.length
          ? html`<p>${t("follow_ups.bulk.between", { n: asked.length, count: number(asked.length), first: moment(preview.first_at ?? ""), last: moment(preview.last_at ?? "") })}</p>`
          : html`<p>${t("follow_ups.bulk.nobody")}</p>`
      }
      <ul class="bulk-list">${asked.map(askedRow)}</ul>
      ${left.length ? leftOut(left) : nothing}
      ${asked.length ? makeButtons() : nothing}
    </section>`;
}

function makeButtons() {
  const { busy, done } = part.get();
  const n = chosen().length;
  return html`
    <div class="buttons">
      ${busy === "asking" ? html`<span role="status" class="muted">${t("follow_ups.bulk.progress", { done: number(done), count: number(n) })}</span>` : nothing}
      <button class="button primary" ?disabled=${Boolean(busy) || !n} @click=${make}>${icon("send")}${t("follow_ups.bulk.ask", { n, count: number(n) })}</button>
    </div>`;
}

/** @param {Entry} entry */
function askedRow(entry) {
  const { without } = part.get();
  const id = `bulk-${entry.conversation}`;
  return html`
    <li class="bulk-row">
      <input type="checkbox" id=${id} .checked=${live(!without.has(entry.conversation))} @change=${(/** @type {any} */ event) => include(entry.conversation, event.target.checked)}>
      <label for=${id}>
        <span class="bulk-who">${customerOf(entry)}</span>
        <span dir="auto">${entry.plan?.text ?? t("follow_ups.bulk.text_left")}</span>
        <span class="muted">${entry.plan?.explanation}</span>
      </label>
      ${openLink(entry)}
    </li>`;
}

/** @param {Entry} entry */
function customerOf(entry) {
  return html`<bdi>${entry.customer?.name || t("person.unknown")}</bdi>`;
}

/** @param {Entry} entry */
function openLink(entry) {
  return html`
    <a class="icon-button" href=${hashOf("c", entry.conversation)} target="_blank" aria-label=${t("follow_ups.bulk.open", { name: entry.customer?.name || t("person.unknown") })}>${icon("link")}</a>`;
}

/** List the excluded conversations, by reason. @param {Entry[]} left */
function leftOut(left) {
  /** @type {Map<string, Entry[]>} */
  const reasons = new Map();
  for (const entry of left) {
    const reason = entry.explanation ?? "";
    reasons.set(reason, [...(reasons.get(reason) ?? []), entry]);
  }
  return html`
    <details class="left-out">
      <summary>${t("follow_ups.bulk.left_out", { n: left.length, count: number(left.length) })}</summary>
      ${[...reasons].map(
        ([reason, entries]) => html`
          <h3>${reason} <span class="muted">${number(entries.length)}</span></h3>
          <ul class="bulk-list">${entries.map((entry) => html`<li class="bulk-row left"><span>${customerOf(entry)}</span>${openLink(entry)}</li>`)}</ul>`,
      )}
    </details>`;
}

/** @param {{promised: number, left: number, batch: string}} result */
export function result(result) {
  const { busy, released } = part.get();
  const heading =
    result.promised < 0
      ? t("follow_ups.bulk.made_before")
      : t("follow_ups.bulk.made", { n: result.promised, count: number(result.promised) });
  return html`
    <section class="admin-card bulk-step done" id="bulk-made" tabindex="-1">
      <div class="empty-icon good">${icon("check")}</div>
      <h2>${released === null ? heading : t("follow_ups.bulk.undone", { n: released, count: number(released) })}</h2>
      <p class="muted">${released === null ? t("follow_ups.bulk.made_text") : t("follow_ups.bulk.undone_text")}</p>
      ${result.left > 0 && released === null ? html`<p>${t("follow_ups.bulk.not_scheduled", { n: result.left, count: number(result.left) })}</p>` : nothing}
      <div class="buttons">
        ${
          released === null
            ? html`<button class="button" ?disabled=${Boolean(busy)} @click=${() => undo(result.batch)}>${icon("undo")}${t(busy ? "follow_ups.bulk.undoing" : "follow_ups.bulk.undo")}</button>`
            : nothing
        }
        <a class="button primary" href=${hashOf("follow-ups")}>${t("follow_ups.bulk.to_list")}</a>
      </div>
    </section>`;
}

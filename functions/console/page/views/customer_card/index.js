/** A customer's card, in a dialog: who they are on each platform, what is noted of them, and their conversations. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import * as api from "../../lib/api.js";
import { candidates, fieldChange } from "../../lib/customer_cards.js";
import * as dialogs from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { brief, moment } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { hashOf } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { schedule } from "../../lib/store.js";
import { has, t } from "../../lib/texts.js";
import * as state from "../../state/customer_card.js";
import { channelLabel } from "../../state/workspace.js";
import { options } from "../options.js";
import * as exported from "./export.js";
import * as logCall from "./log_call.js";

/** @typedef {import("../../lib/schemas.js").CustomerCard} CustomerCard */

/** @type {{query: string, found: ReturnType<typeof candidates> | null, note: string, tag: string}} */
const draft = { query: "", found: null, note: "", tag: "" };

/** Open the card of a customer. @param {string} id */
export async function open(id) {
  Object.assign(draft, { query: "", found: null, note: "", tag: "" });
  logCall.reset();
  state.load(id);
  await dialogs.open(t("settings.card.title"), () => content(), { wide: true });
}

function content() {
  const { card, error, busy } = state.part.get();
  const problem = error
    ? html`<p class="mark-word bad" role="alert">${icon("alert")}${explain(error).text}</p>`
    : nothing;
  if (!card) return html`${problem}${error ? nothing : html`<p class="muted">${t("settings.card.loading")}</p>`}`;
  return html`
    <div class="customer-card" aria-busy=${String(busy)}>
      ${problem}${person(card)}${details(card)}${tags(card)}${notes(card)}${identities(card)}${followUps(card)}${conversations(card)}${exported.template(card)}
    </div>`;
}

/** @param {CustomerCard} card */
function person(card) {
  const mayPermit = session.is("lead", "admin");
  return html`
    <section class="card-switches">
      ${check("card-vip", t("settings.card.vip"), card.vip, (vip) => state.change({ vip }))}
      ${check("card-opt-out", t("settings.card.opt_out"), card.opt_out, (opt_out) => state.change({ opt_out }), card.opt_out && !mayPermit)}
    </section>`;
}

/**
 * @param {string} id
 * @param {string} label
 * @param {boolean} checked
 * @param {(checked: boolean) => unknown} changed
 */
function check(id, label, checked, changed, disabled = false) {
  return html`
    <label for=${id}><input type="checkbox" id=${id} .checked=${live(checked)} ?disabled=${disabled}
      @change=${(/** @type {any} */ event) => changed(event.target.checked)}> ${label}</label>`;
}

/** @param {CustomerCard} card */
function details(card) {
  const names = /** @type {const} */ (["name", "number", "address", "language"]);
  return html`
    <section>
      <h3>${t("settings.card.details")}</h3>
      <div class="card-fields">
        ${names.map((name) => text(`card-${name}`, t(`settings.card.${name}`), card[name] ?? "", (value) => state.change({ [name]: value })))}
        ${card.fields.map((field) => teamField(field))}
      </div>
    </section>`;
}

/** @param {CustomerCard["fields"][number]} field */
function teamField(field) {
  const id = `card-${field.team}-${field.name}`;
  const set = (/** @type {string} */ value) => state.change(fieldChange(field, value));
  if (field.type !== "choice") {
    return text(id, field.label, field.value ?? "", set, field.type === "date" ? "date" : "text");
  }
  return html`
    <div class="field"><label for=${id}><bdi>${field.label}</bdi></label>
      <select class="input" id=${id} @change=${(/** @type {any} */ event) => set(event.target.value)}>
        ${options(
          field.value ?? "",
          ["", ...field.choices].map((choice) => [choice, choice]),
        )}
      </select></div>`;
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string} value
 * @param {(value: string) => unknown} changed
 */
function text(id, label, value, changed, type = "text") {
  return html`
    <div class="field"><label for=${id}><bdi>${label}</bdi></label>
      <input class="input" id=${id} type=${type} dir="auto" autocomplete="off" maxlength="500" .value=${value}
        @change=${(/** @type {any} */ event) => changed(event.target.value)}></div>`;
}

/** @param {CustomerCard} card */
function tags(card) {
  const add = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const tag = draft.tag.trim();
    draft.tag = "";
    if (tag) state.change({ tags: [...card.tags, tag] });
  };
  return html`
    <section>
      <h3>${t("settings.card.tags")}</h3>
      <ul class="card-tags">${card.tags.map(
        (tag) => html`<li class="mark-word">${icon("tag")}<bdi>${tag}</bdi>
          <button class="button quiet" aria-label=${t("settings.card.remove_tag", { tag })} @click=${() => state.change({ tags: card.tags.filter((each) => each !== tag) })}>${icon("close")}</button></li>`,
      )}</ul>
      <form class="card-add" @submit=${add}>
        <input class="input" id="card-tag" dir="auto" maxlength="50" aria-label=${t("settings.card.new_tag")} placeholder=${t("settings.card.new_tag")} .value=${live(draft.tag)}
          @input=${(/** @type {any} */ event) => {
            draft.tag = event.target.value;
          }}>
        <button class="button">${t("settings.card.add")}</button>
      </form>
    </section>`;
}

/** @param {CustomerCard} card */
function notes(card) {
  const add = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (draft.note.trim() && (await state.change({ note: draft.note }))) draft.note = "";
    schedule();
  };
  return html`
    <section>
      <h3>${t("settings.card.notes")}</h3>
      <form class="card-add" @submit=${add}>
        <textarea class="input" id="card-note" rows="2" dir="auto" maxlength="2000" aria-label=${t("settings.card.new_note")} placeholder=${t("settings.card.new_note")} .value=${live(draft.note)}
          @input=${(/** @type {any} */ event) => {
            draft.note = event.target.value;
          }}></textarea>
        <button class="button">${t("settings.card.add")}</button>
      </form>
      <ul class="card-list">${card.notes.map(
        (note) => html`<li>
          <p dir="auto">${note.text}</p>
          <span class="muted"><bdi>${note.by.name}</bdi> · <time datetime=${note.at} title=${moment(note.at)}>${brief(note.at)}</time></span>
          <button class="button quiet" aria-label=${t("settings.card.remove_note")} @click=${() => state.change({ remove_note: note.id })}>${icon("trash")}</button>
        </li>`,
      )}</ul>
    </section>`;
}

/** @param {CustomerCard} card */
function identities(card) {
  const find = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (!draft.query.trim()) return;
    const { items } = await api.get(`/search?${new URLSearchParams({ q: draft.query })}`);
    draft.found = candidates(
      card,
      items.map((/** @type {any} */ item) => item.conversation),
    );
    schedule();
  };
  return html`
    <section>
      <h3>${t("settings.card.accounts")}</h3>
      <ul class="card-list">${card.identities.map(
        (each, index) => html`<li>
          <span>${channelLabel(each.channel)} · <bdi>${each.name ?? each.handle ?? t("person.unknown")}</bdi>${each.handle && each.name ? html` <span class="muted"><bdi>${each.handle}</bdi></span>` : nothing}</span>
          ${each.joined && index ? html`<button class="button quiet" @click=${() => state.separate(each.id)}>${icon("undo")}${t("settings.card.separate")}</button>` : nothing}
        </li>`,
      )}</ul>
      <form class="card-add" @submit=${find}>
        <input class="input" id="card-find" dir="auto" maxlength="100" aria-label=${t("settings.card.find")} placeholder=${t("settings.card.find")} .value=${live(draft.query)}
          @input=${(/** @type {any} */ event) => {
            draft.query = event.target.value;
          }}>
        <button class="button">${icon("search")}${t("settings.card.search")}</button>
      </form>
      ${draft.found ? found(draft.found) : nothing}
      <p class="muted">${t("settings.card.join_hint")}</p>
    </section>`;
}

/** @param {NonNullable<typeof draft.found>} customers */
function found(customers) {
  if (!customers.length) return html`<p class="muted" role="status">${t("settings.card.nobody")}</p>`;
  const join = async (/** @type {string} */ id) => {
    if (await state.join(id)) draft.found = null;
    schedule();
  };
  return html`<ul class="card-list">${customers.map(
    (each) => html`<li><span>${channelLabel(each.channel)} · <bdi>${each.name || t("person.unknown")}</bdi></span>
      <button class="button" @click=${() => join(each.id)}>${icon("link")}${t("settings.card.same_person")}</button></li>`,
  )}</ul>`;
}

/** @param {CustomerCard} card */
function followUps(card) {
  if (!card.follow_ups.length) return nothing;
  return html`
    <section>
      <h3>${t("side.follow_ups")}</h3>
      <ul class="card-list">${card.follow_ups.map(({ conversation, follow_up: each }) => {
        const outcome =
          each.outcome && has(`outcome.${each.outcome.kind}`) ? ` · ${t(`outcome.${each.outcome.kind}`)}` : "";
        return html`<li><a href=${hashOf("c", conversation)}>${icon("follow-ups")}${t(`follow_up.state.${each.state}`)}${outcome}</a></li>`;
      })}</ul>
    </section>`;
}

/** @param {CustomerCard} card */
function conversations(card) {
  return html`
    <section>
      <h3>${t("settings.card.conversations")}</h3>
      ${logCall.template(card, schedule)}
      <ul class="card-list">${card.conversations.map(
        (each) =>
          html`<li><a href=${hashOf("c", each.id)}>${channelLabel(each.channel)} · ${t(`status.${each.status}`)} · <time datetime=${each.last_message_at}>${brief(each.last_message_at)}</time> <span class="muted" dir="auto">${each.preview}</span></a></li>`,
      )}</ul>
    </section>`;
}

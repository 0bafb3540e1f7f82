/**
 * Asking many customers about one thing: whom, when and in which words; then who would be asked and who is left out and
 * why; then it is promised, and can be taken back.
 */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import * as api from "../../lib/api.js";
import { announce, confirm, toast } from "../../lib/dialogs.js";
import { isoOf, lengthOf } from "../../lib/durations.js";
import { explain } from "../../lib/errors.js";
import { moment, number } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { go, hashOf, place } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { empty, failure } from "../failure.js";

const DAY = 86_400_000;
const RATES = [30, 60, 120, 300, 600];
const AT_ONCE = 100;
const OWN = "";

/**
 * @typedef {{team: string, channel: string, since: string, until: string, words: string, after: string, template: string,
 *   text: string, topic: string, per_hour: number}} Wish
 * @typedef {import("../../lib/schemas.js").BulkEntry} Entry
 */

const part = slice("follow_ups_bulk", {
  /** @type {Wish} */
  wish: fresh(),
  /** @type {{name: string, language: string, text: string}[]} */
  templates: [],
  /** @type {{items: Entry[], count: number, first_at: string | null, last_at: string | null} | null} */
  preview: null,
  /** @type {Set<string>} Those the lead left out by hand. */
  without: new Set(),
  /** @type {unknown} */
  error: null,
  /** What is being done: "", "looking", "asking" or "undoing". */
  busy: "",
  /** How many requests' worth were dealt with. */
  done: 0,
  /** @type {{promised: number, left: number, batch: string} | null} */
  made: null,
  /** @type {number | null} How many were taken back. */
  released: null,
});

/** @returns {Wish} */
function fresh() {
  const now = Date.now();
  return {
    team: "",
    channel: "",
    since: localTime(now - 7 * DAY),
    until: localTime(now),
    words: "",
    after: "P3D",
    template: "usual",
    text: "",
    topic: "",
    per_hour: 60,
  };
}

/** As an input of the kind `datetime-local` wants it. @param {number} at milliseconds */
function localTime(at) {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}

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

async function prepare() {
  try {
    await adminLists.open();
    await readTemplates();
    part.change(() => ({ error: null }));
  } catch (error) {
    part.change(() => ({ error }));
  }
}

async function readTemplates() {
  const team = part.get().wish.team || adminLists.teams()[0]?.name;
  if (!team) return;
  const { items } = await api.getAll(`/teams/${encodeURIComponent(team)}/templates`);
  part.change(() => ({
    templates: items.filter((/** @type {any} */ each) => (each.kind ?? "question") === "question"),
  }));
}

/** @param {Partial<Wish>} changed */
function want(changed) {
  part.change(({ wish }) => ({ wish: { ...wish, ...changed }, preview: null, without: new Set(), error: null }));
}

/** The wish as the API takes it. */
function followUp() {
  const { wish } = part.get();
  const words = wish.template === OWN ? { text: wish.text } : { template: wish.template };
  return { after: wish.after, ...words, ...(wish.topic.trim() ? { topic: wish.topic.trim() } : {}) };
}

async function look() {
  const { wish } = part.get();
  part.change(() => ({ busy: "looking", error: null, preview: null, without: new Set() }));
  try {
    const preview = await api.send("POST", "/follow-ups/bulk/preview", {
      team: wish.team || null,
      channel: wish.channel || null,
      answered_since: new Date(wish.since).toISOString(),
      answered_until: new Date(wish.until).toISOString(),
      words: wordsOf(wish.words),
      follow_up: followUp(),
      per_hour: wish.per_hour,
    });
    part.change(() => ({ preview, busy: "" }));
    announce(t("follow_ups.bulk.would_ask", { n: preview.count, count: number(preview.count) }));
    focus("bulk-preview");
  } catch (error) {
    part.change(() => ({ error, busy: "" }));
  }
}

/** @param {string} text */
function wordsOf(text) {
  return text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean)
    .slice(0, 20);
}

/** Those who are asked when it is done now. */
function chosen() {
  const { preview, without } = part.get();
  return (preview?.items ?? []).filter(({ plan, conversation }) => plan && !without.has(conversation));
}

async function make() {
  const ids = chosen().map(({ conversation }) => conversation);
  const n = ids.length;
  const agreed = await confirm({
    title: t("follow_ups.bulk.sure.title", { n, count: number(n) }),
    text: t("follow_ups.bulk.sure.text"),
    action: t("follow_ups.bulk.ask", { n, count: number(n) }),
  });
  if (!agreed) return;
  const batch = `bulk-${crypto.randomUUID().slice(0, 23)}`;
  part.change(() => ({ busy: "asking", done: 0, error: null }));
  let promised = 0;
  try {
    for (let position = 0; position < ids.length; position += AT_ONCE) {
      const conversations = ids.slice(position, position + AT_ONCE);
      const body = { batch, conversations, follow_up: followUp(), per_hour: part.get().wish.per_hour, position };
      promised += (await api.send("POST", "/follow-ups/bulk", body)).count;
      part.change(() => ({ done: position + conversations.length }));
    }
    finish({ promised, left: n - promised, batch });
  } catch (error) {
    // What was promised until then stands, and can be taken back like the rest.
    if (promised) finish({ promised, left: n - promised, batch });
    part.change(() => ({ error, busy: "" }));
  }
}

/** @param {{promised: number, left: number, batch: string}} made */
function finish(made) {
  part.change(() => ({ made, released: null, busy: "", preview: null, wish: fresh() }));
  go(hashOf("follow-ups", "bulk", { batch: made.batch }));
  focus("bulk-made");
}

/** @param {string} batch */
async function undo(batch) {
  part.change(() => ({ busy: "undoing", error: null }));
  let released = 0;
  /** @type {string | null} */
  let after = null;
  try {
    do {
      const query = after ? `?after=${encodeURIComponent(after)}` : "";
      const answer = await api.send("DELETE", `/follow-ups/bulk/${encodeURIComponent(batch)}${query}`);
      released += answer.released;
      after = answer.after;
    } while (after);
    part.change(() => ({ released, busy: "" }));
    toast(t("follow_ups.bulk.undone", { n: released, count: number(released) }), { kind: "good" });
  } catch (error) {
    part.change(() => ({ error, busy: "" }));
  }
}

/** @param {string} id */
function focus(id) {
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(id)?.focus()));
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
      ${whom()} ${what()}
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

function whom() {
  const { wish } = part.get();
  return html`
    <fieldset class="admin-card bulk-step">
      <legend><span class="step-number" aria-hidden="true">1</span>${t("follow_ups.bulk.whom")}</legend>
      <div class="grid-two">
        ${choice(
          "team",
          t("follow_ups.team"),
          wish.team,
          [["", t("reports.all_teams")], ...adminLists.teams().map((team) => [team.name, adminLists.labelOf(team)])],
          (team) => {
            want({ team });
            readTemplates().catch((error) => part.change(() => ({ error })));
          },
        )}
        ${choice("channel", t("reports.channel"), wish.channel, [["", t("reports.all_channels")], ...adminLists.lists.get().channels.map((channel) => [channel.name, channel.label])], (channel) => want({ channel }))}
        ${timeField("since", t("follow_ups.bulk.since"), wish.since)}
        ${timeField("until", t("follow_ups.bulk.until"), wish.until)}
      </div>
      <div class="field">
        <label for="bulk-words">${t("follow_ups.bulk.words")}</label>
        <input class="input" id="bulk-words" aria-describedby="bulk-words-hint" .value=${live(wish.words)} @input=${(/** @type {any} */ event) => want({ words: event.target.value })}>
        <span class="hint" id="bulk-words-hint">${t("follow_ups.bulk.words_hint")}</span>
      </div>
    </fieldset>`;
}

function what() {
  const { wish, templates } = part.get();
  const names = [...new Set(templates.map(({ name }) => name))];
  const length = lengthOf(wish.after) ?? { count: 3, unit: "day" };
  return html`
    <fieldset class="admin-card bulk-step">
      <legend><span class="step-number" aria-hidden="true">2</span>${t("follow_ups.bulk.what")}</legend>
      <div class="grid-two">
        <div class="field">
          <label for="bulk-after">${t("follow_ups.bulk.after")}</label>
          <div class="with-unit">
            <input class="input" id="bulk-after" type="number" min="1" max="365" required .value=${live(String(length.count))}
              @change=${(/** @type {any} */ event) => want({ after: isoOf({ ...length, count: Math.max(1, Math.round(Number(event.target.value) || 1)) }) })}>
            <select class="input" aria-label=${t("duration.unit")} @change=${(/** @type {any} */ event) => want({ after: isoOf({ ...length, unit: event.target.value }) })}>
              ${["minute", "hour", "day"].map((unit) => html`<option value=${unit} ?selected=${unit === length.unit}>${t(`duration.after.${unit}`)}</option>`)}
            </select>
          </div>
        </div>
        ${choice(
          "rate",
          t("follow_ups.bulk.rate"),
          String(wish.per_hour),
          RATES.map((rate) => [String(rate), t("follow_ups.bulk.per_hour", { n: rate })]),
          (rate) => want({ per_hour: Number(rate) }),
        )}
        ${choice("template", t("follow_ups.bulk.template"), wish.template, [...names.map((name) => [name, nameOf(name)]), [OWN, t("follow_ups.bulk.own_words")]], (template) => want({ template }))}
        <div class="field">
          <label for="bulk-topic">${t("follow_ups.bulk.topic")}</label>
          <input class="input" id="bulk-topic" dir="auto" aria-describedby="bulk-topic-hint" .value=${live(wish.topic)} @input=${(/** @type {any} */ event) => want({ topic: event.target.value })}>
          <span class="hint" id="bulk-topic-hint">${t("follow_ups.bulk.topic_hint")}</span>
        </div>
      </div>
      ${wish.template === OWN ? ownWords(wish) : examples(wish.template)}
    </fieldset>`;
}

/** @param {Wish} wish */
function ownWords(wish) {
  return html`
    <div class="field">
      <label for="bulk-text">${t("follow_ups.bulk.text")}</label>
      <textarea class="input" id="bulk-text" rows="3" dir="auto" required aria-describedby="bulk-text-hint" .value=${live(wish.text)} @input=${(/** @type {any} */ event) => want({ text: event.target.value })}></textarea>
      <span class="hint" id="bulk-text-hint">${t("follow_ups.bulk.text_hint", { open: "{{", close: "}}" })}</span>
    </div>`;
}

/** The words of a template, in each of its languages. @param {string} name */
function examples(name) {
  const found = part.get().templates.filter((template) => template.name === name);
  if (!found.length) return nothing;
  return html`
    <div class="quotes">
      ${found.map(({ language, text }) => html`<blockquote lang=${language} dir="auto"><span class="quote-language">${languageName(language)}</span>${text}</blockquote>`)}
    </div>`;
}

/** @param {string} language */
function languageName(language) {
  return t(`language.${language}`);
}

/** What people call a template: the shipped ones by their texts, a team's own by their names. @param {string} name */
export function nameOf(name) {
  const shipped = ["usual", "by_name", "with_topic", "after_days"];
  return shipped.includes(name) ? t(`settings.template.${name}`) : name.replaceAll(/[-_]/g, " ");
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string} value
 * @param {string[][]} options
 * @param {(value: string) => void} changed
 */
function choice(id, label, value, options, changed) {
  return html`
    <div class="field">
      <label for=${`bulk-${id}`}>${label}</label>
      <select class="input" id=${`bulk-${id}`} @change=${(/** @type {any} */ event) => changed(event.target.value)}>
        ${options.map(([each, text]) => html`<option value=${each} ?selected=${each === value}>${text}</option>`)}
      </select>
    </div>`;
}

/**
 * @param {"since" | "until"} name
 * @param {string} label
 * @param {string} value
 */
function timeField(name, label, value) {
  return html`
    <div class="field">
      <label for=${`bulk-${name}`}>${label}</label>
      <input class="input" id=${`bulk-${name}`} type="datetime-local" required .value=${live(value)} @change=${(/** @type {any} */ event) => want({ [name]: event.target.value })}>
    </div>`;
}

/** @param {{items: Entry[], count: number, first_at: string | null, last_at: string | null}} preview */
function previewCard(preview) {
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
        <span class="bulk-who">${who(entry)}</span>
        <span dir="auto">${entry.plan?.text ?? t("follow_ups.bulk.text_left")}</span>
        <span class="muted">${entry.plan?.explanation}</span>
      </label>
      ${openLink(entry)}
    </li>`;
}

/** @param {Entry} entry */
function who(entry) {
  return html`<bdi>${entry.customer?.name || t("person.unknown")}</bdi>`;
}

/** @param {Entry} entry */
function openLink(entry) {
  return html`
    <a class="icon-button" href=${hashOf("c", entry.conversation)} target="_blank" aria-label=${t("follow_ups.bulk.open", { name: entry.customer?.name || t("person.unknown") })}>${icon("link")}</a>`;
}

/**
 * @param {string} conversation
 * @param {boolean} included
 */
function include(conversation, included) {
  part.change(({ without }) => {
    const next = new Set(without);
    if (included) next.delete(conversation);
    else next.add(conversation);
    return { without: next };
  });
}

/** Those who are not asked, by the reason. @param {Entry[]} left */
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
          <ul class="bulk-list">${entries.map((entry) => html`<li class="bulk-row left"><span>${who(entry)}</span>${openLink(entry)}</li>`)}</ul>`,
      )}
    </details>`;
}

/** @param {{promised: number, left: number, batch: string}} made */
function result(made) {
  const { busy, released } = part.get();
  const heading =
    made.promised < 0
      ? t("follow_ups.bulk.made_before")
      : t("follow_ups.bulk.made", { n: made.promised, count: number(made.promised) });
  return html`
    <section class="admin-card bulk-step done" id="bulk-made" tabindex="-1">
      <div class="empty-icon good">${icon("check")}</div>
      <h2>${released === null ? heading : t("follow_ups.bulk.undone", { n: released, count: number(released) })}</h2>
      <p class="muted">${released === null ? t("follow_ups.bulk.made_text") : t("follow_ups.bulk.undone_text")}</p>
      ${made.left > 0 && released === null ? html`<p>${t("follow_ups.bulk.not_scheduled", { n: made.left, count: number(made.left) })}</p>` : nothing}
      <div class="buttons">
        ${
          released === null
            ? html`<button class="button" ?disabled=${Boolean(busy)} @click=${() => undo(made.batch)}>${icon("undo")}${t(busy ? "follow_ups.bulk.undoing" : "follow_ups.bulk.undo")}</button>`
            : nothing
        }
        <a class="button primary" href=${hashOf("follow-ups")}>${t("follow_ups.bulk.to_list")}</a>
      </div>
    </section>`;
}

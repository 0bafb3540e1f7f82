/** The form of a bulk follow-up: recipients, timing and text. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { isoOf, lengthOf } from "../../lib/durations.js";
import { questionName } from "../../lib/question_names.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { OWN, part, readTemplates, want } from "../../state/bulk_follow_up.js";
import { options as optionsOf } from "../options.js";

/**
 * @typedef {{team: string, channel: string, since: string, until: string, words: string, after: string, template: string,
 *   text: string, topic: string, per_hour: number}} Wish
 */

const RATES = [30, 60, 120, 300, 600];

export function recipients() {
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

export function timingAndText() {
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
              ${optionsOf(
                length.unit,
                ["minute", "hour", "day"].map((unit) => [unit, t(`duration.after.${unit}`)]),
              )}
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
        ${choice(
          "template",
          t("follow_ups.bulk.template"),
          wish.template,
          [...names.map((name) => [name, questionName(name, templates)]), [OWN, t("follow_ups.bulk.own_words")]],
          (template) => want({ template }),
          (name) => questionName(name, []),
        )}
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

/**
 * @param {string} id
 * @param {string} label
 * @param {string} value
 * @param {string[][]} options
 * @param {(value: string) => void} changed
 * @param {(value: string) => string} [nameOf] the text of a value that is not among the options
 */
function choice(id, label, value, options, changed, nameOf) {
  return html`
    <div class="field">
      <label for=${`bulk-${id}`}>${label}</label>
      <select class="input" id=${`bulk-${id}`} @change=${(/** @type {any} */ event) => changed(event.target.value)}>
        ${optionsOf(value, options, nameOf)}
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

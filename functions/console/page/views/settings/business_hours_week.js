/** The opening hours of each weekday, and the time zone. */

import { html, nothing, svg } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { icon } from "../../lib/icons.js";
import { DAY, DAYS, grouped, minutesOf, openMinutes, spansOf, timeOf, wrongIn } from "../../lib/opening_hours.js";
import { locale, t } from "../../lib/texts.js";
import { editor, set } from "../../state/business_hours.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/schemas.js").Hours} Hours
 * @typedef {import("../../lib/opening_hours.js").Day} Day
 */

/** A Monday, to have the days' names from. */
export const MONDAY = Date.UTC(2026, 0, 5);

// -- the week ---------------------------------------------------------------------------------------------------------

/** @param {Hours} hours */
export function week(hours) {
  return form.card(
    t("settings.hours.week"),
    html`
      <p class="in-words">${summary(hours.week)}</p>
      <div class="week">${DAYS.map((day) => dayRow(hours, day))}</div>
      <div class="row-actions">
        <button class="button slight" @click=${copyMonday}>${t("settings.hours.copy_monday")}</button>
      </div>
      ${form.field(
        "hours-zone",
        t("settings.hours.zone"),
        html`${form.input(
          "hours-zone",
          hours.zone,
          (zone) =>
            set((draftHours) => {
              draftHours.zone = zone;
            }),
          { list: "zones", wrong: editor.wrong("zone"), hint: "zone" },
        )}
          <datalist id="zones">${zones().map((zone) => html`<option value=${zone}></option>`)}</datalist>`,
        {
          hint: timeIn(hours.zone) && t("settings.hours.zone_hint", { time: timeIn(hours.zone) }),
          wrong: editor.wrong("zone"),
        },
      )}`,
    t("settings.hours.week_lead"),
  );
}

function zones() {
  return Intl.supportedValuesOf("timeZone");
}

/** Return the time in a time zone. @param {string} zone */
function timeIn(zone) {
  try {
    return new Intl.DateTimeFormat(locale(), { timeStyle: "short", timeZone: zone }).format(Date.now());
  } catch {
    // Half a name, while it is typed.
    return "";
  }
}

/** A week in a sentence: "45 hours a week: Monday to Friday, 09:00–18:00." @param {any} days */
function summary(days) {
  const minutes = openMinutes(days);
  if (!minutes) return t("settings.hours.never");
  if (minutes === 7 * DAY) return t("settings.hours.always");
  const groups = grouped(days).filter(({ spans }) => spans.length);
  const parts = groups.map(({ from, to, spans }) => `${dayRange(from, to)} ${spans.map(range).join(", ")}`);
  const hours = new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(minutes / 60);
  return t("settings.hours.open", { hours, days: parts.join("; ") });
}

/** @param {{start: number, end: number}} span */
function range({ start, end }) {
  return `${timeOf(start)}–${timeOf(end)}`;
}

/** @param {Day} from @param {Day} to */
function dayRange(from, to) {
  return from === to ? dayName(from) : t("settings.hours.range", { from: dayName(from), to: dayName(to) });
}

/** @param {Day} day @param {"long" | "short"} [length] */
function dayName(day, length = "short") {
  const at = MONDAY + DAYS.indexOf(day) * DAY * 60_000;
  return new Intl.DateTimeFormat(locale(), { weekday: length, timeZone: "UTC" }).format(at);
}

/**
 * @param {Hours} hours
 * @param {Day} day
 */
function dayRow(hours, day) {
  const spans = hours.week[day] ?? [];
  const wrong = wrongIn(spans);
  return html`
    <div class="week-day" role="group" aria-label=${dayName(day, "long")}>
      <span class="day-name" aria-hidden="true">${dayName(day, "long")}</span>
      <div class="day-spans">
        ${spans.length ? spans.map((/** @type {string} */ _, /** @type {number} */ at) => spanRow(spans, at, (changed) => setDay(day, changed))) : html`<span class="muted day-closed">${t("settings.hours.closed")}</span>`}
        ${wrong ? html`<span class="wrong" role="alert">${icon("alert")}${t(`settings.hours.wrong.${wrong}`)}</span>` : nothing}
      </div>
      <button class="icon-button" aria-label=${t("settings.hours.add_to", { day: dayName(day, "long") })} title=${t("settings.hours.add")} @click=${() => setDay(day, [...spans, nextSpan(spans)])}>${icon("plus")}</button>
      ${bar(spansOf(hours.week, day))}
    </div>`;
}

/** A day as a strip from midnight to midnight. @param {{start: number, end: number}[]} spans */
function bar(spans) {
  return html`
    <svg class="day-bar" viewBox="0 0 1440 8" preserveAspectRatio="none" aria-hidden="true">
      ${spans.map(({ start, end }) => svg`<rect x=${start} width=${Math.max(0, Math.min(end, DAY) - start)} height="8"/>`)}
    </svg>`;
}

/** @param {string[]} spans */
function nextSpan(spans) {
  const last = spans.at(-1);
  if (!last) return "09:00-18:00";
  const end = minutesOf(last.split("-")[1]);
  return `${timeOf(Math.min(end + 60, DAY - 120))}-${timeOf(Math.min(end + 300, DAY))}`;
}

/**
 * Return the fields for a span: from and to.
 * @param {string[]} spans
 * @param {number} at
 * @param {(spans: string[]) => void} changed
 */
export function spanRow(spans, at, changed) {
  const [from, to] = spans[at].split("-");
  const set = (/** @type {string} */ start, /** @type {string} */ end) =>
    changed(spans.with(at, `${start || "00:00"}-${end === "00:00" || !end ? "24:00" : end}`));
  return html`
    <span class="week-span">
      <input class="input" type="time" required aria-label=${t("settings.hours.from")} .value=${live(from)} @change=${(/** @type {any} */ event) => set(event.target.value, to)}>
      <span aria-hidden="true">–</span>
      <input class="input" type="time" required aria-label=${t("settings.hours.to")} .value=${live(to === "24:00" ? "00:00" : to)} @change=${(/** @type {any} */ event) => set(from, event.target.value)}>
      <button class="icon-button" aria-label=${t("settings.hours.remove", { span: `${from}–${to}` })} title=${t("settings.remove")} @click=${() => changed(spans.toSpliced(at, 1))}>${icon("close")}</button>
    </span>`;
}

/**
 * @param {Day} day
 * @param {string[]} spans
 */
function setDay(day, spans) {
  set((hours) => {
    // The week is written in the order of its days, so that undoing a change is no change.
    const changed = { ...hours.week, [day]: spans };
    hours.week = Object.fromEntries(DAYS.filter((day) => changed[day]?.length).map((day) => [day, changed[day]]));
  });
}

function copyMonday() {
  const monday = editor.draft?.hours.week.mon ?? [];
  for (const day of /** @type {Day[]} */ (["tue", "wed", "thu", "fri"])) setDay(day, [...monday]);
}

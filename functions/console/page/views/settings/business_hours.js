/** When a team works, and how fast it wants to be. */

import { html, nothing, svg } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { lengthOf, msOf } from "../../lib/durations.js";
import { icon } from "../../lib/icons.js";
import {
  DAY,
  DAYS,
  grouped,
  minutesOf,
  openMinutes,
  spansOf,
  timeOf,
  workedBy,
  wrongIn,
} from "../../lib/opening_hours.js";
import { locale, t } from "../../lib/texts.js";
import { teamEditor } from "../../state/team_editor.js";
import * as form from "./form.js";

/** @typedef {import("../../lib/schemas.js").Team} Team */

/** @typedef {import("../../lib/schemas.js").Hours} Hours */

/** @typedef {import("../../lib/opening_hours.js").Day} Day */

const TARGETS = { first_response: "PT4H", next_response: "PT4H", resolution: "PT24H" };
/** Friday at five: when it shows whether somebody works at weekends. */
const EXAMPLE = 4 * DAY + 17 * 60;
/** A Monday, to have the days' names from. */
const MONDAY = Date.UTC(2026, 0, 5);

const editor = teamEditor("hours", ["hours", "targets"]);

export function enter() {
  editor.open(form.teamName());
}

export function leave() {
  editor.close();
}

export function template() {
  return html`
    ${form.head("hours")}
    ${form.teamPicker("hours")}
    ${form.shown(
      editor,
      (draft) => html`
        ${week(draft.hours)} ${daysOff(draft.hours)} ${quiet(draft.hours)} ${targets(draft)}
        ${form.saveBar(editor, { blocked: blocked(draft.hours) })}`,
    )}`;
}

/** @param {(hours: Hours) => void} fn */
function set(fn) {
  editor.change((draft) => fn(draft.hours));
}

/** Why hours cannot be saved as they are. @param {Hours} hours */
function blocked(hours) {
  const wrong = DAYS.map((day) => wrongIn(hours.week[day] ?? [])).find(Boolean);
  return wrong ? t(`settings.hours.wrong.${wrong}`) : "";
}

// -- the week ---------------------------------------------------------------------------------------------------------

/** @param {Hours} hours */
function week(hours) {
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
            set((each) => {
              each.zone = zone;
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

/** What the clock shows there. @param {string} zone */
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
 * From when to when, with two clocks.
 * @param {string[]} spans
 * @param {number} at
 * @param {(spans: string[]) => void} changed
 */
function spanRow(spans, at, changed) {
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

// -- days off and quiet hours -------------------------------------------------------------------------------------------

/** @param {Hours} hours */
function daysOff(hours) {
  return form.card(
    t("settings.hours.days_off"),
    html`
      <div class="grid-two">
        ${form.field(
          "hours-country",
          t("settings.hours.country"),
          form.select(
            "hours-country",
            hours.country,
            [["", t("settings.hours.no_country")], ...countries()],
            (country) =>
              set((each) => {
                each.country = country;
                each.subdivision = "";
              }),
            { wrong: editor.wrong("country") },
          ),
          { wrong: editor.wrong("country") },
        )}
        ${
          hours.country
            ? form.field(
                "hours-part",
                t("settings.hours.subdivision"),
                form.input(
                  "hours-part",
                  hours.subdivision,
                  (part) =>
                    set((each) => {
                      each.subdivision = part.toUpperCase();
                    }),
                  { hint: "part", wrong: editor.wrong("subdivision"), maxlength: 10 },
                ),
                { hint: t("settings.hours.subdivision_hint"), wrong: editor.wrong("subdivision") },
              )
            : nothing
        }
      </div>
      <div class="field">
        <span class="label" id="closed-label">${t("settings.hours.closed_days")}</span>
        ${chips(hours.closed, (closed) =>
          set((each) => {
            each.closed = closed;
          }),
        )}
        <span class="hint">${t("settings.hours.closed_hint")}</span>
      </div>`,
    t("settings.hours.days_off_lead"),
  );
}

/** Countries by their names in the reader's language. */
function countries() {
  const names = new Intl.DisplayNames(locale(), { type: "region", fallback: "none" });
  /** @type {string[][]} */
  const found = [];
  for (const first of LETTERS) {
    for (const second of LETTERS) {
      const name = names.of(first + second);
      if (name && !NO_COUNTRY.has(first + second)) found.push([first + second, name]);
    }
  }
  return found.sort((one, other) => one[1].localeCompare(other[1], locale()));
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Codes that have a name and are no country: unions, the end of the world, and such that are no more. */
const NO_COUNTRY = new Set("AC AN BU CP CQ CS DD DG EA EU EZ FX IC NT QO SU TA TP UK UN XA XB YD YU ZR ZZ".split(" "));

/**
 * Dates, each of which can be taken away, and a field for another.
 * @param {string[]} dates
 * @param {(dates: string[]) => void} changed
 */
function chips(dates, changed) {
  const add = (/** @type {any} */ event) => {
    const date = event.target.value;
    if (!date) return;
    event.target.value = "";
    changed([...new Set([...dates, date])].sort());
  };
  return html`
    <div class="day-chips">
      ${dates.map(
        (date) => html`
          <span class="day-chip">
            <time datetime=${date}>${dateName(date)}</time>
            <button aria-label=${t("settings.remove_what", { what: dateName(date) })} @click=${() => changed(dates.filter((each) => each !== date))}>${icon("close")}</button>
          </span>`,
      )}
      <input class="input date-input" type="date" aria-labelledby="closed-label" @change=${add}>
    </div>`;
}

/** @param {string} date */
function dateName(date) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }).format(Date.parse(date));
}

/** @param {Hours} hours */
function quiet(hours) {
  const spans = hours.quiet;
  return form.card(
    t("settings.hours.quiet"),
    html`
      <div class="quiet-hours">
        ${joined(spans).map((_, at) =>
          spanRow(joined(spans), at, (changed) =>
            set((each) => {
              each.quiet = changed;
            }),
          ),
        )}
        <button class="button slight" @click=${() =>
          set((each) => {
            each.quiet = [...joined(spans), "21:00-08:00"];
          })}>${icon("plus")}${t("settings.hours.add_quiet")}</button>
        ${form.problem("quiet", editor.wrong("quiet"))}
      </div>`,
    t("settings.hours.quiet_lead"),
  );
}

/** Spans as people say them: what ends at midnight and goes on after it is one. @param {string[]} spans */
function joined(spans) {
  const evening = spans.find((span) => span.endsWith("-24:00") && !span.startsWith("00:00"));
  const morning = spans.find((span) => span.startsWith("00:00-") && !span.endsWith("-24:00"));
  if (!evening || !morning) return spans;
  const night = `${evening.split("-")[0]}-${morning.split("-")[1]}`;
  return [...spans.filter((span) => span !== evening && span !== morning), night];
}

// -- targets ------------------------------------------------------------------------------------------------------------

/** @param {Team} draft */
function targets(draft) {
  return form.card(
    t("settings.hours.targets"),
    html`<div class="aims">${Object.keys(TARGETS).map((name) => target(draft, /** @type {keyof typeof TARGETS} */ (name)))}</div>`,
    t("settings.hours.targets_lead"),
  );
}

/**
 * @param {Team} draft
 * @param {keyof typeof TARGETS} name
 */
function target(draft, name) {
  const iso = draft.targets[name];
  const id = `target-${name}`;
  const wanted = (/** @type {boolean} */ on) =>
    editor.change((each) => {
      each.targets = ordered({ ...each.targets, [name]: on ? TARGETS[name] : undefined });
    });
  return html`
    <div class="aim">
      ${form.toggle(id, t(`settings.hours.target.${name}`), Boolean(iso), wanted)}
      ${
        iso
          ? html`
            <div class="target-length">
              ${form.duration(
                `${id}-length`,
                iso,
                (length) =>
                  editor.change((each) => {
                    each.targets = ordered({ ...each.targets, [name]: length });
                  }),
                { units: ["minute", "hour"], label: t(`settings.hours.target.${name}`), wrong: editor.wrong(name) },
              )}
              <span class="muted">${example(draft.hours.week, iso)}</span>
              ${form.problem(`${id}-length`, editor.wrong(name))}
            </div>`
          : html`<span class="muted target-length">${t("settings.hours.no_target")}</span>`
      }
    </div>`;
}

/** @param {Record<string, string | undefined>} targets */
function ordered(targets) {
  return Object.fromEntries(
    Object.keys(TARGETS)
      .filter((name) => targets[name])
      .map((name) => [name, targets[name]]),
  );
}

/**
 * What a target means for somebody who writes on Friday at five.
 * @param {any} days
 * @param {string} iso
 */
function example(days, iso) {
  const length = lengthOf(iso);
  const due = length && workedBy(days, EXAMPLE, Math.ceil(msOf(length) / 60_000));
  if (!due) return "";
  const when = new Intl.DateTimeFormat(locale(), {
    weekday: "long",
    hour: "numeric",
    minute: "2-digit",
    timeZone: "UTC",
  });
  const weeks = Math.floor(due / (7 * DAY));
  const fields = { written: when.format(MONDAY + EXAMPLE * 60_000), due: when.format(MONDAY + due * 60_000) };
  return weeks > 1 ? t("settings.hours.example_weeks", { ...fields, n: weeks }) : t("settings.hours.example", fields);
}

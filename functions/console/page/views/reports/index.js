/** What came of the dialogue, in figures that people can read. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { toast } from "../../lib/dialogs.js";
import { lengthOf, msOf } from "../../lib/durations.js";
import { number, percent } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { go, hashOf, place } from "../../lib/router.js";
import { schedule, slice } from "../../lib/store.js";
import { locale, t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { figure } from "../charts/figure.js";
import { empty, failure } from "../failure.js";
import { beginOf, change, counts, isEmpty, period, series, weeksOf } from "./metrics.js";

/** @typedef {import("./metrics.js").Figures} Figures */

const DAY = 86_400_000;
/** Pixels, as in reports.css: how narrow a chart may become before it stands below the other. */
const NARROWEST = 420;
const GAP = 16;
const PERIODS = [4, 12, 26, 52];
const USUAL = 12;
const PLACES = ["", "public", "private"];
const OUTCOMES = ["solved", "still_broken", "other", "no_answer"];
const TARGETS = ["missed_first_response", "missed_next_response", "missed_resolution"];

const part = slice("reports", {
  /** @type {import("../../lib/schemas.js").Overview | null} */
  found: null,
  /** @type {Figures | null} The totals of the period before. */
  before: null,
  /** @type {unknown} */
  error: null,
  loading: false,
  exporting: false,
});

let asked = "";

export function enter() {
  addEventListener("resize", schedule);
  const wanted = question().toString();
  if (wanted !== asked || part.get().error) load();
}

export function leave() {
  removeEventListener("resize", schedule);
}

export function title() {
  return t("shell.reports");
}

/** How many weeks, and how many such periods ago. */
function span() {
  const query = place().query;
  const weeks = Number(query.get("weeks"));
  const back = Number(query.get("back"));
  return {
    weeks: PERIODS.includes(weeks) ? weeks : USUAL,
    back: Number.isInteger(back) && back > 0 ? Math.min(back, 26) : 0,
  };
}

/** @param {number} [earlier] periods */
function question(earlier = 0) {
  const { weeks, back } = span();
  const { from, to } = period(Date.now(), weeks, back + earlier);
  const query = new URLSearchParams({ from, to });
  for (const name of ["team", "channel", "visibility"]) {
    const value = place().query.get(name);
    if (value) query.set(name, value);
  }
  return query;
}

async function load() {
  const wanted = question().toString();
  asked = wanted;
  part.change(() => ({ loading: true, error: null }));
  try {
    const [found, before] = await Promise.all([
      api.getAll(`/reports/overview?${wanted}`, "rows"),
      api.get(`/reports/overview?${question(1)}`),
      adminLists.open(),
    ]);
    if (asked === wanted) part.change(() => ({ found, before: before.totals, loading: false }));
  } catch (error) {
    if (asked === wanted) part.change(() => ({ error, loading: false }));
  }
}

/** Go to the same report with another filter. @param {Record<string, string>} changed */
function narrow(changed) {
  const query = Object.fromEntries(place().query);
  go(hashOf("reports", "", { ...query, ...changed }), { replace: true });
}

export function template() {
  const { found, error } = part.get();
  return html`
    <div class="admin">
      <header class="admin-head">
        <div>
          <h1>${title()}</h1>
          <p class="muted">${found && !error ? caption(found) : t("reports.lead")}</p>
        </div>
        <button class="button" ?disabled=${!found || part.get().exporting} @click=${save}>
          ${icon("download")}${t("reports.csv")}
        </button>
      </header>
      ${filters()}
      ${error ? failure(error, load) : content()}
    </div>`;
}

/** @param {{from: string, to: string}} found */
function caption(found) {
  return t("reports.period", { from: dayOf(beginOf(found.from)), to: dayOf(beginOf(found.to) + 6 * DAY) });
}

function filters() {
  const { weeks, back } = span();
  const query = place().query;
  return html`
    <div class="admin-filters" role="group" aria-label=${t("reports.filters")}>
      ${select(
        "weeks",
        t("reports.weeks"),
        String(weeks),
        PERIODS.map((weeks) => [String(weeks), t("reports.last_weeks", { n: weeks })]),
        (value) => narrow({ weeks: value, back: "" }),
      )}
      <div class="stepper">
        <button class="icon-button" aria-label=${t("reports.earlier")} title=${t("reports.earlier")} @click=${() => narrow({ back: String(back + 1) })}>${icon("back")}</button>
        <button class="icon-button forward" aria-label=${t("reports.later")} title=${t("reports.later")} ?disabled=${!back} @click=${() => narrow({ back: back > 1 ? String(back - 1) : "" })}>${icon("back")}</button>
      </div>
      ${select("team", t("reports.team"), query.get("team") ?? "", [["", t("reports.all_teams")], ...adminLists.teams().map(({ name, label }) => [name, label || name])], (team) => narrow({ team }))}
      ${select("channel", t("reports.channel"), query.get("channel") ?? "", [["", t("reports.all_channels")], ...adminLists.lists.get().channels.map(({ name, label }) => [name, label])], (channel) => narrow({ channel }))}
      <fieldset class="segments" aria-label=${t("reports.visibility")}>
        ${PLACES.map(
          (visibility) => html`
            <label>
              <input type="radio" name="visibility" value=${visibility} .checked=${visibility === (query.get("visibility") ?? "")} @change=${() => narrow({ visibility: visibility })}>
              <span>${visibility ? t(`visibility.${visibility}`) : t("reports.everywhere")}</span>
            </label>`,
        )}
      </fieldset>
    </div>`;
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string} value
 * @param {string[][]} options
 * @param {(value: string) => void} changed
 */
function select(id, label, value, options, changed) {
  return html`
    <label class="admin-filter">
      <span class="unseen">${label}</span>
      <select class="input" id=${`filter-${id}`} @change=${(/** @type {any} */ event) => changed(event.target.value)}>
        ${options.map(([each, text]) => html`<option value=${each} ?selected=${each === value}>${text}</option>`)}
      </select>
    </label>`;
}

function content() {
  const { found, before, loading } = part.get();
  if (!found) return skeleton();
  if (isEmpty(found.totals)) return empty("reports", t("reports.empty.title"), t("reports.empty.text"));
  return html`
    <div class="report ${loading ? "stale" : ""}" aria-busy=${loading}>
      <section aria-label=${t("reports.in_short")}><ul class="figures">${cards(found.totals, before)}</ul></section>
      <section class="charts" aria-label=${t("reports.charts")}>${charts(found)}</section>
      <p class="muted footnote">${t("reports.how")}</p>
    </div>`;
}

function skeleton() {
  return html`
    <div class="report" aria-busy="true">
      <p class="unseen" role="status">${t("shell.loading")}</p>
      <ul class="figures" aria-hidden="true">${[1, 2, 3, 4, 5, 6].map(() => html`<li class="admin-card is-loading figure-card"></li>`)}</ul>
      <div class="charts" aria-hidden="true">${[1, 2].map(() => html`<div class="admin-card is-loading chart"></div>`)}</div>
    </div>`;
}

/**
 * @param {Figures} totals
 * @param {Figures | null} before
 */
function cards(totals, before) {
  const missed = sum(totals, TARGETS);
  const slower = (/** @type {string} */ name) => compare(totals[name], before?.[name], "slower", "faster", false);
  const more = (/** @type {string} */ name) => compare(totals[name], before?.[name], "more", "fewer", null);
  const within = (/** @type {string} */ name) => t("reports.p90", { value: spell(totals[`${name}_p90_s`]) });
  const counted = (/** @type {string} */ name) => ({ n: totals[name] ?? 0, count: number(totals[name] ?? 0) });
  const fewer = compare(missed, before && sum(before, TARGETS), "more", "fewer", false);
  return [
    card(
      t("reports.first_response"),
      spell(totals.first_response_median_s),
      slower("first_response_median_s"),
      within("first_response"),
    ),
    card(
      t("reports.resolution"),
      spell(totals.resolution_median_s),
      slower("resolution_median_s"),
      within("resolution"),
    ),
    card(
      t("reports.inbound"),
      number(totals.inbound ?? 0),
      more("inbound"),
      t("reports.outbound", counted("outbound")),
    ),
    card(
      t("reports.resolved"),
      number(totals.resolved ?? 0),
      more("resolved"),
      t("reports.reopened", counted("reopened")),
    ),
    card(t("reports.missed"), number(missed), fewer, t(missed ? "reports.missed_some" : "reports.missed_none")),
    solvedCard(totals),
  ];
}

/** Of those who answered a question: how many say that it works. @param {Figures} totals */
function solvedCard(totals) {
  const answered = sum(totals, ["solved", "still_broken", "other"]);
  const solved = totals.solved ?? 0;
  const fields = { n: answered, solved: number(solved), count: number(answered), asked: number(totals.asked ?? 0) };
  return card(
    t("reports.solved"),
    answered ? percent(solved / answered) : "–",
    nothing,
    t("reports.solved_of", fields),
  );
}

/**
 * How a figure changed since the period before, in words; with a colour where one way is better.
 * @param {number | null | undefined} now
 * @param {number | null | undefined} before
 * @param {string} up
 * @param {string} down
 * @param {boolean | null} upIsGood
 */
function compare(now, before, up, down, upIsGood) {
  const by = change(now, before);
  if (by === null) return html`<span class="trend">${t("reports.no_before")}</span>`;
  if (Math.abs(by) < 0.01) return html`<span class="trend">${t("reports.same")}</span>`;
  const good = upIsGood === null ? "" : by > 0 === upIsGood ? "good" : "bad";
  const word = by > 0 ? up : down;
  return html`<span class="trend ${good}">${t(`reports.than_before.${word}`, { share: percent(Math.abs(by)) })}</span>`;
}

/**
 * @param {string} label
 * @param {string} value
 * @param {unknown} trend
 * @param {string} beside
 */
function card(label, value, trend, beside) {
  return html`
    <li class="admin-card figure-card">
      <h2>${label}</h2>
      <p class="figure-value">${value}</p>
      <p class="figure-beside">${beside}</p>
      ${trend}
    </li>`;
}

/** @param {import("../../lib/schemas.js").Overview} found */
function charts(found) {
  const weeks = weeksOf(found.from, found.to);
  const rows = found.weeks;
  const axis = {
    labels: weeks.map((week) => shortDay(beginOf(week))),
    names: weeks.map(weekName),
    width: chartWidth(),
  };
  /** @param {string[]} names */
  const bars = (names) =>
    names.map((name, at) => ({ name: t(`reports.series.${name}`), values: counts(rows, weeks, name), tone: at + 1 }));
  /** @param {string} name */
  const lines = (name) => [
    { name: t("reports.median"), values: series(rows, weeks, `${name}_median_s`), tone: 1 },
    { name: t("reports.ninety"), values: series(rows, weeks, `${name}_p90_s`), tone: 2 },
  ];
  const counted = { ...axis, scale: /** @type {const} */ ("count"), write: number };
  const timed = {
    ...axis,
    kind: /** @type {const} */ ("lines"),
    scale: /** @type {const} */ ("seconds"),
    write: spell,
    brief: briefSpan,
    unit: t("reports.unit.working_time"),
  };
  return [
    {
      ...timed,
      id: "first",
      title: withTarget(t("reports.chart.first_response"), "first_response"),
      series: lines("first_response"),
    },
    {
      ...timed,
      id: "resolution",
      title: withTarget(t("reports.chart.resolution"), "resolution"),
      series: lines("resolution"),
    },
    {
      ...counted,
      kind: /** @type {const} */ ("beside"),
      id: "volume",
      title: t("reports.chart.volume"),
      unit: t("reports.unit.messages"),
      series: bars(["inbound", "outbound"]),
    },
    {
      ...counted,
      kind: /** @type {const} */ ("beside"),
      id: "work",
      title: t("reports.chart.work"),
      unit: t("reports.unit.conversations"),
      series: bars(["opened", "resolved", "reopened"]),
    },
    {
      ...counted,
      kind: /** @type {const} */ ("stacked"),
      id: "missed",
      title: t("reports.chart.missed"),
      unit: t("reports.unit.missed"),
      series: bars(TARGETS),
    },
    {
      ...counted,
      kind: /** @type {const} */ ("stacked"),
      id: "outcomes",
      title: t("reports.chart.outcomes"),
      unit: t("reports.unit.follow_ups"),
      series: bars(OUTCOMES),
    },
  ].map((chart) => html`<div class="admin-card">${figure(chart)}</div>`);
}

/** @param {string} heading @param {"first_response" | "resolution"} target */
function withTarget(heading, target) {
  const team = adminLists.lists.get().teams?.find(({ name }) => name === place().query.get("team"));
  const length = lengthOf(team?.targets?.[target], "hour");
  return length ? t("reports.with_target", { heading, target: spell(msOf(length) / 1000) }) : heading;
}

/** How broad a chart is drawn, so that its words keep their size: one, or several beside each other, as the grid has it. */
function chartWidth() {
  const main = document.getElementById("main")?.clientWidth ?? innerWidth;
  const narrow = innerWidth < 800;
  const room = Math.min(main, 1200) - (narrow ? 32 : 64);
  const columns = Math.max(1, Math.floor((room + GAP) / (NARROWEST + GAP)));
  return Math.max(240, Math.floor((room - (columns - 1) * GAP) / columns - (narrow ? 34 : 50)));
}

async function save() {
  part.change(() => ({ exporting: true }));
  try {
    const query = question();
    const blob = await api.file(`/reports/overview?${query}&format=csv`);
    offer(blob, `nachfrage-${query.get("from")}-${query.get("to")}.csv`);
  } catch (error) {
    toast(error instanceof api.ApiError ? error.message : t("reports.csv_failed"), { kind: "bad" });
  }
  part.change(() => ({ exporting: false }));
}

/**
 * Have the browser keep a file.
 * @param {Blob} blob
 * @param {string} name
 */
function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @param {Figures} figures @param {string[]} names */
function sum(figures, names) {
  return names.reduce((sum, name) => sum + (figures[name] ?? 0), 0);
}

/** "2 h 5 min"; under a minute in words. @param {number | null | undefined} seconds */
function spell(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return t("reports.under_a_minute");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  // Working time has no days: what is a day's work differs.
  if (hours >= 24) return unit(Math.round(seconds / 3600), "hour");
  return [hours && unit(hours, "hour"), minutes && unit(minutes, "minute")].filter(Boolean).join(" ");
}

/** At an axis. @param {number} seconds */
function briefSpan(seconds) {
  if (seconds === 0) return "0";
  if (seconds < 60) return unit(seconds, "second");
  return seconds < 3600 ? unit(seconds / 60, "minute") : unit(seconds / 3600, "hour");
}

/** @param {number} count @param {string} name */
function unit(count, name) {
  return new Intl.NumberFormat(locale(), { style: "unit", unit: name, unitDisplay: "short" }).format(count);
}

/** "Week 47, 16 – 22 November". @param {string} week */
function weekName(week) {
  const begin = beginOf(week);
  const range = new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", timeZone: "UTC" });
  return t("reports.week", { number: String(Number(week.slice(6))), days: range.formatRange(begin, begin + 6 * DAY) });
}

/** @param {number} at */
function shortDay(at) {
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", timeZone: "UTC" }).format(at);
}

/** @param {number} at */
function dayOf(at) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeZone: "UTC" }).format(at);
}

/** The figures of a report at a glance, each compared with the period before. */

import { html, nothing } from "lit-html";
import { number, percent } from "../../lib/format.js";
import { roughly } from "../../lib/format_list.js";
import { change } from "../../lib/report_metrics.js";
import { spell } from "../../lib/report_spans.js";
import { t } from "../../lib/texts.js";
import { sparkline } from "./sparkline.js";

/**
 * @typedef {import("../../lib/report_metrics.js").Figures} Figures
 */

export const TARGETS = ["missed_first_response", "missed_next_response", "missed_resolution"];

/**
 * @param {import("../../lib/schemas.js").Overview} overview
 * @param {{over: Figures, before: Figures} | null} compared totals of weeks that are over
 */
export function cards(overview, compared) {
  const { unanswered } = overview;
  /** @type {Figures} */
  const totals = overview.totals;
  const missed = sum(totals, TARGETS);
  const trendOf = (
    /** @type {string[]} */ names,
    /** @type {string} */ up,
    /** @type {string} */ down,
    /** @type {boolean | null} */ good,
  ) => compare(figureOf(compared?.over, names), figureOf(compared?.before, names), up, down, good);
  const slower = (/** @type {string} */ name) => trendOf([name], "slower", "faster", false);
  const more = (/** @type {string} */ name) => trendOf([name], "more", "fewer", null);
  const within = (/** @type {string} */ name) => {
    const value = totals[`${name}_p90_s`];
    return value ? t("reports.p90", { value: spell(value) }) : t("chart.empty");
  };
  const counted = (/** @type {string} */ name) => ({ n: totals[name] ?? 0, count: number(totals[name] ?? 0) });
  const line = (/** @type {string[]} */ ...names) => sparkline(overview, names);
  return [
    card(
      t("reports.first_response"),
      spell(totals.first_response_median_s),
      slower("first_response_median_s"),
      within("first_response"),
      line("first_response_median_s"),
    ),
    card(
      t("reports.resolution"),
      spell(totals.resolution_median_s),
      slower("resolution_median_s"),
      within("resolution"),
      line("resolution_median_s"),
    ),
    card(
      t("reports.inbound"),
      number(totals.inbound ?? 0),
      more("inbound"),
      t("reports.outbound", counted("outbound")),
      line("inbound"),
    ),
    card(
      t("reports.resolved"),
      number(totals.resolved ?? 0),
      more("resolved"),
      t("reports.reopened", counted("reopened")),
      line("resolved"),
    ),
    card(
      t("reports.missed"),
      number(missed),
      trendOf(TARGETS, "more", "fewer", false),
      t(missed ? "reports.missed_some" : "reports.missed_none"),
      line(...TARGETS),
    ),
    unansweredCard(unanswered),
    solvedCard(totals),
  ];
}

/** Return a figure, or the sum of several. @param {Figures | undefined} figures @param {string[]} names */
function figureOf(figures, names) {
  if (!figures) return null;
  return names.length > 1 ? sum(figures, names) : figures[names[0]];
}

/**
 * Return the card of what waits for an answer now, and since when.
 * @param {import("../../lib/schemas.js").Overview["unanswered"]} unanswered
 */
function unansweredCard({ open, waiting, messages, oldest }) {
  const fields = { n: messages, messages: number(messages), open: number(open) };
  const since = oldest
    ? t("reports.unanswered_oldest", { span: roughly(Date.now() - Date.parse(oldest)) })
    : t("reports.unanswered_none");
  const beside = t("reports.unanswered_open", fields);
  return card(t("reports.unanswered"), number(waiting), html`<span class="trend">${since}</span>`, beside);
}

/** Return the card of follow-ups: how many replies say that it is solved. @param {Figures} totals */
function solvedCard(totals) {
  const answered = sum(totals, ["solved", "still_broken", "other"]);
  const solved = totals.solved ?? 0;
  const fields = { n: answered, solved: number(solved), count: number(answered), asked: number(totals.asked ?? 0) };
  const proposed = Math.max(0, totals.proposed ?? 0);
  return card(
    t("reports.solved"),
    answered ? percent(solved / answered) : "–",
    proposed
      ? html`<span class="trend">${t("reports.proposed", { n: proposed, count: number(proposed) })}</span>`
      : nothing,
    t("reports.solved_of", fields),
  );
}

/**
 * Return the change of a figure since the period before, in words; with a colour where one way is better.
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
 * @param {unknown} [line]
 */
export function card(label, value, trend, beside, line = nothing) {
  return html`
    <li class="admin-card figure-card">
      <h2>${label}</h2>
      <p class="figure-value">${value}${line}</p>
      <p class="figure-beside">${beside}</p>
      ${trend}
    </li>`;
}

/** @param {Figures} figures @param {string[]} names */
function sum(figures, names) {
  return names.reduce((sum, name) => sum + (figures[name] ?? 0), 0);
}

/** The figures of a report at a glance, each compared with the period before. */

import { html, nothing } from "lit-html";
import { number, percent } from "../../lib/format.js";
import { change } from "../../lib/report_metrics.js";
import { spell } from "../../lib/report_spans.js";
import { t } from "../../lib/texts.js";

/**
 * @typedef {import("../../lib/report_metrics.js").Figures} Figures
 */

export const TARGETS = ["missed_first_response", "missed_next_response", "missed_resolution"];

/**
 * @param {Figures} totals
 * @param {Figures | null} before
 */
export function cards(totals, before) {
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

/** Return the card of follow-ups: how many replies say that it is solved. @param {Figures} totals */
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
 */
export function card(label, value, trend, beside) {
  return html`
    <li class="admin-card figure-card">
      <h2>${label}</h2>
      <p class="figure-value">${value}</p>
      <p class="figure-beside">${beside}</p>
      ${trend}
    </li>`;
}

/** @param {Figures} figures @param {string[]} names */
function sum(figures, names) {
  return names.reduce((sum, name) => sum + (figures[name] ?? 0), 0);
}

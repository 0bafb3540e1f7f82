/** Conversations by agent, by tag, and by the hour of the week in which they began. */

import { html, nothing } from "lit-html";
import { number, percent } from "../../lib/format.js";
import { locale, t } from "../../lib/texts.js";

/**
 * @typedef {import("../../lib/schemas.js").Breakdown} Breakdown
 * @typedef {import("../../lib/schemas.js").BreakdownLine} Line
 */

/** Lines of a table before the others are asked for. */
const LINES = 8;
/** Steps of lightness of an hour. */
const STEPS = 5;
/** A Monday, to name the days of the week. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;
/** Hours whose names stand above the grid. */
const EVERY = 6;

/** @param {Breakdown} found */
export function breakdowns(found) {
  if (!found.conversations) return nothing;
  return html`
    <section class="breakdowns" aria-label=${t("reports.breakdown")}>
      ${lines("agents", found.agents, found)}
      ${lines("tags", found.tags, found)}
      ${hours(found)}
    </section>`;
}

/**
 * @param {"agents" | "tags"} kind
 * @param {Line[]} all
 * @param {Breakdown} found
 */
function lines(kind, all, found) {
  if (!all.length) return nothing;
  const largest = Math.max(...all.map(({ conversations }) => conversations));
  return html`
    <div class="admin-card breakdown">
      <h3>${t(`reports.breakdown.${kind}`)}</h3>
      <p class="muted">${coverage(found)}</p>
      ${table(kind, all.slice(0, LINES), largest)}
      ${all.length > LINES ? html`<details><summary>${t("reports.breakdown.more", { n: all.length - LINES })}</summary>${table(kind, all.slice(LINES), largest)}</details>` : nothing}
    </div>`;
}

/**
 * @param {"agents" | "tags"} kind
 * @param {Line[]} shown
 * @param {number} largest
 */
function table(kind, shown, largest) {
  return html`
    <div class="scroll-x" tabindex="0" role="region" aria-label=${t(`reports.breakdown.${kind}`)}>
      <table class="figures-table">
        <thead>
          <tr>
            <th scope="col">${t(`reports.breakdown.${kind}.name`)}</th>
            ${["conversations", "resolved", "missed", "solved"].map((name) => html`<th scope="col" class="figure">${t(`reports.breakdown.${name}`)}</th>`)}
          </tr>
        </thead>
        <tbody>${shown.map((line) => row(line, largest))}</tbody>
      </table>
    </div>`;
}

/** @param {Line} line @param {number} largest */
function row({ id, name, conversations, resolved, missed, solved }, largest) {
  return html`
    <tr>
      <th scope="row"><bdi>${name || id}</bdi><meter class="breakdown-bar" min="0" max=${largest} value=${conversations} aria-hidden="true"></meter></th>
      <td class="figure">${number(conversations)}</td>
      <td class="figure">${percent(resolved / conversations)}</td>
      <td class="figure">${number(missed)}</td>
      <td class="figure">${number(solved)}</td>
    </tr>`;
}

/** Say how many conversations were read, and whether these are all. @param {Breakdown} found */
function coverage({ conversations, complete }) {
  return t(complete ? "reports.breakdown.of" : "reports.breakdown.newest", {
    n: conversations,
    count: number(conversations),
  });
}

/** @param {Breakdown} found */
function hours(found) {
  const largest = Math.max(1, ...found.hours);
  return html`
    <div class="admin-card breakdown">
      <h3>${t("reports.breakdown.hours")}</h3>
      <p class="muted">${t("reports.breakdown.hours.unit", { zone: found.zone })}</p>
      <div class="scroll-x" tabindex="0" role="region" aria-label=${t("reports.breakdown.hours")}>
        <table class="hours-table">
          <thead>
            <tr><td></td>${range(24).map((hour) => html`<th scope="col">${hour % EVERY ? html`<span class="unseen">${hourName(hour)}</span>` : hourName(hour)}</th>`)}</tr>
          </thead>
          <tbody>
            ${range(7).map(
              (day) => html`
                <tr>
                  <th scope="row">${dayName(day)}</th>
                  ${range(24).map((hour) => cell(found.hours[day * 24 + hour], largest, `${dayName(day)}, ${hourName(hour)}`))}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div>`;
}

/** @param {number} count @param {number} largest @param {string} when */
function cell(count, largest, when) {
  const step = count ? Math.ceil((STEPS * count) / largest) : 0;
  return html`<td class="hour step-${step}" title=${`${when}: ${number(count)}`}><span class="unseen">${number(count)}</span></td>`;
}

/** @param {number} length */
function range(length) {
  return Array.from({ length }, (_, at) => at);
}

/** @param {number} day from Monday */
function dayName(day) {
  return new Intl.DateTimeFormat(locale(), { weekday: "short", timeZone: "UTC" }).format(MONDAY + day * DAY);
}

/** @param {number} hour */
function hourName(hour) {
  return new Intl.DateTimeFormat(locale(), { hour: "numeric", timeZone: "UTC" }).format(MONDAY + hour * 3_600_000);
}

/**
 * Charts by hand, in SVG: lines, and bars beside or upon each other, by week. Each has a title, a unit, a legend in words
 * and its figures as a table; a week is looked at with the pointer or the arrow keys. Series differ by colour *and*
 * lightness. The week that still runs is shown as unfinished.
 */

import { html, nothing, svg } from "lit-html";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { labelled, path, round, ticks } from "./scale.js";

/**
 * @typedef {{name: string, values: (number | null)[], tone: number}} Series `tone` 1 to 4 is its colour and pattern
 * @typedef {object} Chart
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {"lines" | "beside" | "stacked"} kind
 * @property {"count" | "seconds"} scale
 * @property {string[]} labels of the weeks, short
 * @property {string[]} names of the weeks, in full
 * @property {Series[]} series
 * @property {number} width pixels
 * @property {(value: number) => string} write a value with its unit
 * @property {(value: number) => string} [brief] a value at the axis
 * @property {boolean} [running] true if the last week is not over
 * @property {string} [none] what is said where there is no value
 */

const HEIGHT = 220;
const TOP = 12;
const BOTTOM = 28;
const START = 52;
const END = 8;

const looked = slice("charts", {
  /** The chart and week that are looked at. */
  id: "",
  at: -1,
});

/** A chart. @param {Chart} chart */
export function figure(chart) {
  const heading = `chart-${chart.id}`;
  return html`
    <figure class="chart" aria-labelledby=${heading}>
      <figcaption>
        <h3 id=${heading}>${chart.title}</h3>
        <p class="muted">${chart.unit}</p>
      </figcaption>
      ${legend(chart)}
      ${readout(chart)}
      ${drawing(chart)}
      ${table(chart)}
    </figure>`;
}

/** @param {Chart} chart */
function legend(chart) {
  return html`
    <ul class="chart-legend">
      ${chart.series.map(
        ({ name, tone }) => html`
          <li>
            <svg class="chart-swatch" viewBox="0 0 24 12" aria-hidden="true">
              ${
                chart.kind === "lines"
                  ? svg`<path class="chart-line tone-${tone}" d="M1 6H23"/>`
                  : svg`<rect class="chart-bar tone-${tone}" x="1" y="1" width="22" height="10" rx="2"/>`
              }
            </svg>
            ${name}
          </li>`,
      )}
    </ul>`;
}

/** Return the values of one week: the one that is looked at, else the last. @param {Chart} chart */
function readout(chart) {
  const at = placeOf(chart);
  return html`<p class="chart-readout"><strong>${chart.names[at]}</strong> ${sentence(chart, at)}</p>`;
}

/** @param {Chart} chart */
function placeOf(chart) {
  const { id, at } = looked.get();
  const last = chart.names.length - 1;
  return id === chart.id && at >= 0 && at <= last ? at : last;
}

/**
 * @param {Chart} chart
 * @param {number} at
 */
function sentence(chart, at) {
  const none = chart.none ?? t("chart.none");
  if (!chart.none && chart.series.every(({ values }) => values[at] === null)) return t("chart.empty");
  return chart.series
    .map(({ name, values }) => {
      const value = values[at];
      return t("chart.value", { name, value: value === null ? none : chart.write(value) });
    })
    .join(" · ");
}

/** @param {Chart} chart */
function drawing(chart) {
  const { width } = chart;
  const steps = ticks(largestOf(chart), chart.scale);
  const inner = width - START - END;
  const slot = inner / chart.labels.length;
  const y = (/** @type {number} */ value) =>
    TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / /** @type {number} */ (steps.at(-1)));
  const middle = (/** @type {number} */ at) => START + slot * (at + 0.5);
  return html`
    <svg class="chart-drawing" viewBox="0 0 ${width} ${HEIGHT}" role="group" aria-label=${t("chart.keys")}
      @keydown=${(/** @type {KeyboardEvent} */ event) => step(event, chart)}
      @pointerleave=${() => look("", -1)}>
      ${(hasValues(chart) ? steps : [0]).map((value) => grid(chart, value, y(value)))}
      ${labelled(chart.labels.length, inner, 64).map(
        (at) =>
          svg`<text class="chart-label" x=${round(middle(at))} y=${HEIGHT - 8} text-anchor="middle" aria-hidden="true">${chart.labels[at]}</text>`,
      )}
      ${looked.get().id === chart.id ? svg`<rect class="chart-looked" x=${round(START + slot * placeOf(chart))} y=${TOP} width=${round(slot)} height=${HEIGHT - TOP - BOTTOM}/>` : nothing}
      ${chart.kind === "lines" ? lines(chart, middle, y) : bars(chart, slot, y)}
      ${chart.names.map((name, at) => week(chart, name, at, slot))}
    </svg>`;
}

/** @param {Chart} chart */
function hasValues({ series }) {
  return series.some(({ values }) => values.some((value) => value !== null));
}

/** @param {Chart} chart */
function largestOf(chart) {
  const sums = chart.labels.map((_, at) => {
    const values = chart.series.map(({ values }) => values[at] ?? 0);
    return chart.kind === "stacked" ? values.reduce((sum, value) => sum + Math.max(0, value), 0) : Math.max(...values);
  });
  return Math.max(1, ...sums);
}

/**
 * @param {Chart} chart
 * @param {number} value
 * @param {number} y
 */
function grid(chart, value, y) {
  const written = (chart.brief ?? chart.write)(value);
  return svg`
    <line class="chart-grid" x1=${START} x2=${chart.width - END} y1=${round(y)} y2=${round(y)}/>
    <text class="chart-label" x=${START - 8} y=${round(y + 4)} text-anchor="end" aria-hidden="true">${written}</text>`;
}

/**
 * @param {Chart} chart
 * @param {(at: number) => number} x
 * @param {(value: number) => number} y
 */
function lines(chart, x, y) {
  const over = (/** @type {(number | null)[]} */ values) => (chart.running ? values.slice(0, -1) : values);
  return chart.series.map(
    ({ values, tone }) => svg`
      <path class="chart-line tone-${tone}" d=${path(over(values), x, y)}/>
      ${values.map((value, at) =>
        value === null
          ? nothing
          : svg`<circle class="chart-dot tone-${tone} ${isUnfinished(chart, at) ? "chart-unfinished" : ""}" cx=${round(x(at))} cy=${round(y(value))} r="3.5"/>`,
      )}`,
  );
}

/** Tell whether a week is the one that still runs. @param {Chart} chart @param {number} at */
function isUnfinished(chart, at) {
  return Boolean(chart.running) && at === chart.labels.length - 1;
}

/**
 * @param {Chart} chart
 * @param {number} slot
 * @param {(value: number) => number} y
 */
function bars(chart, slot, y) {
  const broad = Math.min(slot * 0.7, 56);
  return chart.labels.map((_, at) => {
    const begin = START + slot * at + (slot - broad) / 2;
    const drawn = chart.kind === "stacked" ? stack(chart, at, begin, broad, y) : beside(chart, at, begin, broad, y);
    return isUnfinished(chart, at) ? svg`<g class="chart-unfinished">${drawn}</g>` : drawn;
  });
}

/**
 * @param {Chart} chart
 * @param {number} at
 * @param {number} begin
 * @param {number} broad
 * @param {(value: number) => number} y
 */
function stack(chart, at, begin, broad, y) {
  let below = 0;
  return chart.series.map(({ values, tone }) => {
    const value = Math.max(0, values[at] ?? 0);
    below += value;
    return bar(tone, begin, broad, y(below), y(below - value));
  });
}

/**
 * @param {Chart} chart
 * @param {number} at
 * @param {number} begin
 * @param {number} broad
 * @param {(value: number) => number} y
 */
function beside(chart, at, begin, broad, y) {
  const barWidth = broad / chart.series.length;
  return chart.series.map(({ values, tone }, number) =>
    bar(tone, begin + barWidth * number, barWidth, y(Math.max(0, values[at] ?? 0)), y(0)),
  );
}

/**
 * @param {number} tone
 * @param {number} x
 * @param {number} broad
 * @param {number} top
 * @param {number} bottom
 */
function bar(tone, x, broad, top, bottom) {
  if (bottom <= top) return nothing;
  return svg`<rect class="chart-bar tone-${tone}" x=${round(x)} y=${round(top)} width=${round(Math.max(1, broad - 1))} height=${round(bottom - top)} rx="2"/>`;
}

/**
 * Return the area in which a pointer or the keyboard selects one week.
 * @param {Chart} chart
 * @param {string} name
 * @param {number} at
 * @param {number} slot
 */
function week(chart, name, at, slot) {
  return svg`
    <rect class="chart-week" role="img" aria-label=${`${name}: ${sentence(chart, at)}`} data-at=${at}
      tabindex=${at === placeOf(chart) ? 0 : -1}
      x=${round(START + slot * at)} y=${TOP} width=${round(slot)} height=${HEIGHT - TOP - BOTTOM}
      @pointerenter=${() => look(chart.id, at)} @focus=${() => look(chart.id, at)}/>`;
}

/** @param {string} id @param {number} at */
function look(id, at) {
  looked.change(() => ({ id, at }));
}

/**
 * @param {KeyboardEvent} event
 * @param {Chart} chart
 */
function step(event, chart) {
  const last = chart.names.length - 1;
  const at = placeOf(chart);
  /** @type {Record<string, number>} */
  const places = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
  const next = places[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const chosen = Math.min(last, Math.max(0, next));
  const target = /** @type {SVGElement} */ (event.currentTarget).querySelector(`[data-at="${chosen}"]`);
  /** @type {SVGElement | null} */ (target)?.focus();
}

/** @param {Chart} chart */
function table(chart) {
  return html`
    <details class="chart-table">
      <summary>${t("chart.table")}</summary>
      <div class="scroll-x" tabindex="0" role="region" aria-label=${chart.title}>
        <table class="figures-table">
          <caption class="unseen">${chart.title}, ${chart.unit}</caption>
          <thead>
            <tr><th scope="col">${t("chart.week")}</th>${chart.series.map(({ name }) => html`<th scope="col" class="figure">${name}</th>`)}</tr>
          </thead>
          <tbody>
            ${chart.names.map(
              (name, at) => html`
                <tr>
                  <th scope="row">${name}</th>
                  ${chart.series.map(({ values }) => html`<td class="figure">${written(chart, values[at])}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
}

/**
 * @param {Chart} chart
 * @param {number | null} value
 */
function written(chart, value) {
  return value === null ? "–" : chart.write(value);
}

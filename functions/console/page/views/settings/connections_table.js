/** The table of connections: one row each, its details below it on request; cards where there is no room for columns. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { day, moment, relative } from "../../lib/format.js";
import { glyph } from "../../lib/glyphs.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { COLUMNS, ordered, pressed } from "../../state/connection_health.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/schemas.js").Connection} Connection
 * @typedef {import("../../state/connection_health.js").Health} Health
 * @typedef {import("../../state/connection_health.js").Column} Column
 * @typedef {{key: string, connection: Connection, health: Health, renews: boolean}} Row
 * @typedef {{quick: unknown, details: unknown}} Parts what stands at the end of a row, and below it
 */

const SIGNS = /** @type {const} */ ({ good: "check", warn: "clock", bad: "alert" });

const table = slice("settings.connections.table", {
  /** @type {import("../../state/connection_health.js").Order} */
  order: { by: "health", descending: false },
  /** @type {string[]} Keys of rows whose details are shown. */
  open: [],
});

/**
 * @param {Row[]} rows
 * @param {(row: Row) => Parts} parts
 */
export function connectionsTable(rows, parts) {
  const sortable = rows.map((row) => ({
    row,
    account: row.connection.account_name || row.connection.name,
    channel: row.connection.channel,
    team: adminLists.teamLabel(row.connection.team),
    tone: row.health.tone,
    at: row.connection.last_event_at,
  }));
  return html`
    <div class="narrow-only-block field">
      <label for="connections-order">${t("settings.connections.order")}</label>
      ${form.select(
        "connections-order",
        table.get().order.by,
        COLUMNS.map((name) => [name, t(`settings.connections.column.${name}`)]),
        (by) => table.change(() => ({ order: { by: /** @type {Column} */ (by), descending: false } })),
      )}
    </div>
    <table class="connections" role="table">
      <caption class="unseen">${t("settings.tab.connections")}</caption>
      <thead role="rowgroup">
        <tr role="row">${COLUMNS.map(heading)}<th role="columnheader" scope="col"><span class="unseen">${t("settings.connections.column.actions")}</span></th></tr>
      </thead>
      ${repeat(
        ordered(sortable, table.get().order),
        ({ row }) => row.key,
        ({ row }) => body(row, parts(row)),
      )}
    </table>`;
}

/** @param {Column} name */
function heading(name) {
  const { order } = table.get();
  const isSorted = order.by === name;
  const direction = order.descending ? "descending" : "ascending";
  return html`
    <th role="columnheader" scope="col" aria-sort=${isSorted ? direction : "none"}>
      <button class="sort-button ${isSorted ? direction : ""}" @click=${() => table.change(() => ({ order: pressed(order, name) }))}>
        ${t(`settings.connections.column.${name}`)}${isSorted ? icon("down") : nothing}
      </button>
    </th>`;
}

/**
 * @param {Row} row
 * @param {Parts} parts
 */
function body(row, { quick, details }) {
  const { connection, health, key } = row;
  const isOpen = table.get().open.includes(key);
  const id = `details-${connection.channel}-${connection.name}`;
  const label = (/** @type {Column} */ name) => t(`settings.connections.column.${name}`);
  return html`
    <tbody class="connection" role="rowgroup">
      <tr role="row">
        <th role="rowheader" scope="row">
          <span class="connection-name">${glyph(connection.channel)}
            <span><strong dir="auto">${connection.account_name || connection.name}</strong>
              <span class="muted">${t("settings.connections.is", { channel: adminLists.channelLabel(connection.channel), name: connection.name })}</span></span></span>
        </th>
        <td role="cell" data-label=${label("team")}>${adminLists.teamLabel(connection.team)}</td>
        <td role="cell" class="connection-health">
          <span class="mark-word ${health.tone}">${icon(SIGNS[health.tone])}${health.word}</span>
          ${health.sentences.map((sentence) => html`<p>${sentence}</p>`)}
          ${tokenOf(row)}
        </td>
        <td role="cell" data-label=${label("last_event")}>${timeOf(connection.last_event_at)}</td>
        <td role="cell" class="connection-actions">
          <span class="row-actions">${quick}
            <button class="button slight" aria-expanded=${isOpen} aria-controls=${id} @click=${() => toggle(key)}>${t("settings.connections.details")}</button></span>
        </td>
      </tr>
      <tr role="row" class="connection-details" id=${id} ?hidden=${!isOpen}><td role="cell" colspan="5">${isOpen ? details : nothing}</td></tr>
    </tbody>`;
}

/** Return until when the access of a connection is valid, where somebody has to renew it. @param {Row} row */
function tokenOf({ connection: { token_until }, renews, health }) {
  if (!token_until || renews || health.name === "ending") return nothing;
  return html`<p class="muted">${t("settings.connections.valid_until", { day: day(token_until) })}</p>`;
}

/** @param {string | null} at */
export function timeOf(at) {
  return at ? html`<time datetime=${at} title=${moment(at)}>${relative(at)}</time>` : t("settings.connections.never");
}

/** @param {string} key */
function toggle(key) {
  table.change(({ open }) => ({ open: open.includes(key) ? open.filter((each) => each !== key) : [...open, key] }));
}

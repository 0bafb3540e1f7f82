/** The company's accounts on its channels: whether they work, in plain words, and who gets what arrives there. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { confirm, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { moment, relative } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import * as session from "../../lib/session.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { healthOf } from "../../state/connection_health.js";
import { empty, failure } from "../failure.js";
import { budgetForm, used } from "./connection_budget.js";
import { connect, renew } from "./connection_form.js";
import { connectionsTable, timeOf } from "./connections_table.js";
import * as form from "./form.js";
import * as signIn from "./sign_in.js";

/** @typedef {import("../../lib/schemas.js").Connection} Connection */

/** @typedef {import("./connection_form.js").Channel} Channel */

const part = slice("settings.connections", {
  /** @type {Connection[] | null} */
  items: null,
  /** @type {Channel[]} */
  channels: [],
  /** @type {unknown} */
  error: null,
  /** @type {string} What is being changed now. */
  saving: "",
});

export function enter() {
  load();
  signIn.arrive(load);
}

export function leave() {}

/** The number of the newest request: an answer to an older one may come after it, and knows less. */
let newest = 0;

async function load() {
  newest += 1;
  const mine = newest;
  try {
    const [connections, channels] = await Promise.all([api.getAll("/connections"), api.get("/channels")]);
    if (mine === newest) part.change(() => ({ items: connections.items, channels: channels.items, error: null }));
  } catch (error) {
    if (mine === newest) part.change(() => ({ error }));
  }
}

export function template() {
  const { items, error } = part.get();
  const may = session.is("admin");
  return html`
    ${form.head("connections", may ? html`<button class="button" ?disabled=${!items} @click=${add}>${icon("plus")}${t("settings.connections.connect")}</button>` : nothing)}
    ${error && !items ? failure(error, load) : items ? list(items, may) : form.skeleton()}`;
}

/**
 * @param {Connection[]} items
 * @param {boolean} may
 */
function list(items, may) {
  if (!items.length) {
    const begin = html`<button class="button primary" @click=${add}>${t("settings.connections.connect")}</button>`;
    const text = t(may ? "settings.connections.none.text" : "settings.connections.none.admin");
    return empty("link", t("settings.connections.none.title"), text, may ? begin : nothing);
  }
  const rows = items.map((connection) => {
    const renews = channelOf(connection)?.renews ?? false;
    return { key: pathOf(connection), connection, renews, health: healthOf(connection, renews) };
  });
  return connectionsTable(rows, ({ connection }) => ({
    quick: may ? button("refresh", "check", () => check(connection)) : nothing,
    details: details(connection, may),
  }));
}

/** @param {Connection} connection */
function channelOf(connection) {
  return part.get().channels.find(({ name }) => name === connection.channel);
}

/**
 * @param {Connection} connection
 * @param {boolean} may
 */
function details(connection, may) {
  const id = `team-${connection.channel}-${connection.name}`;
  return html`
    <div class="stacked">
      <dl class="known">${facts(connection)}</dl>
      ${lastError(connection)} ${gapOf(connection)}
      ${form.field(
        id,
        t("settings.connections.team"),
        form.select(
          id,
          connection.team,
          adminLists.teams().map((team) => [team.name, adminLists.labelOf(team)]),
          (team) => give(connection, team),
          { disabled: !may || Boolean(part.get().saving), hint: "team" },
        ),
        { hint: t(may ? "settings.connections.team_hint" : "settings.connections.team_admin") },
      )}
      ${may ? budgetForm(connection, Boolean(part.get().saving), (budget) => write(connection, { budget }, "budget")) : nothing}
      ${may ? actions(connection) : nothing}
    </div>`;
}

/** @param {Connection} connection */
function facts(connection) {
  const { webhook, polling } = connection;
  return html`
    ${fact("last_send", connection.last_send_at)}
    ${polling ? fact("asked", polling.asked_at) : nothing}
    ${polling?.next_at ? fact("next", polling.next_at) : nothing}
    ${webhook ? textFact("webhook_is", t(`settings.connections.standing.${webhook.standing ?? "unknown"}`)) : nothing}
    ${connection.token_until ? fact("token_until", connection.token_until) : nothing}
    ${connection.checked_at ? fact("checked", connection.checked_at) : nothing}
    ${connection.budget ? textFact("budget", used(connection)) : nothing}`;
}

/**
 * @param {string} name
 * @param {string | null} at
 */
function fact(name, at) {
  return textFact(name, timeOf(at));
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function textFact(name, value) {
  return html`<div><dt>${t(`settings.connections.${name}`)}</dt><dd>${value}</dd></div>`;
}

/** Return what became of the messages of the last time in which the platform was not heard. @param {Connection} connection */
function gapOf({ gap }) {
  if (!gap) return nothing;
  const between = (/** @type {{since: string, until: string}} */ { since, until }) => ({
    since: moment(since),
    until: moment(until),
  });
  const said = gap.fetched === null ? "pending" : "fetched";
  return html`
    <p class="muted">${t(`settings.connections.gap.${said}`, { ...between(gap), n: gap.fetched ?? 0 })}</p>
    ${gap.lost.map((lost) => html`<p class="muted">${t(`settings.connections.gap.lost_${lost.visibility}`, between(lost))}</p>`)}`;
}

/** Return the last problem, if there was one. @param {Connection} connection */
function lastError({ last_error }) {
  if (!last_error) return nothing;
  const code = last_error.code ? ` (${last_error.code})` : "";
  const when = last_error.at ? relative(last_error.at) : "";
  return html`<p class="muted">${t("settings.connections.last_error", { when, what: `${last_error.explanation ?? last_error.reason}${code}` })}</p>`;
}

/** @param {Connection} connection */
function actions(connection) {
  const channel = channelOf(connection);
  const held = connection.held;
  return html`
    <div class="row-actions">
      ${channel?.sign_in ? button("link", "sign_in_again", () => signIn.again(connection)) : nothing}
      ${channel ? button("edit", "renew", () => change(channel, connection)) : nothing}
      ${connection.rotating ? button("check", "end_rotation", () => write(connection, { rotation: "end" }, "rotated")) : nothing}
      ${button(held ? "send" : "clock", held ? "resume" : "hold", () => write(connection, { held: !held }, held ? "resumed" : "held"))}
      ${button("trash", "remove", () => remove(connection))}
    </div>`;
}

/**
 * @param {Parameters<typeof icon>[0]} sign
 * @param {string} key
 * @param {() => void} run
 */
function button(sign, key, run) {
  return html`<button class="button slight" ?disabled=${Boolean(part.get().saving)} @click=${run}>${icon(sign)}${t(`settings.connections.do.${key}`)}</button>`;
}

/** @param {Connection} connection */
function pathOf(connection) {
  return `/connections/${encodeURIComponent(connection.channel)}/${encodeURIComponent(connection.name)}`;
}

/**
 * Do something about a connection, say how it went, and show how it is.
 * @param {string} path
 * @param {() => Promise<string>} run what is said when it went well
 */
async function carryOut(path, run) {
  part.change(() => ({ saving: path }));
  try {
    toast(await run(), { kind: "good" });
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 10 });
  }
  part.change(() => ({ saving: "" }));
  await load();
}

/**
 * @param {Connection} connection
 * @param {string} team
 */
function give(connection, team) {
  return carryOut(pathOf(connection), async () => {
    await api.send("PATCH", pathOf(connection), { team });
    return t("settings.connections.given", { team: adminLists.teamLabel(team) });
  });
}

/**
 * @param {Connection} connection
 * @param {object} body
 * @param {string} done the name of the text that reports it
 */
function write(connection, body, done) {
  return carryOut(pathOf(connection), async () => {
    await api.send("PATCH", pathOf(connection), body);
    return t(`settings.connections.done.${done}`);
  });
}

/** @param {Connection} connection */
function check(connection) {
  return carryOut(pathOf(connection), async () => {
    const now = await api.send("POST", `${pathOf(connection)}/check`, {});
    const works = !now.problem && now.webhook?.standing !== "no";
    return t(`settings.connections.done.${works ? "checked" : "checked_badly"}`);
  });
}

async function add() {
  if (!(await connect(part.get().channels))) return;
  toast(t("settings.connections.done.connected"), { kind: "good" });
  await load();
}

/**
 * @param {Channel} channel
 * @param {Connection} connection
 */
async function change(channel, connection) {
  if (!(await renew(channel, connection))) return;
  toast(t("settings.connections.done.renewed"), { kind: "good" });
  await load();
}

/** @param {Connection} connection */
async function remove(connection) {
  const name = connection.account_name || connection.name;
  const agreed = await confirm({
    title: t("settings.connections.remove_title", { name }),
    text: t("settings.connections.remove_text"),
    action: t("settings.connections.do.remove"),
    danger: true,
  });
  if (!agreed) return;
  await carryOut(pathOf(connection), async () => {
    const { unregistered } = await api.send("DELETE", pathOf(connection));
    return t(`settings.connections.done.${unregistered ? "removed" : "removed_alone"}`);
  });
}

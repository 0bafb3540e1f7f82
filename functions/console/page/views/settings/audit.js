/** The audit log: who did what, and when; for administrators. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import * as api from "../../lib/api.js";
import { day, time } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { go, hashOf, place } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { schedule, slice } from "../../lib/store.js";
import { nameOf as templateName } from "../../lib/template_names.js";
import { has, t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { empty, failure } from "../failure.js";
import * as form from "./form.js";

/** @typedef {import("../../lib/schemas.js").AuditEntry} AuditEntry */

const KINDS = [
  "sign_in",
  "team",
  "team_created",
  "team_deleted",
  "members",
  "routing",
  "notices",
  "connection",
  "connected",
  "connection_changed",
  "connection_held",
  "connection_resumed",
  "connection_removed",
  "template",
  "template_deleted",
  "macro",
  "macro_deleted",
  "search",
  "search_deleted",
  "assigned",
  "bulk",
  "bulk_undone",
  "opt_out",
  "permit",
  "moderation",
  "forwarded",
  "erase_conversation",
  "erase_customer",
  "unread_handled",
  "unread_retried",
  "customer",
  "customer_joined",
  "customer_parted",
  "customer_exported",
  "logged",
  "offer_written",
  "offer_approved",
  "offer_returned",
  "offer_posted",
  "proposal_dismissed",
  "agent_invited",
  "agent_roles",
  "agent_switched_off",
  "agent_switched_on",
  "agent_removed",
];
/** Kinds of entries whose target is a conversation. */
const OF_CONVERSATIONS = new Set(["assigned", "opt_out", "permit", "moderation", "forwarded", "logged"]);
const OF_AGENTS = new Set(["agent_invited", "agent_roles", "agent_switched_off", "agent_switched_on", "agent_removed"]);
const OF_TEAMS = new Set([
  "team",
  "team_created",
  "members",
  "notices",
  "template",
  "template_deleted",
  "macro",
  "macro_deleted",
]);

const part = slice("settings.audit", {
  /** @type {AuditEntry[] | null} */
  items: null,
  /** @type {string | null} */
  cursor: null,
  /** @type {unknown} */
  error: null,
  busy: false,
});
let asked = "";

export function enter() {
  if (!session.is("admin")) return;
  load();
  adminLists.openAgents().catch(() => schedule());
}

export function leave() {
  part.change(() => ({ items: null, cursor: null, error: null }));
}

/** @param {string | null} [cursor] */
function question(cursor) {
  const query = new URLSearchParams();
  for (const name of ["from", "to", "agent", "kind"]) {
    const value = place().query.get(name);
    if (value) query.set(name, value);
  }
  if (cursor) query.set("cursor", cursor);
  return query.toString();
}

/** @param {string | null} [cursor] */
async function load(cursor = null) {
  const wanted = question();
  if (wanted !== asked) part.change(() => ({ items: null, cursor: null }));
  asked = wanted;
  part.change(() => ({ busy: true }));
  try {
    const page = await api.get(`/audit?${question(cursor)}`);
    if (asked !== wanted) return;
    part.change(({ items }) => ({
      items: cursor ? [...(items ?? []), ...page.items] : page.items,
      cursor: page.cursor,
      error: null,
    }));
  } catch (error) {
    if (asked === wanted) part.change(() => ({ error }));
  }
  part.change(() => ({ busy: false }));
}

export function template() {
  if (!session.is("admin")) {
    return html`${form.head("audit")}${empty("private", t("settings.audit.forbidden.title"), t("settings.audit.forbidden.text"))}`;
  }
  return html`${form.head("audit")}${filters()}${body()}`;
}

/** @param {Record<string, string>} changed */
function narrow(changed) {
  const query = { ...Object.fromEntries(place().query), ...changed };
  go(hashOf("settings", "audit", query), { replace: true });
}

function filters() {
  const query = place().query;
  const agents = (adminLists.lists.get().agents ?? []).map(({ id, name }) => [id, name]);
  return html`
    <div class="admin-filters" role="group" aria-label=${t("settings.audit.filters")}>
      <div class="admin-filter labelled"><label for="audit-kind">${t("settings.audit.kind")}</label>
        ${form.select("audit-kind", query.get("kind") ?? "", [["", t("settings.audit.every_kind")], ...KINDS.map((kind) => [kind, t(`settings.audit.kinds.${kind}`)])], (kind) => narrow({ kind }))}</div>
      <div class="admin-filter labelled"><label for="audit-agent">${t("settings.audit.agent")}</label>
        ${form.select("audit-agent", query.get("agent") ?? "", [["", t("settings.audit.everybody")], ...agents], (agent) => narrow({ agent }), { nameOf: () => t("agent.unknown") })}</div>
      <label class="admin-filter labelled"><span>${t("settings.audit.from")}</span>
        <input class="input" type="date" .value=${query.get("from") ?? ""} @change=${(/** @type {any} */ event) => narrow({ from: event.target.value })}></label>
      <label class="admin-filter labelled"><span>${t("settings.audit.to")}</span>
        <input class="input" type="date" .value=${query.get("to") ?? ""} @change=${(/** @type {any} */ event) => narrow({ to: event.target.value })}></label>
    </div>`;
}

function body() {
  const { items, cursor, error, busy } = part.get();
  if (error) return failure(error, () => load());
  if (!items) return form.skeleton();
  if (!items.length && !cursor) return empty("search", t("settings.audit.none.title"), t("settings.audit.none.text"));
  return html`
    ${days(items).map(
      ([name, entries]) => html`
        <section>
          <h2 class="day-heading">${name}</h2>
          <ul class="admin-card listing">${repeat(entries, (entry) => entry.id, row)}</ul>
        </section>`,
    )}
    ${cursor ? html`<div class="show-more"><button class="button" ?disabled=${busy} @click=${() => load(cursor)}>${t("follow_ups.more")}</button></div>` : nothing}`;
}

/**
 * @param {AuditEntry[]} entries
 * @returns {[string, AuditEntry[]][]}
 */
function days(entries) {
  /** @type {Map<string, AuditEntry[]>} */
  const byDay = new Map();
  for (const entry of entries) {
    const name = day(entry.at);
    byDay.set(name, [...(byDay.get(name) ?? []), entry]);
  }
  return [...byDay];
}

/** @param {AuditEntry} entry */
function row(entry) {
  return html`
    <li class="list-row audit">
      <time class="muted" datetime=${entry.at}>${time(entry.at)}</time>
      <span class="list-main">
        <span><strong dir="auto"><bdi>${entry.by.name || t("person.unknown")}</bdi></strong> ${sentence(entry)} ${idOf(entry.by)}</span>
        ${target(entry)}
      </span>
    </li>`;
}

/** Return the id that tells people of the same name apart. @param {AuditEntry["by"]} by */
function idOf({ id, name }) {
  return id && id !== name
    ? html`<code class="muted audit-id" title=${t("settings.audit.id")} dir="ltr">${id}</code>`
    : nothing;
}

/** Return what was done, in words; the kind's name where a later version recorded it. @param {AuditEntry} entry */
function sentence({ kind }) {
  return has(`settings.audit.sentence.${kind}`) ? t(`settings.audit.sentence.${kind}`) : kind.replaceAll("_", " ");
}

/** Return the target of an entry, with its details. @param {AuditEntry} entry */
function target(entry) {
  const figures = details(entry);
  if (entry.kind === "sign_in") return nothing;
  if (OF_CONVERSATIONS.has(entry.kind) && !entry.detail?.proposal) {
    return html`<span class="muted"><a href=${hashOf("c", entry.target)}>${icon("link")}${t("settings.audit.conversation")}</a>${figures ? ` · ${figures}` : ""}</span>`;
  }
  return html`<span class="muted"><bdi>${[targetName(entry), figures].filter(Boolean).join(" · ")}</bdi></span>`;
}

/** Name a team or an agent; an agent who is no longer here has an id alone. @param {AuditEntry} entry */
function targetName({ kind, target }) {
  if (OF_AGENTS.has(kind)) return adminLists.agentName(target) || target;
  return OF_TEAMS.has(kind) ? adminLists.teamLabel(target) : target;
}

/** @param {AuditEntry} entry */
function details(entry) {
  return Object.entries(entry.detail ?? {})
    .map(([name, value]) => t("settings.audit.detail", { name: nameOf(name), value: written(name, value) }))
    .join(" · ");
}

/** @param {string} name */
function nameOf(name) {
  return has(`settings.audit.details.${name}`) ? t(`settings.audit.details.${name}`) : name.replaceAll("_", " ");
}

/**
 * @param {string} name
 * @param {any} value
 */
function written(name, value) {
  if (name === "language" && has(`language.${value}`)) return t(`language.${value}`);
  if (name === "template") return templateName(value);
  if (name === "roles" && Array.isArray(value)) return value.map(roleName).join(", ");
  if (name === "agent") return adminLists.agentName(value) || value;
  if (name === "team") return adminLists.teamLabel(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {string} role */
function roleName(role) {
  return has(`role.${role}`) ? t(`role.${role}`) : role;
}

/** The settings of leads and administrators: one page per subject, each with an address of its own. */

import { html, nothing } from "lit-html";
import { icon } from "../../lib/icons.js";
import * as keptFocus from "../../lib/kept_focus.js";
import { hashOf, place } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { empty, failure } from "../failure.js";
import * as audit from "./audit.js";
import * as hours from "./business_hours.js";
import * as connections from "./connections.js";
import * as asking from "./follow_ups.js";
import * as form from "./form.js";
import * as guides from "./guides.js";
import * as checks from "./health_checks.js";
import * as leftOut from "./left_out.js";
import * as macros from "./macros.js";
import * as notices from "./notifications.js";
import * as optOuts from "./opt_outs.js";
import * as people from "./people.js";
import * as routing from "./routing.js";
import * as searches from "./searches.js";
import * as teams from "./teams.js";
import * as templates from "./templates.js";

/**
 * @typedef {{enter: () => void, leave: () => void, template: () => unknown}} Tab
 * @type {Record<string, Tab>}
 */
const TABS = {
  connections,
  people,
  teams,
  routing,
  hours,
  asking,
  templates,
  macros,
  searches,
  notices,
  "opt-outs": optOuts,
  "left-out": leftOut,
  audit,
  checks,
  guides,
};
const GROUPS = {
  workspace: ["connections", "people", "teams", "routing"],
  team: ["hours", "asking", "templates", "macros", "searches", "notices"],
  administration: ["opt-outs", "left-out", "audit", "checks", "guides"],
};
const FIRST = "connections";
/** The address of the list of all pages on a phone. */
const ALL = "all";

const part = slice("settings", {
  /** @type {Tab | null} */
  tab: null,
  /** @type {unknown} */
  error: null,
});

export function enter() {
  keptFocus.start();
  if (!mayLook()) return;
  const tab = TABS[tabName()];
  const before = part.get().tab;
  if (before && before !== tab) before.leave();
  part.change(() => ({ tab, error: null }));
  show(tab, !before || isUnknown(place().query.get("team")));
}

/** Tell whether a team is asked for that was not there when the teams were read. @param {string | null} team */
function isUnknown(team) {
  return Boolean(team) && !adminLists.teams().some(({ name }) => name === team);
}

/**
 * @param {Tab} tab
 * @param {boolean} arriving from another view: a colleague may have changed the teams meanwhile
 */
async function show(tab, arriving) {
  try {
    await (arriving ? adminLists.refresh() : adminLists.open());
    if (part.get().tab === tab) tab.enter();
  } catch (error) {
    part.change(() => ({ error }));
  }
}

export function leave() {
  part.get().tab?.leave();
  part.change(() => ({ tab: null }));
}

export function title() {
  return mayLook() && place().id !== ALL
    ? `${t(`settings.tab.${tabName()}`)} · ${t("shell.settings")}`
    : t("shell.settings");
}

function mayLook() {
  return session.is("lead", "admin");
}

function tabName() {
  return Object.hasOwn(TABS, place().id) ? place().id : FIRST;
}

export function template() {
  if (!mayLook()) {
    return html`<div class="admin">${empty("private", t("settings.forbidden.title"), t("settings.forbidden.text"))}</div>`;
  }
  const listed = place().id === ALL || !place().id;
  return html`
    <div class="admin settings ${listed ? "listed" : ""}">
      <nav class="side-nav" aria-label=${t("shell.settings")}>
        <h1 class="narrow-only-block">${t("shell.settings")}</h1>
        ${Object.entries(GROUPS).map(([group, names]) => groupOf(group, names))}
      </nav>
      <div class="admin-tab">${content()}</div>
    </div>`;
}

/**
 * @param {string} group
 * @param {string[]} names
 */
function groupOf(group, names) {
  return html`
    <h2 class="side-heading">${t(`settings.group.${group}`)}</h2>
    <ul>
      ${names.map(
        (name) => html`
          <li>
            <a class="side-item" href=${hashOf("settings", name, teamKept(group))} aria-current=${name === tabName() ? "page" : "false"}>
              ${t(`settings.tab.${name}`)}<span class="forward narrow-only">${icon("back")}</span>
            </a>
          </li>`,
      )}
    </ul>`;
}

/**
 * Keep the team in links from one page of a team to another.
 * @param {string} group @returns {Record<string, string>}
 */
function teamKept(group) {
  const kept = group === "team" ? place().query.get("team") : "";
  return kept ? { team: kept } : {};
}

function content() {
  const { tab, error } = part.get();
  if (error) return failure(error, enter);
  if (!adminLists.lists.get().teams) return html`${form.head(tabName())}${form.skeleton()}`;
  return tab?.template() ?? nothing;
}

/** The frame around every view: where one can go, who is signed in, and what is wrong with the connection. */

import { html, nothing } from "lit-html";
import { config } from "../lib/config.js";
import * as dialogs from "../lib/dialogs.js";
import { explain } from "../lib/errors.js";
import { icon } from "../lib/icons.js";
import * as keys from "../lib/keys.js";
import { loadPart } from "../lib/load_part.js";
import { connection, whenBack } from "../lib/offline.js";
import { go, hashOf, place } from "../lib/router.js";
import * as session from "../lib/session.js";
import { slice } from "../lib/store.js";
import { choose, has, LANGUAGES, language, t } from "../lib/texts.js";
import * as theme from "../lib/theme.js";
import { openLoaded } from "../lib/typed_ahead.js";
import { labelOf } from "../state/alerts.js";
import * as own from "../state/for_me.js";
import * as nextConversation from "../state/next_conversation.js";
import { failure } from "./failure.js";
import { liveState } from "./live_state.js";
import * as panes from "./two_panes.js";

/**
 * A view. `enter` is called with each place that is the view's, `leave` with the first that is not.
 * @typedef {object} View
 * @property {(place: import("../lib/router.js").Place) => void} enter
 * @property {() => void} [leave]
 * @property {() => unknown} template
 * @property {() => string} title
 */

/** The views of `admin.js`, once they have come. @type {typeof import("./admin.js") | undefined} */
let admin;

/** Return a view of `admin.js`: at once if it is there. @param {"board" | "followUps" | "forYou" | "posts" | "proposals" | "reports" | "settings" | "unread"} name */
function later(name) {
  return () => admin?.[name] ?? loadAdmin().then((part) => part[name]);
}

async function loadAdmin() {
  admin = await loadPart(() => import("./admin.js"));
  return admin;
}

/** @type {Record<import("../lib/router.js").Name, () => View | Promise<View>>} */
const VIEWS = {
  inbox: () => panes,
  c: () => panes,
  posts: later("posts"),
  proposals: later("proposals"),
  "for-you": later("forYou"),
  "follow-ups": later("followUps"),
  reports: later("reports"),
  settings: later("settings"),
  board: later("board"),
  unread: later("unread"),
};

/** Places of the rail; on a phone, those with `more` are in the menu at its end.
 * @type {{name: "inbox" | "for-you" | "posts" | "proposals" | "follow-ups" | "reports" | "settings", groups?: string[], more?: boolean}[]} */
const RAIL = [
  { name: "inbox" },
  { name: "for-you" },
  { name: "posts" },
  { name: "proposals", more: true },
  { name: "follow-ups" },
  { name: "reports", more: true },
  { name: "settings", groups: ["lead", "admin"], more: true },
];

const shell = slice("shell", {
  /** @type {View | null} */
  view: null,
  /** @type {unknown} */
  error: null,
});

/**
 * Show the view of a place: at once where its code is there, so that no frame shows what was read for another place.
 * @param {import("../lib/router.js").Place} next
 */
export async function arrive(next) {
  closeMenu();
  dialogs.leave();
  try {
    const found = VIEWS[next.name]();
    const view = found instanceof Promise || !shell.get().view ? await found : found;
    // Another place may have been asked for while this one's code was on its way.
    if (place() !== next) return;
    const before = shell.get().view;
    if (before && before !== view) before.leave?.();
    view.enter(next);
    shell.change(() => ({ view, error: null }));
    if (before && before !== view) focusMain();
  } catch (error) {
    // The file of a view did not arrive: offline, or replaced by a newer version of the page.
    shell.change(() => ({ view: null, error }));
  }
}

/** Return the title of the browser's tab. */
export function title() {
  const own = shell.get().view?.title() ?? "";
  return own ? `${own} · ${config.brand}` : config.brand;
}

/** The whole page. */
export function template() {
  const { view, error } = shell.get();
  return html`
    <a class="skip" href="#main" @click=${skip}>${t("shell.skip")}</a>
    <div class="shell">
      ${rail()}
      <div class="stage">
        ${banner()}
        <main id="main" tabindex="-1">
          ${error ? failure(error, () => location.reload()) : (view?.template() ?? nothing)}
        </main>
      </div>
    </div>`;
}

let asked = false;

/** Say once that the session is over. What was typed stays where it is, and reading goes on. */
export async function askToSignIn() {
  if (asked) return;
  asked = true;
  await dialogs.open(
    t("session.ended.title"),
    () => html`
      <p>${t("session.ended.text")}</p>
      <div class="buttons">
        <button class="button primary" autofocus @click=${() => session.signIn()}>${t("session.sign_in")}</button>
      </div>`,
    { kind: "session", stays: true },
  );
}

function permitted() {
  return RAIL.filter(({ groups }) => !groups || session.is(...groups));
}

/** The place of the rail that is shown. */
function current() {
  return ["c", "unread"].includes(place().name) ? "inbox" : place().name;
}

function rail() {
  const shown = permitted();
  const here = current();
  return html`
    <nav class="rail" aria-label=${t("shell.navigation")}>
      <a class="mark" href="#/inbox" aria-label=${config.brand} title=${config.brand}>${mark()}</a>
      ${shown.map(
        ({ name, more }) => html`
          <a class="rail-item ${more ? "wide-only" : ""}" href=${hashOf(name)} aria-current=${here === name ? "page" : "false"}>
            ${icon(name)}<span>${t(`shell.${name}`)}</span>${badge(name)}
          </a>`,
      )}
      <span class="rail-space"></span>
      <button class="rail-item wide-only" @click=${showKeys}>${icon("help")}<span>${t("shell.keys")}</span></button>
      ${liveState()}
      <button class="rail-item account ${shown.some(({ name, more }) => more && name === here) ? "has-place" : ""}" popovertarget="account">
        <span class="avatar wide-only" aria-hidden="true">${initials(session.session.get().claims)}</span>
        <span class="wide-only">${t("shell.account")}</span>
        <span class="narrow-only">${icon("more")}<span>${t("shell.more")}</span>${badge("proposals")}</span>
      </button>
      ${accountMenu()}
    </nav>`;
}

/** The number of what the agent has to look at in a place. @param {string} name */
function badge(name) {
  const n = own.numbers()[name];
  return n
    ? html`<span class="rail-badge"><span aria-hidden="true">${labelOf(n)}</span><span class="unseen">${t("for_me.count", { n })}</span></span>`
    : nothing;
}

function mark() {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9"/><path d="M9 10.5h14V20h-7l-4.5 4v-4H9z"/></svg>`;
}

function banner() {
  if (session.session.get().ended) {
    return html`
      <div class="banner">
        ${icon("alert")}<span>${t("session.ended.banner")}</span>
        <button class="link-button" @click=${() => session.signIn()}>${t("session.sign_in")}</button>
      </div>`;
  }
  if (!connection.get().lost) return nothing;
  return html`<div class="banner" role="status">${icon("alert")}<span>${t("shell.offline")}</span></div>`;
}

function accountMenu() {
  const claims = session.session.get().claims;
  if (!claims) return nothing;
  const groups = (claims["cognito:groups"] ?? []).filter((group) => has(`role.${group}`));
  return html`
    <div class="menu" id="account" popover>
      <div class="menu-head">
        <strong>${claims.name ?? claims.email}</strong>
        <span>${claims.email}</span>
        <span>${groups.map((group) => t(`role.${group}`)).join(", ")}</span>
      </div>
      ${permitted()
        .filter(({ more }) => more)
        .map(
          ({ name }) =>
            html`<a class="menu-item narrow-only" href=${hashOf(name)} aria-current=${current() === name ? "page" : "false"}>${icon(name)}${t(`shell.${name}`)}${badge(name)}</a>`,
        )}
      ${choice("language", Object.keys(LANGUAGES), language(), (option) => LANGUAGES[/** @type {"en" | "de"} */ (option)], choose)}
      ${choice("theme", theme.THEMES, theme.theme(), (option) => t(`theme.${option}`), chooseTheme)}
      ${choice("after", nextConversation.CHOICES, nextConversation.chosen(), (option) => t(`after.${option}`), chooseAfter)}
      <button class="menu-item narrow-only" @click=${showKeys}>${icon("help")}${t("shell.keys")}</button>
      ${claims.identities ? nothing : secondStep()}
      <button class="menu-item" @click=${session.signOut}>${icon("leave")}${t("shell.sign_out")}</button>
    </div>`;
}

/**
 * @param {string} name
 * @param {string[]} choices
 * @param {string} chosen
 * @param {(choice: string) => string} labelOf
 * @param {(choice: string) => void} choose
 */
function choice(name, choices, chosen, labelOf, choose) {
  return html`
    <fieldset class="choice">
      <legend>${t(`shell.${name}`)}</legend>
      <div class="segments">
        ${choices.map(
          (option) => html`
            <label>
              <input type="radio" name=${name} value=${option} .checked=${option === chosen} @change=${() => choose(option)}>
              <span lang=${name === "language" ? option : nothing}>${labelOf(option)}</span>
            </label>`,
        )}
      </div>
    </fieldset>`;
}

/** @param {string} name */
function chooseTheme(name) {
  theme.choose(/** @type {theme.Theme} */ (name));
  shell.change(() => {});
}

/** @param {string} name */
function chooseAfter(name) {
  nextConversation.choose(name);
  shell.change(() => {});
}

/** Return the menu item for two-step sign-in; accounts of a company's own directory have it there. */
function secondStep() {
  return html`<button class="menu-item" @click=${showAccount}>${icon("private")}${t("account.second.menu")}</button>`;
}

/** Take the next conversation that nobody has, and open it. */
async function takeNext() {
  try {
    go(hashOf("c", (await own.takeNext()).id));
  } catch (error) {
    dialogs.toast(explain(error).text, { kind: "bad" });
  }
}

function closeMenu() {
  document.getElementById("account")?.hidePopover();
}

/** @param {(part: typeof import("./admin.js")) => unknown} open */
async function openDialog(open) {
  closeMenu();
  try {
    await openLoaded(loadAdmin, open);
  } catch {
    dialogs.toast(t("failure.offline.text"), { kind: "bad" });
  }
}

function showAccount() {
  return openDialog(({ account }) => account.open());
}

/** Show the keyboard shortcuts that work now. */
export function showKeys() {
  return openDialog(({ keyboardHelp }) => keyboardHelp.open());
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  focusMain();
}

function focusMain() {
  document.getElementById("main")?.focus();
}

/** @param {import("../lib/session.js").Claims | null} claims */
function initials(claims) {
  const words = (claims?.name ?? claims?.email ?? "?").split(/[\s.@]+/);
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("")
    .toUpperCase();
}

keys.register("everywhere", [
  { key: "?", text: "keys.help", run: showKeys },
  { key: "g i", text: "keys.inbox", run: () => go("#/inbox") },
  { key: "g y", text: "keys.for_me", run: () => go("#/for-you") },
  { key: "g p", text: "keys.posts", run: () => go("#/posts") },
  { key: "g a", text: "shell.proposals", run: () => go("#/proposals") },
  { key: "g n", text: "keys.take_next", run: takeNext },
  { key: "g f", text: "keys.follow_ups", run: () => go("#/follow-ups") },
  { key: "g r", text: "keys.reports", run: () => go("#/reports") },
  { key: "g s", text: "keys.settings", run: () => go("#/settings"), when: () => session.is("lead", "admin") },
]);

whenBack(() => {
  dialogs.toast(t("shell.back"), { kind: "good" });
  if (shell.get().error) location.reload();
});

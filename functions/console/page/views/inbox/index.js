/** The list of conversations with what finds and narrows it, and what the keyboard does there. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import * as keys from "../../lib/keys.js";
import { loadPart } from "../../lib/load_part.js";
import { whenBack } from "../../lib/offline.js";
import { go, hashOf, place } from "../../lib/router.js";
import { isNarrow } from "../../lib/screen.js";
import * as session from "../../lib/session.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { focusOn, openLoaded } from "../../lib/typed_ahead.js";
import * as bulkActions from "../../state/bulk_actions.js";
import * as state from "../../state/inbox.js";
import * as poll from "../../state/poll.js";
import * as reading from "../../state/reading.js";
import { fieldText, search, searching, write } from "../../state/search.js";
import { unread, watch } from "../../state/unread.js";
import { me } from "../../state/workspace.js";
import { empty, failure } from "../failure.js";
import * as bulk from "./bulk_bar.js";
import { bulkProblems } from "./bulk_problems.js";
import { chips, tabs, toggleMine } from "./filters.js";
import * as list from "./list.js";

/** Milliseconds between updates of the time that is left. */
const MINUTE_MS = 30_000;
const TYPED_MS = 250;

/** @type {() => void} */
let stop = () => {};
let entered = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;
/** The results' drawing, once it has come. @type {typeof import("./search_results.js") | undefined} */
let results;
/** The error because of which it has not. @type {unknown} */
let missing;

/** @param {import("../../lib/router.js").Place} next */
export function enter(next) {
  stop();
  bulkActions.drawProblemsWith(bulkProblems);
  // The list can be read and shown before it is known who reads it; what is the agent's own comes with the next drawing.
  me().catch(() => {});
  const silence = poll.onNews(catchUp);
  const back = whenBack(() => state.refresh());
  const clock = setInterval(schedule, MINUTE_MS);
  const forget = keys.register("inbox", KEYS);
  const unwatch = watch();
  stop = () => {
    silence();
    back();
    forget();
    unwatch();
    clearInterval(clock);
  };
  search(next.query.get("q") ?? "");
  if (next.query.get("q") && !results) loadResults();
  if (!next.query.get("q")) state.show(next.query);
  const { team } = state.inbox.get().filters;
  poll.showLists(team ? [team] : []);
  if (!entered) catchUp();
  entered = true;
}

/** Read what changed while the list was not shown, or since it was read. */
function catchUp() {
  return state.catchUp(poll.news.get().teams);
}

export function leave() {
  stop();
  stop = () => {};
  // Words whose search has not begun are left behind; the search must not lead back here.
  clearTimeout(typing);
  typing = undefined;
  write(searching.get().words);
  if (entered) poll.showLists(null);
  entered = false;
}

export function title() {
  const n = state.inbox.get().counts?.open ?? 0;
  return n ? t("inbox.title", { n }) : t("shell.inbox");
}

export function template() {
  const { selected } = state.inbox.get();
  const words = searching.get().words;
  return html`
    ${selected.size && !words ? bulk.template() : head()}
    ${words ? found() : html`${unreadable()}${tabs()}${chips()}${rows()}`}`;
}

/** Return the results of the search, or what stands in their place until they can be drawn. */
function found() {
  if (missing) return failure(missing, loadResults);
  return results ? results.template() : skeletons();
}

/** Load the drawing of results with the first search. */
async function loadResults() {
  missing = undefined;
  try {
    results = (await loadPart(() => import("../admin.js"))).searchResults;
  } catch (error) {
    missing = error;
  }
  schedule();
}

/** Messages that came in and could not be read, so that nobody waits for an answer in vain. */
function unreadable() {
  const { count, more } = unread.get();
  if (!count) return nothing;
  const text =
    count === 1 ? t("unread.notice.one") : t(more ? "unread.notice.more" : "unread.notice.many", { n: count });
  return html`<a class="unread-notice" href=${hashOf("unread")}>${icon("alert")}<span>${text}</span></a>`;
}

function head() {
  const words = place().query.get("q") ?? "";
  return html`
    <div class="inbox-head" role="search">
      <label class="search">
        ${icon("search")}
        <input id="search" type="search" placeholder=${t("search.placeholder")} aria-label=${t("search.placeholder")}
          autocomplete="off" spellcheck="false" dir="auto" .value=${live(fieldText(words, Boolean(typing)))} @input=${typed} @keydown=${pressed}>
        ${words ? html`<button class="icon-button" aria-label=${t("search.clear")} @click=${clear}>${icon("close")}</button>` : html`<kbd aria-hidden="true">/</kbd>`}
      </label>
      <button class="icon-button" aria-label=${t("inbox.log")} title=${t("inbox.log")} @click=${logCall}>${icon("plus")}</button>
    </div>`;
}

/** Log a call or visit; the dialog is loaded on first use. */
async function logCall() {
  await openLoaded(
    () => loadPart(() => import("../admin.js")),
    ({ logCallDialog }) => logCallDialog.openLogCall(state.inbox.get().filters.team),
  );
}

/** The rows, or what stands in their place. */
function rows() {
  const { pages, error } = state.inbox.get();
  if (!pages.length && error) return failure(error, () => state.startAgain());
  if (!pages.length) return skeletons();
  if (state.isWhole() && !state.conversationsShown().length) return nobody();
  return list.template();
}

function skeletons() {
  return html`<div class="skeletons" role="status" aria-label=${t("shell.loading")}>${[1, 2, 3, 4, 5, 6].map(() => list.skeletonRow())}</div>`;
}

/** Return the panel of an empty list, which is mostly good news. */
function nobody() {
  const { filters, outlook } = state.inbox.get();
  if (state.isNarrowed()) {
    const address = hashOf("inbox", "", { status: filters.status });
    const action = html`<a class="button" href=${address}>${t("inbox.none.all")}</a>`;
    return empty("filter", t("inbox.none.title"), t("inbox.none.text"), action);
  }
  if (outlook?.connected === false) return unconnected();
  const { status } = filters;
  const next = status === "open" && outlook?.next;
  return empty(
    status === "open" ? "check" : "inbox",
    t(`inbox.empty.${status}.title`),
    t(`inbox.empty.${status}.text`),
    next ? html`<p>${t("inbox.empty.next", { when: soon(next) })}</p>` : nothing,
  );
}

/** Return the panel where no account is connected. */
function unconnected() {
  if (!session.is("lead", "admin")) return empty("link", t("inbox.unconnected.title"), t("inbox.unconnected.ask"));
  const action = html`<a class="button primary" href=${hashOf("settings", "connections")}>${t("inbox.unconnected.connect")}</a>`;
  return empty("link", t("inbox.unconnected.title"), t("inbox.unconnected.text"), action);
}

// -- searching ---------------------------------------------------------------------------------------------------------

/** @param {Event} event */
function typed(event) {
  const words = /** @type {HTMLInputElement} */ (event.target).value;
  write(words);
  clearTimeout(typing);
  typing = setTimeout(() => goSearching(words), TYPED_MS);
}

/** @param {string} words */
function goSearching(words) {
  clearTimeout(typing);
  typing = undefined;
  const searched = Boolean(place().query.get("q"));
  const to = words.trim() ? hashOf("inbox", "", { q: words.trim() }) : state.addressWith();
  go(to, { replace: searched });
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.key === "Escape") {
    event.preventDefault();
    clear();
    list.focusRow(list.active());
  } else if (event.key === "Enter") {
    goSearching(/** @type {HTMLInputElement} */ (event.target).value);
  } else if (event.key === "ArrowDown") {
    event.preventDefault();
    step(1);
  }
}

function clear() {
  write("");
  schedule();
  goSearching("");
}

async function focusSearch() {
  const find = () => document.getElementById("search");
  // On a phone the list is hidden behind the conversation.
  if (place().name === "c" && isNarrow()) await go(state.addressWith());
  // What is selected stands in its place.
  if (!find()) state.selectAll(false);
  focusOn(find);
}

// -- the keyboard ------------------------------------------------------------------------------------------------------

/** @param {number} by */
function step(by) {
  if (searching.get().words) results?.step(by);
  else list.step(by);
}

/** Return the conversations for keyboard actions: the selected ones, else the active one. */
function chosen() {
  const selection = state.selection();
  const active = list.activeHead();
  return selection.length ? selection : active ? [active] : [];
}

/** @param {(heads: import("../../state/urgency.js").Listed[], anchor?: Element | null) => Promise<void>} action */
function on(action) {
  const heads = chosen();
  const row =
    heads.length === 1 ? document.getElementById(`row-${heads[0].id}`) : document.querySelector(".inbox-head");
  if (heads.length) action(heads, row).catch((error) => toast(explain(error).text, { kind: "bad" }));
}

function resolveOrReopen() {
  on((heads) =>
    heads.every(({ status }) => status === "resolved") ? bulkActions.reopen(heads) : bulkActions.resolve(heads),
  );
}

/** Show conversations as unread; as read, if none of them is read. @param {import("../../state/urgency.js").Listed[]} heads */
async function turnReadState(heads) {
  const isRead = heads.some(({ read }) => read !== false);
  await Promise.all(heads.map(({ id }) => (isRead ? reading.markUnread(id) : reading.markRead(id))));
}

function openActive() {
  const id = list.active();
  if (id && place().name !== "c") go(state.addressOf(id));
}

function goBack() {
  const id = place().id;
  const words = searching.get().words;
  go(words ? hashOf("inbox", "", { q: words }) : state.addressWith());
  if (id) list.goTo(id);
}

/** @param {KeyboardEvent} event */
function pick(event) {
  const id = list.active();
  if (id) state.select(id, event.shiftKey);
}

const open = () => place().name === "c";
const notSearching = () => !searching.get().words;
const some = () => state.inbox.get().selected.size > 0;

/** @type {import("../../lib/keys.js").Key[]} */
const KEYS = [
  { key: "j", text: "keys.next", run: () => step(1) },
  { key: "k", text: "keys.previous", run: () => step(-1) },
  { key: "o", text: "keys.open", run: openActive },
  { key: "u", text: "keys.back", run: goBack, when: open },
  { key: "x", text: "keys.select", run: pick, when: notSearching },
  { key: "Escape", text: "keys.select_none", run: () => state.selectAll(false), when: some },
  { key: "e", text: "keys.resolve", run: resolveOrReopen, when: notSearching },
  { key: "s", text: "keys.snooze", run: () => on(bulk.snooze), when: notSearching },
  { key: "a", text: "keys.assign", run: () => on(bulk.assign), when: notSearching },
  { key: "t", text: "keys.tag", run: () => on(bulk.tag), when: notSearching },
  { key: "_", text: "keys.unread", run: () => on(turnReadState), when: notSearching },
  { key: "m", text: "keys.mine", run: toggleMine, when: notSearching },
  { key: "/", text: "keys.search", run: focusSearch },
];

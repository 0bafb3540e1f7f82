/** Searches for people who look for advice: the list with what each one found so far, and the one that is edited. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { confirm, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { moment, percent } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { go, hashOf, place } from "../../lib/router.js";
import { blank, bodyOf, draftOf, missing, wordsOf } from "../../lib/search_draft.js";
import { slice } from "../../lib/store.js";
import { has, t } from "../../lib/texts.js";
import { focusOn } from "../../lib/typed_ahead.js";
import * as adminLists from "../../state/admin_lists.js";
import { Editor } from "../../state/editor.js";
import { empty, failure } from "../failure.js";
import * as form from "./form.js";
import * as fields from "./search_form.js";
import * as trial from "./search_trial.js";

/**
 * @typedef {import("../../lib/schemas.js").SavedSearch} SavedSearch
 * @typedef {import("../../lib/search_draft.js").SearchDraft} SearchDraft
 */

/** The address of a search that is not saved yet. */
const NEW = "new";

const list = slice("settings.searches.list", {
  /** @type {SavedSearch[] | null} */
  items: null,
  /** @type {unknown} */
  error: null,
  /** The id of the search that is paused or let go on. */
  busy: "",
});

/** The key is the id of a search, or that of a new one with its team. @type {Editor<SearchDraft>} */
const editor = new Editor("searches", {
  read: async (key) => {
    const [id, team] = key.split(" ");
    return id === NEW ? blank(team) : draftOf(await api.get(pathOf(id)));
  },
  write: async (_key, draft) => {
    const body = bodyOf(draft);
    return draftOf(await (draft.id ? api.send("PATCH", pathOf(draft.id), body) : api.send("POST", pathOf(), body)));
  },
  isHere: (next, key) => next.name === "settings" && next.id === "searches" && keyOf(next) === key,
});

/** @param {string} [id] */
function pathOf(id = "") {
  return `/searches${id && `/${encodeURIComponent(id)}`}`;
}

/** Return the key of the search that a place shows; empty for the list. @param {import("../../lib/router.js").Place} shown */
function keyOf({ query }) {
  const id = query.get("search") ?? "";
  return id === NEW ? `${NEW} ${form.teamName()}` : id;
}

export function enter() {
  const key = keyOf(place());
  if (!key) {
    close();
    load();
    return;
  }
  fields.enter();
  if (editor.part.get().key === key && editor.draft) return;
  trial.end();
  editor.open(key);
  focusOn(head);
}

function head() {
  return document.getElementById("search-head");
}

export function leave() {
  close();
  list.change(() => ({ items: null }));
}

function close() {
  trial.end();
  editor.close();
}

async function load() {
  try {
    const { items } = await api.getAll("/searches");
    list.change(() => ({ items, error: null }));
  } catch (error) {
    list.change(() => ({ error }));
  }
}

/** @param {string} search @param {string} [team] */
function hash(search, team = form.teamName()) {
  return hashOf("settings", "searches", { team, search });
}

export function template() {
  if (keyOf(place())) return one();
  return html`
    ${form.head("searches", html`<a class="button" href=${hash(NEW)}>${icon("plus")}${t("searches.new")}</a>`)}
    ${form.teamPicker("searches")}
    ${overview()}`;
}

function overview() {
  const { items, error } = list.get();
  if (error && !items) return failure(error, load);
  if (!items) return form.skeleton();
  const own = items.filter(({ team }) => team === form.teamName());
  if (!own.length) return empty("search", t("searches.none.title"), t("searches.none.text"));
  return html`<ul class="admin-cards">${own.map(card)}</ul>`;
}

/** @param {SavedSearch} search */
function card(search) {
  const { id, name, query, paused } = search;
  return html`
    <li class="admin-card admin-setting search-card">
      <div class="rule-head">
        <div class="list-main">
          <h2 dir="auto">${name}</h2>
          <span class="muted" dir="auto">${wordsOf(query)}</span>
        </div>
        ${paused ? html`<span class="mark-word warn">${icon("snooze")}${t("searches.paused")}</span>` : html`<span class="mark-word good">${icon("search")}${t("searches.runs")}</span>`}
      </div>
      ${search.pause_reason ? html`<p class="admin-notice warn">${icon("alert")}<span>${t(`searches.pause_reason.${search.pause_reason}`)}</span></p>` : nothing}
      <ul class="search-sources">${search.sources.map((source, at) => sourceLine(source, search.states[at]))}</ul>
      <p class="muted">${precision(search)}</p>
      <div class="row-actions">
        <a class="button slight" href=${hash(id)}>${icon("edit")}<span>${t("searches.edit")}<span class="unseen"> ${name}</span></span></a>
        <button type="button" class="button slight" ?disabled=${list.get().busy === id} @click=${() => pause(search)}>${icon(paused ? "refresh" : "snooze")}<span>${t(paused ? "searches.resume" : "searches.pause")}<span class="unseen"> ${name}</span></span></button>
        <a class="button slight" href=${hashOf("proposals", "", { team: search.team, search: id })}>${icon("answer")}<span>${t("searches.proposals")}<span class="unseen"> ${name}</span></span></a>
        <button type="button" class="button slight quiet-danger" @click=${() => remove(search)}>${icon("trash")}<span>${t("searches.remove")}<span class="unseen"> ${name}</span></span></button>
      </div>
    </li>`;
}

/** @param {SavedSearch} search */
function precision({ precision: { fit, judged, share } }) {
  if (share === null) return t("searches.precision.none");
  return t("searches.precision", { fit, n: judged, share: percent(share) });
}

/**
 * @param {SavedSearch["sources"][number]} source
 * @param {SavedSearch["states"][number] | undefined} state
 */
function sourceLine({ channel, connection, feed }, state) {
  const name = feed || `${adminLists.channelLabel(channel ?? "")} · ${connection}`;
  return html`
    <li>
      <bdi>${name}</bdi>
      ${state?.problem ? html`<span class="mark-word bad">${icon("alert")}${problemText(state.problem)}</span>` : nothing}
      ${state?.next_at && !state.problem ? html`<span class="muted">${t("searches.next_at", { at: moment(state.next_at) })}</span>` : nothing}
      ${state?.gap_at ? html`<span class="muted">${t("searches.gap_at", { at: moment(state.gap_at) })}</span>` : nothing}
    </li>`;
}

/** @param {string} reason */
function problemText(reason) {
  return t(has(`searches.problem.${reason}`) ? `searches.problem.${reason}` : "searches.problem.other");
}

/** @param {SavedSearch} search */
async function pause({ id, paused }) {
  list.change(() => ({ busy: id }));
  try {
    const changed = await api.send("PATCH", pathOf(id), { paused: !paused });
    list.change(({ items }) => ({ items: (items ?? []).map((each) => (each.id === id ? changed : each)) }));
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
  list.change(() => ({ busy: "" }));
}

/** @param {SavedSearch} search */
async function remove({ id, name }) {
  const agreed = await confirm({
    title: t("searches.remove_title", { name }),
    text: t("searches.remove_text"),
    action: t("searches.remove"),
    danger: true,
  });
  if (!agreed) return;
  try {
    await api.send("DELETE", pathOf(id));
    list.change(({ items }) => ({ items: (items ?? []).filter((each) => each.id !== id) }));
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

// -- one of them -------------------------------------------------------------------------------------------------------

function one() {
  const back = hash("");
  return html`
    <header class="tab-head">
      <a class="up" href=${back}>${icon("back")}${t("settings.tab.searches")}</a>
      <h1 id="search-head" tabindex="-1" dir="auto">${editor.draft?.name || t("searches.new")}</h1>
    </header>
    ${form.shown(editor, (draft) => html`${fields.template(editor, draft)} ${trial.template(editor, draft)} ${form.saveBar(editor, { run: save, blocked: blocked(draft) })}`)}`;
}

/** Return why it cannot be saved as it is; empty where it can. @param {SearchDraft} draft */
function blocked(draft) {
  const what = missing(draft, { toSave: true });
  return what ? t(`searches.missing.${what}`) : "";
}

/** Save it, and show it by its own address from then on. */
async function save() {
  const isNew = !editor.draft?.id;
  if (!(await editor.save())) return;
  trial.end();
  const { draft } = editor.part.get();
  if (isNew && draft) go(hash(draft.id, draft.team), { replace: true });
  focusOn(head);
}

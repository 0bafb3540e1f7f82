/** The form of a search: words, languages, places, what is left out, and for whom. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import * as api from "../../lib/api.js";
import { glyph } from "../../lib/glyphs.js";
import { icon } from "../../lib/icons.js";
import { languageName } from "../../lib/language_names.js";
import { LIMITS, USUAL_CENTS } from "../../lib/search_draft.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { focusOn } from "../../lib/typed_ahead.js";
import * as adminLists from "../../state/admin_lists.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/search_draft.js").SearchDraft} SearchDraft
 * @typedef {import("../../state/editor.js").Editor<SearchDraft>} SearchEditor
 * @typedef {import("../../lib/schemas.js").Connection} Connection
 * @typedef {SearchDraft["accounts"][number]} Account
 */

/** Languages whose open asks are told apart, and others in which posts can be found. */
const LANGUAGES = ["de", "en", "fr", "es", "it", "nl", "pl", "pt"];

const known = slice("settings.searches.sources", {
  /** @type {Connection[] | null} */
  connections: null,
  /** Channels that can be searched, and whether each post costs. @type {Map<string, boolean>} */
  metered: new Map(),
  /** @type {unknown} */
  error: null,
});

/** Read where can be searched. */
export async function enter() {
  try {
    const [connections, channels] = await Promise.all([api.getAll("/connections"), api.get("/channels")]);
    const searched = channels.items.filter((/** @type {{search: object | null}} */ { search }) => search);
    const metered = new Map(searched.map((/** @type {any} */ { name, search }) => [name, search.metered]));
    const found = connections.items.filter((/** @type {Connection} */ { channel }) => metered.has(channel));
    known.change(() => ({ connections: found, metered, error: null }));
  } catch (error) {
    known.change(() => ({ error }));
  }
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 */
export function template(editor, draft) {
  return html`${words(editor, draft)} ${sources(editor, draft)} ${leftOut(editor, draft)} ${work(editor, draft)} ${limits(editor, draft)}`;
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 */
function words(editor, draft) {
  const set = (/** @type {"all" | "any" | "none"} */ part) => (/** @type {string[]} */ list) =>
    editor.change((next) => {
      next.query[part] = list;
    });
  const name = form.input(
    "search-name",
    draft.name,
    (value) =>
      editor.change((next) => {
        next.name = value;
      }),
    { maxlength: 80, required: true },
  );
  const lines = /** @type {const} */ (["all", "any", "none"]).map((part) =>
    form.field(
      `search-${part}`,
      t(`searches.words.${part}`),
      form.words(`search-${part}`, draft.query[part], set(part), { hint: "words" }),
      { hint: t(`searches.words.${part}.hint`) },
    ),
  );
  return form.card(
    t("searches.words"),
    html`${form.field("search-name", t("searches.name"), name)} ${lines} ${languages(editor, draft)}`,
    t("searches.words.lead"),
  );
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 */
function languages(editor, draft) {
  const toggle = (/** @type {string} */ code, /** @type {boolean} */ on) =>
    editor.change((next) => {
      next.languages = next.languages.filter((each) => each !== code).concat(on ? code : []);
    });
  return html`
    <fieldset class="ticks in-row">
      <legend>${t("searches.languages")}</legend>
      ${[...new Set([...LANGUAGES, ...draft.languages])].map((code) => tick(languageName(code), draft.languages.includes(code), (on) => toggle(code, on)))}
      <p class="muted">${t("searches.languages.hint")}</p>
    </fieldset>`;
}

/**
 * @param {unknown} label
 * @param {boolean} checked
 * @param {(on: boolean) => void} changed
 */
function tick(label, checked, changed) {
  return html`<label class="ticked"><input type="checkbox" .checked=${live(checked)} @change=${(/** @type {any} */ event) => changed(event.target.checked)}><span>${label}</span></label>`;
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 */
function sources(editor, draft) {
  const { connections, error } = known.get();
  // An account that was chosen and is not read yet, or gone, stands there too, and can be cleared.
  const isKnown = (/** @type {Account} */ { channel, connection }) =>
    connections?.some((each) => each.channel === channel && each.name === connection);
  const others = draft.accounts.filter((each) => !isKnown(each));
  const shown = [
    ...(connections ?? []),
    ...others.map(({ channel, connection }) => ({ channel, name: connection, account_name: "" })),
  ];
  return form.card(
    t("searches.sources"),
    html`
      ${error ? html`<p class="wrong">${icon("alert")}<span>${t("searches.sources.unknown")}</span></p>` : nothing}
      ${shown.length ? html`<ul class="search-accounts">${shown.map((connection) => account(editor, draft, connection))}</ul>` : nothing}
      ${connections?.length === 0 ? html`<p class="muted">${t("searches.sources.none")}</p>` : nothing}
      ${feeds(editor, draft)}`,
    t("searches.sources.lead"),
  );
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 * @param {Pick<Connection, "channel" | "name" | "account_name">} connection
 */
function account(editor, draft, { channel, name, account_name: handle }) {
  const at = draft.accounts.findIndex((each) => each.channel === channel && each.connection === name);
  const choose = (/** @type {boolean} */ on) =>
    editor.change((next) => {
      if (on) next.accounts.push({ channel, connection: name, places: [], cents: null });
      else next.accounts.splice(at, 1);
    });
  const label = html`${glyph(channel)} ${adminLists.channelLabel(channel)} <span class="muted"><bdi>${handle || name}</bdi></span>`;
  return html`
    <li>
      ${tick(label, at >= 0, choose)}
      ${at < 0 ? nothing : details(editor, draft.accounts[at], at)}
    </li>`;
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft["accounts"][number]} chosen
 * @param {number} at
 */
function details(editor, { channel, connection, places, cents }, at) {
  const id = `search-places-${at}`;
  const setPlaces = (/** @type {string[]} */ list) =>
    editor.change((next) => {
      next.accounts[at].places = list;
    });
  return html`
    <div class="search-account">
      ${form.field(id, t("searches.places"), form.words(id, places, setPlaces, { hint: "places", label: t("searches.places_of", { connection }) }), { hint: t("searches.places.hint") })}
      ${known.get().metered.get(channel) ? budget(editor, cents, at) : nothing}
    </div>`;
}

/**
 * @param {SearchEditor} editor
 * @param {number | null} cents
 * @param {number} at
 */
function budget(editor, cents, at) {
  const id = `search-budget-${at}`;
  const set = (/** @type {number} */ value) =>
    editor.change((next) => {
      next.accounts[at].cents = Math.round(value * 100);
    });
  return form.field(
    id,
    t("searches.budget"),
    html`<span class="with-unit">${numberField(id, (cents ?? USUAL_CENTS) / 100, { least: 0.1, most: 1000, step: 0.1 }, set, `${id}-hint`)}</span>`,
    { hint: t("searches.budget.hint") },
  );
}

/**
 * A number within its ends; half a number is reset.
 * @param {string} id
 * @param {number} value
 * @param {{least: number, most: number, step?: number}} ends
 * @param {(value: number) => void} changed
 * @param {string} [describedBy]
 */
function numberField(id, value, { least, most, step = 1 }, changed, describedBy = "") {
  const typed = (/** @type {any} */ event) => {
    if (event.target.validity.valid && event.target.value) changed(event.target.valueAsNumber);
    else event.target.value = String(value);
  };
  return html`<input class="input" id=${id} type="number" inputmode="decimal" min=${least} max=${most} step=${step} required
    aria-describedby=${describedBy || nothing} .value=${live(String(value))} @change=${typed}>`;
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 */
function feeds(editor, draft) {
  const add = () => {
    editor.change(({ feeds: list }) => {
      list.push("");
    });
    const at = (editor.draft?.feeds.length ?? 1) - 1;
    focusOn(() => document.getElementById(`search-feed-${at}`));
  };
  const row = (/** @type {string} */ address, /** @type {number} */ at) => html`
    <li class="search-feed">
      ${form.input(
        `search-feed-${at}`,
        address,
        (value) =>
          editor.change((next) => {
            next.feeds[at] = value;
          }),
        { type: "url", maxlength: 1000, label: t("searches.feed", { n: at + 1 }) },
      )}
      <button type="button" class="icon-button" aria-label=${t("settings.remove_what", { what: t("searches.feed", { n: at + 1 }) })} @click=${() =>
        editor.change(({ feeds: list }) => {
          list.splice(at, 1);
        })}>${icon("close")}</button>
    </li>`;
  return html`
    <div class="field">
      <span class="label">${t("searches.feeds")}</span>
      <span class="hint">${t("searches.feeds.hint")}</span>
      ${draft.feeds.length ? html`<ul class="search-feeds">${draft.feeds.map(row)}</ul>` : nothing}
      <span><button type="button" class="chip-button" @click=${add}>${icon("plus")}${t("searches.feeds.add")}</button></span>
    </div>`;
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 */
function leftOut(editor, draft) {
  const lines = /** @type {const} */ (["brands", "excluded_accounts", "competitors"]).map((name) => {
    const set = (/** @type {string[]} */ list) =>
      editor.change((next) => {
        next[name] = list;
      });
    return form.field(
      `search-${name}`,
      t(`searches.${name}`),
      form.words(`search-${name}`, draft[name], set, { hint: "names" }),
      { hint: t(`searches.${name}.hint`) },
    );
  });
  return form.card(t("searches.left_out"), lines);
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 */
function work(editor, draft) {
  const setTeam = (/** @type {string} */ team) =>
    editor.change((next) => {
      next.team = team;
    });
  const setNote = (/** @type {any} */ event) =>
    editor.change((next) => {
      next.note = event.target.value;
    });
  const teams = adminLists.teams().map((team) => [team.name, adminLists.labelOf(team)]);
  return form.card(
    t("searches.work"),
    html`
      ${form.field("search-team", t("searches.team"), form.select("search-team", draft.team, teams, setTeam, { required: true }))}
      ${form.field("search-note", t("searches.note"), html`<textarea class="input" id="search-note" rows="3" dir="auto" maxlength="2000" aria-describedby="search-note-hint" .value=${live(draft.note)} @input=${setNote}></textarea>`, { hint: t("searches.note.hint") })}
      ${form.toggle(
        "search-approval",
        t("searches.approval"),
        draft.needs_approval,
        (on) =>
          editor.change((next) => {
            next.needs_approval = on;
          }),
        t("searches.approval.hint"),
      )}
      ${form.toggle("search-paused", t("searches.paused_switch"), draft.paused, (on) =>
        editor.change((next) => {
          next.paused = on;
        }),
      )}`,
  );
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 */
function limits(editor, draft) {
  const names = /** @type {(keyof typeof LIMITS)[]} */ (Object.keys(LIMITS));
  return form.card(
    t("searches.limits"),
    names.map((name) => {
      const set = (/** @type {number} */ value) =>
        editor.change((next) => {
          next.limits[name] = value;
        });
      return html`
        <div class="line-setting">
          <label class="line-text" for=${`search-${name}`}>${t(`searches.limits.${name}`)}</label>
          <span class="line-control with-unit">${numberField(`search-${name}`, draft.limits[name], LIMITS[name], set)}</span>
        </div>`;
    }),
    t("searches.limits.lead"),
  );
}

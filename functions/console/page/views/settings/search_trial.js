/** The trial of a search before it is saved: how many posts it finds, what it costs, and ten of them to mark. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import * as api from "../../lib/api.js";
import { announce } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { number, percent, relative } from "../../lib/format.js";
import { dollars } from "../../lib/format_money.js";
import { glyph } from "../../lib/glyphs.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { bodyOf, marked, missing, precisionOf } from "../../lib/search_draft.js";
import { slice } from "../../lib/store.js";
import { has, t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/search_draft.js").SearchDraft} SearchDraft
 * @typedef {import("../../state/editor.js").Editor<SearchDraft>} SearchEditor
 * @typedef {import("../../lib/schemas.js").TriedSearch} TriedSearch
 */

const trial = slice("settings.searches.trial", {
  /** @type {TriedSearch | null} */
  result: null,
  /** The search that was tried, to tell whether the search was changed since. */
  tried: "",
  /** Name and kind of the sources, in their order. @type {string[]} */
  sources: [],
  busy: false,
  /** @type {unknown} */
  error: null,
});

let generation = 0;

/** Forget the trial. */
export function end() {
  generation += 1;
  trial.change(() => ({ result: null, tried: "", sources: [], busy: false, error: null }));
}

/** Return what decides about the result of a trial. @param {SearchDraft} draft */
function essence(draft) {
  const { query, languages, sources, excluded_accounts, competitors, brands } = bodyOf(draft);
  return { query, languages, sources, excluded_accounts, competitors, brands, team: draft.team };
}

/** @param {SearchDraft} draft */
async function run(draft) {
  generation += 1;
  const mine = generation;
  const body = essence(draft);
  trial.change(() => ({ busy: true, error: null }));
  try {
    const result = await api.send("POST", "/searches/try", body);
    if (mine !== generation) return;
    const sources = body.sources.map(
      ({ feed, channel, connection }) => feed ?? `${adminLists.channelLabel(channel ?? "")} · ${connection}`,
    );
    trial.change(() => ({ result, sources, tried: JSON.stringify(body), busy: false }));
    announce(t("searches.trial.found", { n: result.found, count: number(result.found) }));
  } catch (error) {
    if (mine === generation) trial.change(() => ({ error, busy: false }));
  }
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 */
export function template(editor, draft) {
  const { result, busy, error, tried } = trial.get();
  const what = missing(draft);
  const isOld = result !== null && tried !== JSON.stringify(essence(draft));
  return form.card(
    t("searches.trial"),
    html`
      <p class="row-actions">
        <button type="button" class="button ${result && !isOld ? "" : "primary"}" ?disabled=${busy || what !== ""} @click=${() => run(draft)}>${icon("search")}${t(busy ? "searches.trial.runs" : "searches.trial.run")}</button>
        ${what ? html`<span class="muted">${t(`searches.missing.${what}`)}</span>` : nothing}
      </p>
      ${error ? html`<p class="wrong" role="alert">${icon("alert")}<span>${explain(error).text}</span></p>` : nothing}
      ${isOld ? html`<p class="muted">${t("searches.trial.old")}</p>` : nothing}
      ${result ? found(editor, draft, result) : nothing}`,
    t("searches.trial.lead"),
  );
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 * @param {TriedSearch} result
 */
function found(editor, draft, result) {
  const share = precisionOf(draft.marks);
  return html`
    <p class="search-found"><strong>${t("searches.trial.found", { n: result.found, count: number(result.found) })}</strong>
      ${result.cost_per_day ? t("searches.trial.cost_per_day", { cost: dollars(result.cost_per_day) }) : t("searches.trial.free")}
      ${result.cost ? html`<span class="muted">${t("searches.trial.cost", { cost: dollars(result.cost) })}</span>` : nothing}</p>
    ${result.complete ? nothing : html`<p class="muted">${t("searches.trial.incomplete")}</p>`}
    ${result.sources.length > 1 || result.sources.some(({ problem }) => problem) ? html`<ul class="search-sources">${result.sources.map(sourceLine)}</ul>` : nothing}
    ${
      result.examples.length
        ? html`
      <p>${t("searches.trial.mark")} ${share === null ? nothing : html`<strong>${t("searches.precision", { fit: draft.marks.filter(({ fit }) => fit).length, n: draft.marks.length, share: percent(share) })}</strong>`}</p>
      <ul class="search-examples">${result.examples.map((example) => exampleRow(editor, draft, example))}</ul>`
        : nothing
    }`;
}

/**
 * @param {TriedSearch["sources"][number]} source
 * @param {number} at
 */
function sourceLine({ found: count, problem, cost_per_day: cost }, at) {
  return html`
    <li>
      <bdi>${trial.get().sources[at]}</bdi>
      <span class="muted">${t("searches.trial.of_source", { n: count, count: number(count) })}${cost ? ` · ${dollars(cost)}` : nothing}</span>
      ${problem ? html`<span class="mark-word bad">${icon("alert")}${t(has(`searches.problem.${problem}`) ? `searches.problem.${problem}` : "searches.problem.other")}</span>` : nothing}
    </li>`;
}

/**
 * @param {SearchEditor} editor
 * @param {SearchDraft} draft
 * @param {TriedSearch["examples"][number]} example
 */
function exampleRow(editor, draft, { id, post, intent, proposed }) {
  const mark = draft.marks.find((each) => each.post === id);
  const link = safe(post.url);
  const set = (/** @type {boolean} */ fit) =>
    editor.change((next) => {
      next.marks = marked(next.marks, { post: id, fit, channel: post.channel });
    });
  const name = post.author.name ?? t("person.unknown");
  return html`
    <li class="search-example">
      <p class="message-by">${glyph(post.channel)} <strong><bdi>${name}</bdi></strong> <span class="muted">${relative(post.sent_at)}</span>
        <span class="mark-word ${proposed ? "good" : "plain"}">${t(proposed ? "searches.trial.proposed" : `searches.intent.${intent}`)}</span>
        ${link ? html`<a href=${link.href} target="_blank" rel="noopener noreferrer nofollow">${t("proposals.open_post")}</a>` : nothing}</p>
      ${post.title ? html`<p dir="auto"><strong>${post.title}</strong></p>` : nothing}
      <p class="proposal-words" dir="auto">${post.text}</p>
      <div class="segments" role="radiogroup" aria-label=${t("searches.trial.fits_of", { who: name })}>
        ${[true, false].map(
          (fit) =>
            html`<label><input type="radio" name=${`fit-${id}`} .checked=${live(mark?.fit === fit)} @change=${() => set(fit)}><span>${t(fit ? "searches.trial.fit" : "searches.trial.unfit")}</span></label>`,
        )}
      </div>
    </li>`;
}

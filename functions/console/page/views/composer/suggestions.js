/** The list that comes up while `/` or `@` is typed: arrows move, Enter or Tab takes, Escape leaves. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { askedAt, fitting, putIn } from "../../lib/suggest.js";
import { t } from "../../lib/texts.js";
import { answersFor } from "../../state/templates_and_macros.js";
import { colleagues, initials, workspace } from "../../state/workspace.js";

/**
 * @typedef {{id: string, name: string, also: string, folder?: string, shown?: string, kind: "template" | "macro" | "agent", value: any}} Offer
 * @typedef {{conversation: import("../../lib/schemas.js").Conversation, write: (text: string) => void, mention: (name: string, id: string) => void, macro: (macro: import("../../lib/schemas.js").Macro) => void,
 *   attach?: (files: import("../../lib/schemas.js").TemplateFile[]) => void}} Use
 */

const list = slice("suggest", {
  /** @type {import("../../lib/suggest.js").Asked | null} */
  asked: null,
  active: 0,
  /** The place at which a list was closed by Escape: it stays closed until another is asked for. */
  left: -1,
});

const LONGEST = 30;

/**
 * Look whether something is asked for at the caret.
 * @param {HTMLTextAreaElement} field
 * @param {string} allowedSigns
 */
export function look(field, allowedSigns) {
  const request = askedAt(
    field.value,
    field.selectionStart,
    field.selectionStart === field.selectionEnd ? allowedSigns : "",
  );
  const { asked, left } = list.get();
  if (request && request.from === left) return;
  if (request?.sign === "@") colleagues().catch(() => {});
  if (request?.from !== asked?.from || request?.word !== asked?.word || Boolean(request) !== Boolean(asked)) {
    list.change(() => ({ asked: request, active: 0, left: -1 }));
  }
}

/** Close the list. */
export function close() {
  if (list.get().asked) list.change(() => ({ asked: null, active: 0 }));
}

/** Ask for the templates at the caret, as if `/` were typed. @param {HTMLTextAreaElement} field @param {Use} use */
export function open(field, use) {
  field.focus();
  const at = field.selectionStart;
  const begins = at === 0 || /\s/.test(field.value[at - 1]);
  const put = begins ? "/" : " /";
  const text = field.value.slice(0, at) + put + field.value.slice(field.selectionEnd);
  use.write(text);
  field.value = text;
  field.setSelectionRange(at + put.length, at + put.length);
  look(field, "/");
}

/** @param {Use} use @returns {Offer[]} */
function offers({ conversation }) {
  const { asked } = list.get();
  if (!asked) return [];
  if (asked.sign === "@") {
    const others = workspace.get().agents.map(({ id, name }) => ({
      id: `agent-${id}`,
      name,
      also: "",
      kind: /** @type {const} */ ("agent"),
      value: id,
    }));
    return fitting(others, asked.word).slice(0, LONGEST);
  }
  const { templates, macros } = answersFor(conversation);
  /** @type {Offer[]} */
  const all = [
    ...templates.map((template) => ({
      id: `template-${template.name}-${template.language ?? ""}`,
      name: template.title,
      also: `${template.folder} ${template.text}`,
      folder: template.folder,
      shown: template.text,
      kind: /** @type {const} */ ("template"),
      value: template,
    })),
    ...macros.map((macro) => ({
      id: `macro-${macro.name}`,
      name: macro.title,
      also: "",
      kind: /** @type {const} */ ("macro"),
      value: macro,
    })),
  ];
  return fitting(all, asked.word).slice(0, LONGEST);
}

/** Tell whether a list is open. */
export function isOpen() {
  return list.get().asked !== null;
}

/** The id of the offer that Enter takes, for `aria-activedescendant`. @param {Use} use */
export function activeId(use) {
  const all = offers(use);
  const offer = all[Math.min(list.get().active, all.length - 1)];
  return offer ? optionId(offer) : undefined;
}

/**
 * A key in the field; says whether it was for the list.
 * @param {KeyboardEvent} event
 * @param {HTMLTextAreaElement} field
 * @param {Use} use
 */
export function press(event, field, use) {
  const { asked } = list.get();
  if (!asked || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
  const all = offers(use);
  if (!all.length && asked.word.includes(" ")) return false;
  if (event.key === "Escape") {
    list.change(() => ({ asked: null, left: asked.from }));
    return true;
  }
  const way = all.length ? KEYS[event.key] : undefined;
  way?.(all, field, use);
  return way !== undefined;
}

/** @type {Record<string, (all: Offer[], field: HTMLTextAreaElement, use: Use) => void>} */
const KEYS = {
  ArrowDown: (all) => step(all, 1),
  ArrowUp: (all) => step(all, -1),
  Enter: takeActive,
  Tab: takeActive,
};

/**
 * @param {Offer[]} all
 * @param {number} by
 */
function step(all, by) {
  const next = (list.get().active + by + all.length) % all.length;
  list.change(() => ({ active: next }));
  const reveal = () => document.getElementById(optionId(all[next]))?.scrollIntoView({ block: "nearest" });
  requestAnimationFrame(() => requestAnimationFrame(reveal));
}

/**
 * @param {Offer[]} all
 * @param {HTMLTextAreaElement} field
 * @param {Use} use
 */
function takeActive(all, field, use) {
  take(all[Math.min(list.get().active, all.length - 1)], field, use);
}

/**
 * @param {Offer} offer
 * @param {HTMLTextAreaElement} field
 * @param {Use} use
 */
function take(offer, field, use) {
  const { asked } = list.get();
  if (!asked) return;
  list.change(() => ({ asked: null, active: 0 }));
  const put = { template: offer.value.text, agent: `@${offer.name} `, macro: "" }[offer.kind];
  const next = putIn(field.value, asked, put);
  use.write(next.text);
  field.value = next.text;
  field.focus();
  field.setSelectionRange(next.start, next.end);
  if (offer.kind === "template" && offer.value.files.length) use.attach?.(offer.value.files);
  if (offer.kind === "agent") use.mention(offer.name, offer.value);
  if (offer.kind === "macro") use.macro(offer.value);
}

/**
 * @param {string} fieldId
 * @param {Use} use
 */
export function template(fieldId, use) {
  const { asked, active } = list.get();
  if (!asked) return nothing;
  const all = offers(use);
  // Several words that nothing fits are words of the answer itself.
  if (!all.length && asked.word.includes(" ")) return nothing;
  const state = asked.sign === "/" ? answersFor(use.conversation) : { busy: false, error: null };
  const chosen = Math.min(active, all.length - 1);
  const pick = (/** @type {Offer} */ offer) => {
    const field = /** @type {HTMLTextAreaElement | null} */ (document.getElementById(fieldId));
    if (field) take(offer, field, use);
  };
  return html`
    <div class="suggest" id="suggest-box">
      <div role="listbox" id="suggest" aria-label=${t(asked.sign === "/" ? "suggest.answers" : "suggest.colleagues")}>
        ${repeat(
          all,
          (offer) => offer.id,
          (offer, index) => html`
            <div role="option" id=${optionId(offer)} class="suggest-option ${index === chosen ? "active" : ""}" aria-selected=${String(index === chosen)}
              @mousedown=${(/** @type {Event} */ event) => event.preventDefault()} @click=${() => pick(offer)}>
              ${sign(offer)}
              <span class="suggest-name" dir="auto">${offer.name}</span>
              ${offer.kind === "macro" ? html`<span class="suggest-also">${t("suggest.macro")}</span>` : html`<span class="suggest-also" dir="auto">${filesOf(offer)}${offer.folder ? html`<b class="suggest-folder">${offer.folder}</b> ` : nothing}${offer.shown}</span>`}
            </div>`,
        )}
      </div>
      ${all.length ? nothing : html`<p class="suggest-none" role="status">${noneText(state, asked.sign)}</p>`}
    </div>`;
}

/**
 * @param {{busy: boolean, error: unknown}} state
 * @param {string} sign
 */
function noneText({ busy, error }, sign) {
  if (busy) return t("suggest.loading");
  if (error) return explain(error).text;
  return t(sign === "/" ? "suggest.no_answers" : "suggest.no_colleagues");
}

/** @param {Offer} offer */
function sign(offer) {
  if (offer.kind === "agent") return html`<span class="avatar" aria-hidden="true">${initials(offer.name)}</span>`;
  return icon(offer.kind === "macro" ? "macro" : "answer");
}

/** @param {Offer} offer */
function optionId(offer) {
  return `suggest-${offer.id.replace(/[^\w-]/g, "_")}`;
}

/** Return the sign of a template whose files go along. @param {Offer} offer */
function filesOf({ kind, value }) {
  if (kind !== "template" || !value.files.length) return nothing;
  const names = value.files.map((/** @type {{name: string}} */ file) => file.name).join(", ");
  return html`<span class="suggest-files" title=${names}>${icon("attachment")}<span class="unseen">${names}</span></span> `;
}

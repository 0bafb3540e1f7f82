/** The files that go along with an answer: chosen, dropped or pasted; how far each is; and how to leave one out. */

import { html, nothing } from "lit-html";
import { accept } from "../../lib/file_rules.js";
import { sized } from "../../lib/file_size.js";
import { percent } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as files from "../../state/files.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../lib/text_length.js").Route} Route
 */

/**
 * The button that attaches; nothing where the platform takes no files.
 * @param {Conversation} conversation
 * @param {Route | undefined} route
 */
export function button(conversation, route) {
  const rule = route?.files;
  if (!rule) return nothing;
  const chosen = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    files.add(conversation.id, route, [...(input.files ?? [])]);
    input.value = ""; // the same file may be chosen again
  };
  const open = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLElement} */ (event.currentTarget).nextElementSibling;
    /** @type {HTMLInputElement} */ (input).click();
  };
  const most = Math.max(...Object.values(rule.largest));
  const hint = t("files.hint", { n: rule.most, size: sized(most) });
  return html`
    <button type="button" class="button small quiet" title=${hint} @click=${open}>${icon("attachment")}${t("files.attach")}</button>
    <input type="file" class="unseen" tabindex="-1" aria-hidden="true" ?multiple=${rule.most > 1} accept=${accept(rule) || nothing} @change=${chosen}>`;
}

/**
 * List the attached files and those being uploaded.
 * @param {Conversation} conversation
 */
export function list(conversation) {
  const [ready, underWay, problem] = [
    files.ready(conversation.id),
    files.underWay(conversation.id),
    files.problem(conversation.id),
  ];
  if (!ready.length && !underWay.length && !problem) return nothing;
  return html`
    ${problem ? html`<p class="composer-notice warn" role="alert">${icon("alert")}<span dir="auto">${problem}</span></p>` : nothing}
    ${
      ready.length || underWay.length
        ? html`<ul class="composer-files" aria-label=${t("files.list")}>
        ${ready.map((file) => one(file.name, sized(file.size), () => remove(conversation, file.id)))}
        ${underWay.map(({ name, share, stop }) => one(name, t("files.uploading", { share: percent(share) }), stop, share))}
      </ul>`
        : nothing
    }`;
}

/**
 * @param {string} name
 * @param {string} label
 * @param {() => void} drop
 * @param {number} [share]
 */
function one(name, label, drop, share) {
  return html`
    <li class="composer-file">
      ${icon("attachment")}
      <span><bdi>${name}</bdi><span class="muted">${label}</span></span>
      ${share === undefined ? nothing : html`<progress max="1" .value=${share} aria-label=${label}></progress>`}
      <button type="button" class="icon-button small" aria-label=${t("files.remove", { name })} title=${t("files.remove", { name })} @click=${drop}>${icon("close")}</button>
    </li>`;
}

/**
 * @param {Conversation} conversation
 * @param {string} id
 */
function remove(conversation, id) {
  files.remove(conversation.id, id);
  schedule();
}

/**
 * Files that are pasted or dropped; other things are left to the browser.
 * @param {DataTransfer | null} transfer
 * @param {Event} event
 * @param {Conversation} conversation
 * @param {Route | undefined} route
 */
export function take(transfer, event, conversation, route) {
  const chosen = [...(transfer?.files ?? [])];
  if (!chosen.length) return;
  event.preventDefault();
  files.add(conversation.id, route, chosen);
}

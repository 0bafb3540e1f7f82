/** The place for files that are dragged over a conversation: it says where they will go, and takes them. */

import { html, nothing } from "lit-html";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as drafts from "../../state/drafts.js";
import * as files from "./files.js";
import { destinationOf, routesOf } from "./routes.js";

/** @typedef {import("../../lib/schemas.js").Conversation} Conversation */

/** Browsers repeat `dragover` several times a second; after this long without one, the files are elsewhere. */
const GONE_MS = 1000;

const target = slice("drop_target", { isOver: false });
/** @type {ReturnType<typeof setTimeout> | undefined} */
let going;

/** Keep the browser from opening a file in the page's place, wherever it is dropped. Returns what ends this. */
export function start() {
  const refuse = (/** @type {DragEvent} */ event) => {
    if (!hasFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
  };
  for (const type of /** @type {const} */ (["dragover", "drop"])) addEventListener(type, refuse);
  return () => {
    hide();
    for (const type of /** @type {const} */ (["dragover", "drop"])) removeEventListener(type, refuse);
  };
}

/** @param {DragEvent} event */
export function over(event) {
  if (!hasFiles(event)) return;
  event.preventDefault();
  clearTimeout(going);
  going = setTimeout(hide, GONE_MS);
  if (!target.get().isOver) target.change(() => ({ isOver: true }));
}

/** @param {DragEvent} event */
export function out(event) {
  const pane = /** @type {Element} */ (event.currentTarget);
  if (!(event.relatedTarget instanceof Node && pane.contains(event.relatedTarget))) hide();
}

/** @param {DragEvent} event @param {Conversation} conversation */
export function take(event, conversation) {
  hide();
  if (!hasFiles(event)) return;
  event.preventDefault();
  const { reason, route } = placeOf(conversation);
  if (!reason) files.take(event.dataTransfer, event, conversation, route);
}

/** @param {Conversation} conversation */
export function template(conversation) {
  if (!target.get().isOver) return nothing;
  const { reason, where } = placeOf(conversation);
  return html`
    <div class="drop-target ${reason ? "none" : where}">
      <p>${icon(reason ? "alert" : "attachment")}<span>${t(reason || `files.drop.${where}`)}</span></p>
    </div>`;
}

/**
 * Return where files would go, or why they cannot, as the key of a text.
 * @param {Conversation} conversation
 */
function placeOf(conversation) {
  const draft = drafts.draftOf(conversation.id);
  const where = destinationOf(conversation, draft);
  const route = routesOf(conversation).find(({ visibility }) => visibility === where);
  const reason = draft.mode === "note" ? "files.drop.note" : route?.files ? "" : "files.none";
  return { reason, where, route };
}

/** @param {DragEvent} event */
function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files") ?? false;
}

function hide() {
  clearTimeout(going);
  if (target.get().isOver) target.change(() => ({ isOver: false }));
}

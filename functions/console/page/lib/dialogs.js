/** Everything shown above the page: dialogs, questions, short notices, and announcements to screen readers. */

import { html, nothing, render } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { icon } from "./icons.js";
import { hold } from "./router.js";
import { schedule, subscribe } from "./store.js";
import { t } from "./texts.js";

/**
 * @typedef {import("lit-html").TemplateResult} Template
 * @typedef {{id: number, title: string, body: () => Template | string, close: (value?: any) => void, wide: boolean, kind: string,
 *   type: (event: Event) => void}} Dialog
 * @typedef {{id: number, text: string, kind: string, action: string, run: () => void, timer: ReturnType<typeof setTimeout>}} Toast
 */

/** @type {Dialog[]} */
let dialogs = [];
/** @type {Toast[]} */
let toasts = [];
let count = 0;
/**
 * Overlays of the current place: how each is closed, and whether typed text would be lost.
 * @type {Set<{close: () => void, loses: () => boolean}>}
 */
const overlays = new Set();

/**
 * Open a dialog. `body` is drawn with every change of the state; resolves with what it was closed with, `undefined` where
 * it was left.
 * @param {string} title
 * @param {(close: (value?: any) => void) => Template | string} body
 * @param {{wide?: boolean, kind?: string, stays?: boolean}} [options] a `kind` opens one dialog of its kind at a time; one that
 *   `stays` is not closed when the place is left
 * @returns {Promise<any>}
 */
export function open(title, body, { wide = false, kind = "", stays = false } = {}) {
  if (kind && dialogs.some((dialog) => dialog.kind === kind)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    count += 1;
    const id = count;
    const close = (/** @type {any} */ value) => {
      if (!dialogs.some((dialog) => dialog.id === id)) return;
      dialogs = dialogs.filter((dialog) => dialog.id !== id);
      ended();
      schedule();
      resolve(value);
    };
    const { type, ended } = stays ? { type: () => {}, ended: () => {} } : closeWithPlace(() => close(undefined));
    dialogs = [...dialogs, { id, title, body: () => body(close), close, wide, kind, type }];
    // At once: the next key is for the dialog.
    draw();
  });
}

/** Fields for text that would be lost, unlike search fields. */
const WORDS = "textarea, input:not([role=combobox], [type=checkbox], [type=radio], [type=datetime-local])";

/**
 * Close an overlay when its place is left, after a question where typed text would be lost. Returns what is to be
 * called with each `input` event in it, and when it is closed.
 * @param {() => void} close
 */
export function closeWithPlace(close) {
  /** @type {Set<HTMLInputElement>} */
  const typed = new Set();
  const losesText = () => [...typed].some((field) => field.isConnected && field.value.trim() !== "");
  const entry = { close, loses: losesText };
  overlays.add(entry);
  return {
    type: (/** @type {Event} */ { target }) => {
      if (target instanceof Element && target.matches(WORDS)) typed.add(/** @type {HTMLInputElement} */ (target));
    },
    ended: () => {
      overlays.delete(entry);
    },
  };
}

function anyLosesText() {
  return [...overlays].some(({ loses: losesText }) => losesText());
}

/** The place is left: what lies over it goes. */
export function leave() {
  for (const { close } of [...overlays]) close();
}

/** Ask before a place is left where something would be lost. */
export function askToLeave() {
  return confirm({
    title: t("settings.unsaved.title"),
    text: t("settings.unsaved.text"),
    action: t("settings.unsaved.leave"),
    danger: true,
    kind: "leave",
  });
}

/** Tell whether a dialog is open. */
export function isOpen() {
  return dialogs.length > 0;
}

/**
 * Ask before something is done.
 * @param {{title: string, text: string, action: string, danger?: boolean, kind?: string}} question
 * @returns {Promise<boolean>}
 */
export async function confirm({ title, text, action, danger = false, kind = "" }) {
  const answer = await open(
    title,
    (close) => html`
      <p>${text}</p>
      <div class="buttons">
        <button class="button" @click=${() => close(false)}>${t("dialog.cancel")}</button>
        <button class="button ${danger ? "danger" : "primary"}" autofocus @click=${() => close(true)}>${action}</button>
      </div>`,
    { kind },
  );
  return answer === true;
}

/**
 * A short notice, which goes by itself; with an `action`, a button that runs it. Returns what takes it away.
 * @param {string} text
 * @param {{action?: string, run?: () => void, seconds?: number, kind?: "info" | "good" | "bad"}} [options]
 */
export function toast(text, { action = "", run = () => {}, seconds = 5, kind = "info" } = {}) {
  count += 1;
  const id = count;
  const dismiss = () => {
    toasts = toasts.filter((toast) => toast.id !== id);
    schedule();
  };
  toasts = [...toasts.slice(-2), { id, text, kind, action, run, timer: setTimeout(dismiss, seconds * 1000) }];
  announce(text);
  schedule();
  return dismiss;
}

/** Announce something to screen readers. @param {string} text */
export function announce(text) {
  const place = document.getElementById("announcements");
  if (!place) return;
  // The same words twice are news twice.
  place.textContent = place.textContent === text ? `${text}\u00a0` : text;
}

/** Draw what comes up, from now on. */
export function start() {
  subscribe(draw);
  hold(() => !anyLosesText() || askToLeave());
  addEventListener("beforeunload", (event) => {
    if (anyLosesText()) event.preventDefault();
  });
}

function draw() {
  const place = /** @type {HTMLElement} */ (document.getElementById("dialogs"));
  render(html`${repeat(dialogs, (dialog) => dialog.id, dialogTemplate)}${toastsTemplate()}`, place);
  for (const element of place.querySelectorAll("dialog:not([open])")) {
    /** @type {HTMLDialogElement} */ (element).showModal();
  }
}

/** @param {Dialog} dialog */
function dialogTemplate(dialog) {
  const heading = `dialog-${dialog.id}`;
  return html`
    <dialog class="dialog ${dialog.wide ? "wide" : ""}" aria-labelledby=${heading} @close=${() => dialog.close()} @input=${dialog.type}>
      <header>
        <h2 id=${heading}>${dialog.title}</h2>
        <button class="icon-button" aria-label=${t("dialog.close")} @click=${() => dialog.close()}>${icon("close")}</button>
      </header>
      <div class="dialog-body">${dialog.body()}</div>
    </dialog>`;
}

function toastsTemplate() {
  if (!toasts.length) return nothing;
  return html`
    <div class="toasts" role="status" aria-live="off">
      ${repeat(
        toasts,
        (toast) => toast.id,
        (toast) => html`
          <div class="toast ${toast.kind}">
            <span>${toast.text}</span>
            ${toast.action ? html`<button class="link-button" @click=${() => act(toast)}>${toast.action}</button>` : nothing}
          </div>`,
      )}
    </div>`;
}

/** @param {Toast} toast */
function act(toast) {
  clearTimeout(toast.timer);
  toasts = toasts.filter((shown) => shown.id !== toast.id);
  schedule();
  toast.run();
}

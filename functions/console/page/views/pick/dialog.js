/**
 * Small dialogs beside what opened them, in which something is chosen: type to filter, arrows to move, Enter to take,
 * Escape to leave. The focus goes back to where it was. On a phone they come up from below.
 */

import { html, nothing, render } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { closeWithPlace } from "../../lib/dialogs.js";
import { icon } from "../../lib/icons.js";
import { schedule, subscribe } from "../../lib/store.js";
import { t } from "../../lib/texts.js";

/**
 * @typedef {{id: string, label: string, hint?: string, group?: string, sign?: unknown, chosen?: "true" | "false" | "mixed"}} Choice
 * `sign` is drawn before the label; `chosen` makes it one of several that can be taken together
 */

const GAP = 6;
let count = 0;

/**
 * Open a small dialog at an element (or in the middle). Resolves with what `close` was called with, `undefined` where it
 * was left.
 * @param {Element | null | undefined} anchor
 * @param {string} label its name for a screen reader
 * @param {(close: (value?: any) => void) => unknown} body drawn with every change of the state
 * @returns {Promise<any>}
 */
export function openPick(anchor, label, body) {
  const place = document.createElement("div");
  document.body.append(place);
  return new Promise((resolve) => {
    /** @type {any} */
    let taken;
    const dialog = () => /** @type {HTMLDialogElement} */ (place.firstElementChild);
    /** @type {(value?: any) => void} */
    const close = (value) => {
      taken = value;
      dialog().close();
      // Now, not with the event, which comes later: the next key is for what is opened by this choice.
      left();
    };
    const { type, ended } = closeWithPlace(() => close());
    const left = () => {
      if (!place.isConnected) return;
      ended();
      silence();
      place.remove();
      resolve(taken);
    };
    const aside = (/** @type {MouseEvent} */ event) => {
      if (event.target === event.currentTarget) close();
    };
    const draw = () => {
      render(
        html`<dialog class="pick" aria-label=${label} @close=${left} @click=${aside} @input=${type}><div class="pick-body">${body(close)}</div></dialog>`,
        place,
      );
    };
    const silence = subscribe(draw);
    draw();
    dialog().showModal();
    beside(dialog(), anchor);
    // What is added while it is open pushes it up, not out of the window.
    new ResizeObserver(() => within(dialog())).observe(dialog());
  });
}

/**
 * Put a dialog below an element, or above it where there is more room.
 * @param {HTMLElement} dialog
 * @param {Element | null | undefined} anchor
 */
function beside(dialog, anchor) {
  const at = anchor?.isConnected ? anchor.getBoundingClientRect() : null;
  if (!at || innerWidth < 640) {
    dialog.classList.add(at ? "sheet" : "centred");
    return;
  }
  const { width, height } = dialog.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight - GAP;
  const above = Math.max(GAP, at.top - GAP - height);
  const fits = Math.max(GAP, innerHeight - GAP - height);
  const top = below ? at.bottom + GAP : at.top > innerHeight / 2 ? above : fits;
  dialog.style.insetBlockStart = `${top}px`;
  dialog.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - GAP - width))}px`;
}

/** Keep all of a dialog in the window. @param {HTMLElement | null} dialog */
function within(dialog) {
  if (!dialog?.style.insetBlockStart) return;
  const { top, height } = dialog.getBoundingClientRect();
  const lowest = Math.max(GAP, innerHeight - GAP - height);
  if (top > lowest) dialog.style.insetBlockStart = `${lowest}px`;
}

/** Text as it is compared: without case and accents. @param {string} text */
export function plain(text) {
  // Marks go before it is taken apart, too: bringing many of them into their order takes the square of their number.
  return text.replace(/\p{M}/gu, "").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * A field with a list of choices below it.
 */
export class Chooser {
  /**
   * @param {object} options
   * @param {string} options.placeholder
   * @param {(text: string) => Choice[]} options.choices all of them, or those that a text makes possible
   * @param {(id: string) => void} options.take
   * @param {string} [options.none] what is said where nothing fits
   * @param {boolean} [options.several] whether several can be chosen
   */
  constructor({ placeholder, choices, take, none = "", several = false }) {
    count += 1;
    this.id = `pick-${count}`;
    this.text = "";
    this.active = 0;
    this.placeholder = placeholder;
    this.choices = choices;
    this.take = take;
    this.none = none;
    this.several = several;
  }

  /** Return the choices that match what was typed. */
  shown() {
    const wanted = plain(this.text.trim());
    return this.choices(this.text.trim()).filter(({ label, hint = "" }) => plain(`${label} ${hint}`).includes(wanted));
  }

  template() {
    const shown = this.shown();
    const active = shown[Math.min(this.active, shown.length - 1)];
    return html`
      <label class="pick-field">
        ${icon("search")}
        <input role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls=${this.id}
          aria-activedescendant=${active ? this.optionId(active) : nothing} aria-label=${this.placeholder}
          placeholder=${this.placeholder} autocomplete="off" spellcheck="false" dir="auto" autofocus
          .value=${this.text} @input=${this.type} @keydown=${this.press}>
      </label>
      <div class="pick-list" role="listbox" id=${this.id} aria-label=${this.placeholder}
        aria-multiselectable=${this.several ? "true" : nothing}>
        ${groups(shown).map(
          ([name, choices]) => html`
            <div role="group" aria-label=${name || nothing}>
              ${name ? html`<div class="pick-group" aria-hidden="true">${name}</div>` : nothing}
              ${repeat(
                choices,
                (choice) => choice.id,
                (choice) => this.option(choice, choice === active),
              )}
            </div>`,
        )}
      </div>
      ${shown.length ? nothing : html`<p class="pick-none" role="status">${this.none || t("pick.none")}</p>`}`;
  }

  /**
   * @param {Choice} choice
   * @param {boolean} active
   */
  option(choice, active) {
    return html`
      <div role="option" id=${this.optionId(choice)} class="pick-option ${active ? "active" : ""}"
        aria-selected=${choice.chosen ? String(choice.chosen === "true") : String(active)}
        @click=${() => this.take(choice.id)} @mousedown=${keepFocus}>
        ${this.several ? box(choice.chosen) : nothing}
        ${choice.sign ?? nothing}
        <span class="pick-label" dir="auto">${choice.label}</span>
        ${choice.chosen === "mixed" ? html`<span class="pick-hint">${t("pick.some")}</span>` : nothing}
        ${choice.hint ? html`<span class="pick-hint">${choice.hint}</span>` : nothing}
      </div>`;
  }

  /** @param {Choice} choice */
  optionId(choice) {
    return `${this.id}-${encodeURIComponent(choice.id)}`;
  }

  /** @param {Event} event */
  type = (event) => {
    this.text = /** @type {HTMLInputElement} */ (event.target).value;
    this.active = 0;
    schedule();
  };

  /** @param {KeyboardEvent} event */
  press = (event) => {
    if (event.isComposing) return;
    const shown = this.shown();
    /** @type {Record<string, number>} */
    const moved = { ArrowDown: this.active + 1, ArrowUp: this.active - 1 };
    if (event.key in moved) {
      this.active = (moved[event.key] + shown.length) % Math.max(1, shown.length);
      schedule();
      requestAnimationFrame(() => requestAnimationFrame(() => this.reveal()));
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && shown.length) {
      this.take(shown[Math.min(this.active, shown.length - 1)].id);
    } else return;
    event.preventDefault();
  };

  reveal() {
    document.querySelector(`#${this.id} .active`)?.scrollIntoView({ block: "nearest" });
  }
}

/** @param {"true" | "false" | "mixed" | undefined} chosen */
function box(chosen) {
  return html`<span class="pick-box ${chosen ?? "false"}" aria-hidden="true">${chosen === "true" ? icon("check") : nothing}</span>`;
}

/** @param {Choice[]} choices @returns {[string, Choice[]][]} */
function groups(choices) {
  /** @type {Map<string, Choice[]>} */
  const groups = new Map();
  for (const choice of choices) groups.set(choice.group ?? "", [...(groups.get(choice.group ?? "") ?? []), choice]);
  return [...groups];
}

/** A click on a choice leaves the focus in the field. @param {Event} event */
function keepFocus(event) {
  event.preventDefault();
}

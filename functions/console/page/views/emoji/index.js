/**
 * The choice of emoji: a field to search in, and below it a grid that the arrow keys move through while one types. The
 * names come with the page, in the reader's language. People and hands are shown in the skin tone that was chosen last.
 */

import { html, nothing } from "lit-html";
import { guard } from "lit-html/directives/guard.js";
import { chooseTone, chosenTone, found, recent, remember, TONES, toned } from "../../lib/emoji_search.js";
import { icon } from "../../lib/icons.js";
import { loadPart } from "../../lib/load_part.js";
import { schedule } from "../../lib/store.js";
import { language, t } from "../../lib/texts.js";
import { openPick } from "../pick/dialog.js";

/**
 * @typedef {import("../../lib/emoji_search.js").Emoji} Emoji
 * @typedef {import("../../lib/emoji_search.js").Group} Group
 */

/** @type {Record<string, () => Promise<{default: Group[]}>>} */
const LOADED = {
  en: () => loadPart(() => import("emojibase-data/en/data.json")),
  de: () => loadPart(() => import("emojibase-data/de/data.json")),
};
/** Emoji in a row of the grid; the style sheet has as many columns. */
const COLUMNS = 8;
/** Emoji that a search shows at most. */
const MOST = 120;
/** The emoji that shows the skin tones. @type {Emoji} */
const HAND = ["✋", "", "", 1];

/** Load the emoji, in groups, with their names in the reader's language. */
export async function loadGroups() {
  const { default: groups } = await LOADED[language()]();
  return groups;
}

/**
 * Open the choice beside an element, and write what is chosen in the place of what is selected; the caret stands behind it.
 * @param {Group[]} groups
 * @param {Element} anchor
 * @param {string} field the id of the field of the composer that was written in last
 */
export async function insertEmoji(groups, anchor, field) {
  const choice = new Choice(groups);
  const emoji = await openPick(anchor, t("emoji.title"), (close) => choice.template(close));
  const area = [field, "answer", "note"].map((id) => document.getElementById(id)).find((found) => found);
  if (!emoji || !(area instanceof HTMLTextAreaElement) || area.readOnly) return;
  area.focus();
  area.setRangeText(emoji, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

class Choice {
  /** @param {Group[]} groups */
  constructor(groups) {
    const names = new Map(groups.flatMap((group) => group.emoji).map((emoji) => [emoji[0], emoji]));
    const used = recent().flatMap((emoji) => (names.has(emoji) ? [/** @type {Emoji} */ (names.get(emoji))] : []));
    this.groups = used.length ? [{ title: t("emoji.recent"), emoji: used }, ...groups] : groups;
    this.all = groups;
    this.group = 0;
    this.text = "";
    this.active = 0;
    this.tone = chosenTone();
    /** @type {(emoji?: string) => void} */
    this.close = () => {};
  }

  /** @returns {Emoji[]} */
  shown() {
    return this.text.trim() ? found(this.all, this.text, MOST) : this.groups[this.group].emoji;
  }

  /** @param {(emoji?: string) => void} close */
  template(close) {
    this.close = close;
    const shown = this.shown();
    const active = shown[this.active];
    return html`
      <label class="pick-field">
        ${icon("search")}
        <input role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls="emoji-grid" aria-haspopup="grid"
          aria-activedescendant=${active ? `emoji-${this.active}` : nothing} aria-label=${t("emoji.search")}
          placeholder=${t("emoji.search")} autocomplete="off" spellcheck="false" dir="auto" autofocus
          .value=${this.text} @input=${this.type} @keydown=${this.press}>
      </label>
      ${this.text.trim() ? nothing : this.groupButtons()}
      <div class="emoji-grid" role="grid" id="emoji-grid" aria-label=${this.text.trim() ? t("emoji.title") : this.groups[this.group].title}>
        ${guard([shown.map(([emoji]) => emoji).join(), this.active, this.tone], () => rows(shown).map((row, index) => this.row(row, index * COLUMNS)))}
      </div>
      <div class="emoji-foot">
        <p class="emoji-name" aria-hidden="true">${active ? html`<span>${toned(active, this.tone)}</span>${active[1]}` : nothing}</p>
        ${this.toneButtons()}
      </div>
      ${shown.length ? nothing : html`<p class="pick-none" role="status">${t("pick.none")}</p>`}`;
  }

  groupButtons() {
    const choose = (/** @type {number} */ index) => () => {
      this.group = index;
      this.active = 0;
      document.getElementById("emoji-grid")?.scrollTo(0, 0);
      schedule();
    };
    return html`
      <div class="emoji-groups" role="group" aria-label=${t("emoji.groups")}>
        ${this.groups.map(
          ({ title, emoji }, index) => html`
            <button type="button" aria-pressed=${index === this.group} aria-label=${title} title=${title} @click=${choose(index)}>${emoji[0][0]}</button>`,
        )}
      </div>`;
  }

  toneButtons() {
    const choose = (/** @type {number} */ tone) => () => {
      this.tone = tone;
      chooseTone(tone);
      schedule();
      /** @type {HTMLElement | null} */ (document.querySelector('[aria-controls="emoji-grid"]'))?.focus();
    };
    return html`
      <div class="emoji-tones" role="group" aria-label=${t("emoji.tones")}>
        ${TONES.map((_, tone) => {
          const label = t(`emoji.tone.${tone}`);
          return html`<button type="button" aria-pressed=${tone === this.tone} aria-label=${label} title=${label} @click=${choose(tone)}>${toned(HAND, tone)}</button>`;
        })}
      </div>`;
  }

  /** @param {Emoji[]} row @param {number} first */
  row(row, first) {
    return html`<div role="row">${row.map((emoji, index) => this.cell(emoji, first + index))}</div>`;
  }

  /** @param {Emoji} emoji @param {number} index */
  cell(emoji, index) {
    const active = index === this.active;
    const name = emoji[1];
    return html`<span role="gridcell" id="emoji-${index}" class=${active ? "active" : ""} aria-selected=${active} aria-label=${name} title=${name} @click=${() => this.take(emoji)}>${toned(emoji, this.tone)}</span>`;
  }

  /** @param {Emoji} emoji */
  take(emoji) {
    remember(emoji[0]);
    this.close(toned(emoji, this.tone));
  }

  /** @param {Event} event */
  type = (event) => {
    this.text = /** @type {HTMLInputElement} */ (event.target).value;
    this.active = 0;
    schedule();
  };

  /** @param {KeyboardEvent} event */
  press = (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = this.shown();
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
    if (event.key in steps) {
      const next = this.active + steps[event.key];
      if (next >= 0 && next < shown.length) this.active = next;
      schedule();
      requestAnimationFrame(() => requestAnimationFrame(() => this.reveal()));
    } else if (event.key === "Enter" && shown.length) this.take(shown[this.active]);
    else return;
    event.preventDefault();
  };

  reveal() {
    document.getElementById(`emoji-${this.active}`)?.scrollIntoView({ block: "nearest" });
  }
}

/** @param {Emoji[]} shown @returns {Emoji[][]} */
function rows(shown) {
  return Array.from({ length: Math.ceil(shown.length / COLUMNS) }, (_, index) =>
    shown.slice(index * COLUMNS, (index + 1) * COLUMNS),
  );
}

/** Editor of a settings page: the saved document, the draft, and errors of saving. */

import * as api from "../lib/api.js";
import { announce, askToLeave, toast } from "../lib/dialogs.js";
import { explain } from "../lib/errors.js";
import { refusedField } from "../lib/refused_field.js";
import { hold } from "../lib/router.js";
import { draw, slice } from "../lib/store.js";
import { has, t } from "../lib/texts.js";
import { focusOn } from "../lib/typed_ahead.js";

/** Selects what is wrong: the field, or else the sentence about it. */
const WRONG = "#main [aria-invalid='true'], #main .save-bar .wrong";

/**
 * @template T
 * @typedef {object} Part
 * @property {string} key which of several is edited, such as the team
 * @property {T | null} saved
 * @property {T | null} draft
 * @property {unknown} error why it could not be read
 * @property {boolean} saving
 * @property {{field: string, message: string} | null} wrong what the API did not take
 */

/**
 * A document that is read, edited here, and saved on request.
 * @template T
 */
export class Editor {
  /** @type {() => void} */
  #letGo = () => {};

  /**
   * @param {string} name
   * @param {{read: (key: string) => Promise<T>, write: (key: string, draft: T, saved: T) => Promise<T | void>,
   *   isHere?: (next: import("../lib/router.js").Place, key: string) => boolean}} store `isHere` knows the places where the
   *   same is edited on
   */
  constructor(name, store) {
    this.store = store;
    /** @type {Part<T>} */
    const initial = { key: "", saved: null, draft: null, error: null, saving: false, wrong: null };
    this.part = slice(`settings.${name}`, initial);
  }

  /** The document with the changes. @returns {T | null} */
  get draft() {
    return this.part.get().draft;
  }

  get dirty() {
    const { saved, draft } = this.part.get();
    return JSON.stringify(saved) !== JSON.stringify(draft);
  }

  /** Show the document with this key, freshly read. @param {string} [key] */
  async open(key = "") {
    this.#letGo();
    this.#letGo = holdWhile(this);
    if (this.part.get().key !== key) this.part.change(() => ({ key, saved: null, draft: null, wrong: null }));
    try {
      const saved = await this.store.read(key);
      // What was typed meanwhile is kept.
      if (this.part.get().key === key && !this.dirty) this.part.change(() => this.#as(saved));
    } catch (error) {
      if (this.part.get().key === key) this.part.change(() => ({ error }));
    }
  }

  /** Stop editing. */
  close() {
    this.#letGo();
    this.part.change(() => ({ key: "", saved: null, draft: null, error: null, wrong: null }));
  }

  /**
   * Change the draft by hand, and draw it: handlers of the form act on what was drawn, and the next event may come before
   * the next frame.
   * @param {(draft: T) => void} fn
   */
  change(fn) {
    this.part.change(({ draft }) => {
      if (!draft) return {};
      const next = structuredClone(draft);
      fn(next);
      return { draft: next, wrong: null };
    });
    draw();
  }

  /** Forget what was changed. */
  discard() {
    this.part.change(({ saved }) => ({ draft: saved, wrong: null }));
  }

  /** Write it; says whether that went well. @returns {Promise<boolean>} */
  async save() {
    const { key, draft, saved } = this.part.get();
    if (!draft || !saved) return false;
    this.part.change(() => ({ saving: true, wrong: null }));
    try {
      const now = (await this.store.write(key, draft, saved)) ?? draft;
      this.part.change(() => ({ ...this.#as(now), saving: false }));
      toast(t("settings.saved"), { kind: "good" });
      return true;
    } catch (error) {
      this.part.change(() => ({ saving: false, wrong: wrongOf(error) }));
      announce(this.wrong(null));
      focusOn(() => document.querySelector(WRONG));
      return false;
    }
  }

  /**
   * Return the error of a field (`null`: of any field), as a sentence; empty where there is none.
   * @param {string | null} field
   */
  wrong(field) {
    const { wrong } = this.part.get();
    return wrong && (field === null || wrong.field === field) ? wrong.message : "";
  }

  /** @param {T} saved @returns {Partial<Part<T>>} */
  #as(saved) {
    return { saved, draft: structuredClone(saved), error: null, wrong: null };
  }
}

/** Ask before the place is left while something is not saved. @param {Editor<any>} editor */
function holdWhile(editor) {
  const ask = async () => {
    const leave = await askToLeave();
    if (leave) editor.discard();
    return leave;
  };
  const release = hold((next) => !editor.dirty || editor.store.isHere?.(next, editor.part.get().key) || ask());
  const warn = (/** @type {BeforeUnloadEvent} */ event) => {
    if (editor.dirty) event.preventDefault();
  };
  addEventListener("beforeunload", warn);
  return () => {
    release();
    removeEventListener("beforeunload", warn);
  };
}

/**
 * @param {unknown} error
 * @returns {{field: string, message: string}}
 */
function wrongOf(error) {
  const { title, text } = explain(error);
  if (!(error instanceof api.ApiError)) return { field: "", message: `${title}. ${text}` };
  const field = String(error.details.field ?? refusedField(error.message));
  const key = `settings.wrong.${field}`;
  return { field, message: has(key) ? t(key) : text };
}

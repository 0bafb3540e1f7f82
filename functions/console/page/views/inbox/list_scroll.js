/**
 * Directives that lit does not have: sizes set by script (the page's policy forbids style attributes), and a part of
 * the page that is drawn by itself, so that scrolling draws the list and nothing else.
 */

import { noChange } from "lit-html";
import { Directive, directive } from "lit-html/directive.js";

class Sized extends Directive {
  /**
   * @param {number} _height
   * @param {number} [_before]
   */
  render(_height, _before) {
    return noChange;
  }

  /**
   * @param {any} part
   * @param {[number, number?]} lengths
   */
  update(part, [height, before = 0]) {
    const { style } = /** @type {HTMLElement} */ (part.element);
    style.blockSize = `${height}px`;
    style.paddingBlockStart = `${before}px`;
    return noChange;
  }
}

class Own extends Directive {
  /** @param {(element: HTMLElement) => void} _draw */
  render(_draw) {
    return noChange;
  }

  /**
   * @param {any} part
   * @param {[(element: HTMLElement) => void]} draw
   */
  update(part, [draw]) {
    draw(part.element);
    return noChange;
  }
}

/** An element this high, with this much room before its content (pixels). */
export const sized = directive(Sized);
/** An element whose content is drawn by this function, with every change of the page and whenever it likes. */
export const own = directive(Own);

/**
 * The rows of the list. Only those that are seen are in the page, however many there are; who reads further down is not
 * moved when something comes in above. One row is in the order of the Tab key, arrows go to the others.
 */

import { html, nothing, render } from "lit-html";
import { guard } from "lit-html/directives/guard.js";
import { repeat } from "lit-html/directives/repeat.js";
import { number } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { go, place } from "../../lib/router.js";
import { language, t } from "../../lib/texts.js";
import { addressOf, conversationsShown, inbox, isWhole, select, setVisible } from "../../state/inbox.js";
import { readAhead } from "../../state/open_conversation.js";
import { sections } from "../../state/urgency.js";
import { workspace } from "../../state/workspace.js";
import { anchored, layout, orderOf, rowAt, seen, topOf } from "./list_layout.js";
import { content, face, nameOf } from "./list_row.js";
import { own, sized } from "./list_scroll.js";

/** @typedef {import("../../state/urgency.js").Listed} Listed */

/** The height of a row, as in inbox.css, in the size of the page's letters. */
const ROW_REM = 4.25;
const HEAD_REM = 2;
const TICK_MS = 15_000;
/** Rows that are drawn above and below what is seen, at least. */
const MORE = 4;

/** @type {HTMLElement | null} */
let scroller = null;
/** @type {import("./list_layout.js").Layout} */
let placed = layout([], () => "", { row: 1, head: 0 });
/** The list that was drawn last, to see whether it changed. */
let drawnFor = { pages: /** @type {unknown} */ (null), heads: /** @type {Map<string, Listed>} */ (new Map()), rem: 0 };
/** Conversations that came in above what is seen. */
let above = 0;
/** The scroll position of the list when it was left. */
let keptTop = 0;
let filters = "";
let hadFocus = false;

/** The list, as a part of the page that draws itself. */
export function template() {
  return html`<div class="list" @keydown=${press} @focusin=${focused} @pointerdown=${pressed} ${own(mount)}></div>`;
}

/** Draws again when the size of the list changes. */
const grown = new ResizeObserver(() => draw());

/** @param {HTMLElement} element */
function mount(element) {
  render(frame(), element);
  const box = /** @type {HTMLElement} */ (element.firstElementChild);
  if (box !== scroller) {
    scroller = box;
    grown.disconnect();
    grown.observe(box);
    settle();
    scroller.scrollTop = keptTop;
  } else settle();
  // What came in above may have become more.
  render(frame(), element);
  draw();
}

function frame() {
  return html`
    <div class="rows" @scroll=${scrolled} tabindex="-1"></div>
    ${
      above
        ? html`<button class="news" @click=${toTop}>${icon("back")}${t("list.above", { n: above })}</button>`
        : nothing
    }`;
}

/** Take up what changed in the list without moving what is read. */
function settle() {
  if (!scroller) return;
  const { pages, heads } = inbox.get();
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  if (drawnFor.pages === pages && drawnFor.heads === heads && drawnFor.rem === rem) return;
  drawnFor = { pages, heads, rem };
  const rows = conversationsShown();
  const sectionById = inbox.get().filters.status === "open" && !inbox.get().filters.sort ? sections(rows) : new Map();
  const next = layout(
    rows.map(({ id }) => id),
    (id) => sectionById.get(id) ?? "",
    { row: ROW_REM * rem, head: HEAD_REM * rem },
  );
  const asked = JSON.stringify(inbox.get().filters);
  const before = placed;
  placed = next;
  if (asked !== filters) {
    filters = asked;
    keptTop = 0;
    above = 0;
    scroller.scrollTop = 0;
    return;
  }
  if (scroller.scrollTop <= 0 || !before.height) return;
  const { top, came } = anchored(before, next, scroller.scrollTop);
  above += came;
  rows.length && draw(top);
  scroller.scrollTop = top;
}

/** Return the rows to draw of each section. @param {number} top @param {number} bottom */
function windows(top, bottom) {
  return placed.sections.map((section) => seen(placed, section, top, bottom, MORE));
}

/** The rows drawn now, to see whether scrolling changes them. */
let drawn = "";

/** Draw what is to be seen after scrolling, if that is not there yet. */
function drawMore() {
  if (!scroller) return;
  const { scrollTop: top, clientHeight } = scroller;
  if (JSON.stringify(windows(top, top + clientHeight)) === drawn) tell(top, top + clientHeight);
  else draw(top);
}

/** @param {number} [top] */
function draw(top = scroller?.scrollTop ?? 0) {
  if (!scroller) return;
  const bottom = top + scroller.clientHeight;
  const ranges = windows(top, bottom);
  drawn = JSON.stringify(ranges);
  // Rows say what is left in minutes.
  const now = Math.floor(Date.now() / TICK_MS) * TICK_MS;
  const isComplete = isWhole();
  // Those that the layout was made for: another list may be on its way already.
  const { heads } = drawnFor;
  const { active } = inbox.get();
  const reachable = placed.places.has(active) ? active : (placed.sections[0]?.ids[0] ?? "");
  render(
    html`
      <div class="list-size" ${sized(placed.height)}>
        ${repeat(
          placed.sections,
          ({ key }) => key,
          (section, number) => {
            const { start, end } = ranges[number];
            const { row: size } = placed.sizes;
            return html`
              <section>
                ${section.key ? html`<h2 class="list-head">${t(`list.${section.key}`)} <span>${counted(section)}</span></h2>` : nothing}
                <ul aria-label=${section.key ? t(`list.${section.key}`) : t("list.all")}
                  ${sized(section.ids.length * size, start * size)}>
                  ${repeat(
                    section.ids.slice(start, end),
                    (id) => id,
                    (id, index) =>
                      row(/** @type {Listed} */ (heads.get(id)), {
                        position: start + index + 1,
                        size: isComplete ? section.ids.length : -1,
                        reachable: id === reachable,
                        now,
                      }),
                  )}
                </ul>
              </section>`;
          },
        )}
      </div>
      ${isWhole() ? nothing : more()}`,
    scroller,
  );
  refocus();
  tell(top, bottom);
}

/** Return the count of a section; the last one may go on. @param {import("./list_layout.js").Section} section */
function counted(section) {
  const last = section === placed.sections[placed.sections.length - 1];
  return `${number(section.ids.length)}${last && !isWhole() ? "+" : ""}`;
}

function more() {
  return html`<div class="skeletons" aria-hidden="true">${skeletonRow()}${skeletonRow()}</div>`;
}

/** Return a placeholder for a row. */
export function skeletonRow() {
  return html`<div class="skeleton"><span class="row-face"></span><span class="bone short"></span><span class="bone"></span></div>`;
}

/**
 * @typedef {{position: number, size: number, reachable: boolean, now: number}} Where
 * @typedef {Where & {chosen: boolean, choosing: boolean, open: boolean, address: string}} Shown
 */

/**
 * Return a row, drawn only if something in it changed.
 * @param {Listed} head
 * @param {Where} where
 */
function row(head, where) {
  const { selected } = inbox.get();
  const shownAs = {
    ...where,
    chosen: selected.has(head.id),
    choosing: selected.size > 0,
    open: place().name === "c" && place().id === head.id,
    address: addressOf(head.id),
  };
  const others = [head, workspace.get().me, workspace.get().teams, language()];
  return guard([...others, ...Object.values(shownAs)], () => rowTemplate(head, shownAs));
}

/**
 * @param {Listed} head
 * @param {Shown} shownAs
 */
function rowTemplate(head, { position, size, reachable, now, chosen, choosing, open, address }) {
  return html`
    <li class="row-item ${chosen ? "chosen" : ""} ${choosing ? "choosing" : ""} ${head.read === false ? "fresh" : ""}"
      aria-setsize=${size} aria-posinset=${position}>
      <label class="row-pick">
        ${face(head)}
        <input type="checkbox" .checked=${chosen} tabindex=${reachable ? 0 : -1} aria-label=${t("list.select", { name: nameOf(head) })}
          @click=${(/** @type {MouseEvent} */ event) => pick(event, head.id)}>
      </label>
      <a class="row" id=${rowId(head.id)} href=${address} data-id=${head.id} tabindex=${reachable ? 0 : -1}
        aria-current=${open ? "true" : nothing}>${content(head, now)}</a>
    </li>`;
}

/** @param {string} id */
function rowId(id) {
  return `row-${id}`;
}

/**
 * @param {MouseEvent} event
 * @param {string} id
 */
function pick(event, id) {
  select(id, event.shiftKey);
  inbox.change(() => ({ active: id }));
}

/**
 * Say what is seen, so that it is kept fresh.
 * @param {number} top
 * @param {number} bottom
 */
function tell(top, bottom) {
  const first = orderOf(placed, rowAt(placed, top));
  const below = rowAt(placed, bottom);
  const last = below ? orderOf(placed, below) : placed.ids.length - 1;
  const { ids } = placed;
  queueMicrotask(() => setVisible(ids.slice(first, last + 1), ids.length - last));
}

let drawing = false;

function scrolled() {
  if (!scroller || drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    if (!scroller) return;
    keptTop = scroller.scrollTop;
    if (keptTop <= 0 && above) toTop();
    drawMore();
  });
}

/** Show what came in above. */
function toTop() {
  above = 0;
  if (scroller?.parentElement) render(frame(), scroller.parentElement);
  scroller?.scrollTo({ top: 0 });
}

// -- the keyboard ------------------------------------------------------------------------------------------------------

/** Return the active row: the open conversation, else the row that was gone to. */
export function active() {
  return place().name === "c" ? place().id : inbox.get().active;
}

/** The conversation that the keyboard is at. @returns {Listed | undefined} */
export function activeHead() {
  return inbox.get().heads.get(active());
}

/** The index of the active row, so that the next one takes its place when it goes. */
let lastIndex = 0;

/** Go to the next row, or the one before; with a conversation open, open that one. @param {number} by */
export function step(by) {
  const { ids, places } = placed;
  if (!ids.length) return;
  const from = places.get(active())?.order ?? lastIndex - (by > 0 ? 1 : 0);
  goTo(ids[Math.max(0, Math.min(ids.length - 1, from + by))], place().name === "c");
}

/**
 * Go to a row, and open it if wanted.
 * @param {string} id
 * @param {boolean} [open]
 */
export function goTo(id, open = false) {
  inbox.change(() => ({ active: id }));
  reveal(id);
  lastIndex = orderOf(placed, id);
  if (open) go(addressOf(id), { replace: true });
  else focusRow(id);
}

/** Give the focus to a row. @param {string} id */
export function focusRow(id) {
  draw();
  document.getElementById(rowId(id))?.focus({ preventScroll: true });
}

/** Scroll as little as possible to have a row in view. @param {string} id */
function reveal(id) {
  const top = topOf(placed, id);
  if (!scroller || top === undefined) return;
  const room = placed.sections[0]?.key ? placed.sizes.head : 0;
  const { scrollTop, clientHeight } = scroller;
  if (top - room < scrollTop) scroller.scrollTop = Math.max(0, top - room);
  else if (top + placed.sizes.row > scrollTop + clientHeight)
    scroller.scrollTop = top + placed.sizes.row - clientHeight;
}

/** @param {FocusEvent} event */
function focused(event) {
  const row = /** @type {HTMLElement} */ (event.target).closest(".row-item")?.querySelector("a");
  hadFocus = true;
  const id = row?.dataset.id;
  if (id && id !== inbox.get().active) inbox.change(() => ({ active: id }));
  if (id) lastIndex = orderOf(placed, id);
}

/** Begin to read what the mouse is about to open: pressing and letting go takes as long as the answer. @param {PointerEvent} event */
function pressed(event) {
  const { pointerType, button, ctrlKey, metaKey, shiftKey, altKey } = event;
  // A finger may begin to scroll, and with a key a link opens elsewhere.
  if (pointerType !== "mouse" || button || ctrlKey || metaKey || shiftKey || altKey) return;
  const row = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("a.row"));
  if (row?.dataset.id) readAhead(row.dataset.id);
}

/** If the row that had the focus has gone, its neighbour gets it. */
function refocus() {
  const { activeElement } = document;
  if (activeElement && activeElement !== document.body) {
    hadFocus = Boolean(scroller?.contains(activeElement));
    return;
  }
  if (!hadFocus || document.querySelector("dialog[open]")) return;
  const { active: current } = inbox.get();
  if (placed.places.has(current)) return;
  const next = placed.ids[Math.min(lastIndex, placed.ids.length - 1)];
  if (!next) return;
  hadFocus = false;
  queueMicrotask(() => goTo(next));
}

/** @type {Record<string, number>} */
const ARROWS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -1e9, End: 1e9 };

/** @param {KeyboardEvent} event */
function press(event) {
  const by = ARROWS[event.key];
  if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const { ids } = placed;
  const next = ids[Math.max(0, Math.min(ids.length - 1, orderOf(placed, inbox.get().active) + by))];
  if (next) goTo(next);
}

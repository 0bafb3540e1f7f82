// Small tools for the page's elements. Texts of others enter the page as text, never as HTML.

import { state } from "./state.js";

export const byId = (id) => document.getElementById(id);

export function element(tag, className = "", content = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (content) made.textContent = content;
  return made;
}

const heights = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    if (target.scrollHeight > target.clientHeight) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

/** Makes the element of a message's text; a long one scrolls, and is reached by keyboard then. */
export function textElement() {
  const made = element("p", "text");
  heights.observe(made);
  return made;
}

export function button(className, label, onClick) {
  const made = element("button", className, label);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

/** The class of an element that moves in; what stood there before does not. */
export const arriving = () => (state.live ? " new" : "");

/** Keeps one element per entry, in order, so that what somebody is typing survives an update. */
export function fill(container, entries, make, update) {
  const before = new Map([...container.children].map((child) => [child.dataset.key, child]));
  let place = null;
  for (const entry of entries) {
    const child = before.get(entry.id) ?? make(entry);
    before.delete(entry.id);
    child.dataset.key = entry.id;
    const next = place ? place.nextSibling : container.firstChild;
    if (child !== next) container.insertBefore(child, next);
    update(child, entry);
    place = child;
  }
  for (const gone of before.values()) gone.remove();
}

export function paintAvatar(avatar, name, isAccount = false) {
  const words = name.trim().split(/\s+/);
  const letters = (words.length > 1 ? [words[0], words.at(-1)] : words).map((word) => [...word][0] ?? "");
  let hue = 0;
  for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  avatar.textContent = letters.join("").toUpperCase();
  avatar.classList.toggle("page", isAccount);
  avatar.style.setProperty("--hue", String(hue));
}

/** The distance to a time of the square, in words. */
export function ago(then) {
  const seconds = Math.round((then - state.view.now - (performance.now() - state.view.receivedAt)) / 1000);
  const format = new Intl.RelativeTimeFormat(state.language, { numeric: "auto", style: "short" });
  const steps = [[86400, "day"], [3600, "hour"], [60, "minute"]];
  const [size, unit] = steps.find(([step]) => Math.abs(seconds) >= step) ?? [1, "second"];
  return unit === "second" ? format.format(0, "second") : format.format(Math.round(seconds / size), unit);
}

/** Sends a form's text on Enter and on its button, once at a time. `send` returns whether it went out. */
export function sendOnEnter(form, box, send, afterwards = () => {}) {
  box.addEventListener("input", () => form.classList.toggle("filled", Boolean(box.value)));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const content = box.value.trim();
    if (!(content || form.file) || form.sending) return;
    form.sending = true;
    if (await send(content)) {
      box.value = "";
      form.classList.remove("filled");
      afterwards();
    }
    form.sending = false;
  });
}

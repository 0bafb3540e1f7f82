/** Light, dark, or as the system is. */

const KEPT = "nachfrage.theme";

/** @typedef {"auto" | "light" | "dark"} Theme */

/** @type {Theme[]} */
export const THEMES = ["auto", "light", "dark"];

/** What was chosen in this browser. @returns {Theme} */
export function theme() {
  const kept = localStorage.getItem(KEPT);
  return THEMES.find((theme) => theme === kept) ?? "auto";
}

/** From now on, and in this browser, this theme. @param {Theme} name */
export function choose(name) {
  localStorage.setItem(KEPT, name);
  start();
}

/** Show what was chosen. */
export function start() {
  const chosen = theme();
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

/** Light, dark, or as the system is. */

const KEPT = "nachfrage.theme";

/** @typedef {"auto" | "light" | "dark"} Theme */

/** @type {Theme[]} */
export const THEMES = ["auto", "light", "dark"];

/** Return the theme chosen in this browser. @returns {Theme} */
export function theme() {
  const kept = localStorage.getItem(KEPT);
  return THEMES.find((theme) => theme === kept) ?? "auto";
}

/** Use this theme from now on in this browser. @param {Theme} name */
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

/**
 * The keyboard. A view registers what its keys do; `?` shows all that work now.
 *
 * Keys are named as the browser names them (`j`, `Enter`, `Escape`), with `Mod+` for Ctrl or Cmd; two that are pressed one
 * after the other with a space between (`g i`). While somebody types,
 * only those with `Mod+` and Escape do anything.
 */

/**
 * @typedef {{key: string, text: string, run: (event: KeyboardEvent) => void, when?: () => boolean, typed?: boolean}} Key
 * `text` is the key of its explanation; one that is `typed` means something in a field, which sees to it itself
 */

/** @type {Map<string, Key[]>} */
const scopes = new Map();

/**
 * Register the keys of a scope, in place of those it had; returns what takes them back.
 * @param {string} scope names the text `keys.scope.<scope>` that heads them in the help
 * @param {Key[]} keys
 */
export function register(scope, keys) {
  scopes.set(scope, keys);
  return () => {
    if (scopes.get(scope) === keys) scopes.delete(scope);
  };
}

/** List the keys that work now, by scope. */
export function registered() {
  return [...scopes].map(([scope, keys]) => ({ scope, keys: keys.filter(({ when }) => !when || when()) }));
}

/** Name a key press. @param {KeyboardEvent} event */
export function nameOf(event) {
  const mod = event.ctrlKey || event.metaKey;
  return `${mod ? "Mod+" : ""}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
}

/** Milliseconds that the first of two keys waits for the second. */
const PATIENCE_MS = 1500;
let begun = { name: "", at: 0 };

/** Listen to the keyboard. */
export function start() {
  addEventListener("keydown", press);
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const name = nameOf(event);
  if (isTyping(event.target) && !name.startsWith("Mod+") && name !== "Escape") return;
  // A dialog keeps the keyboard to itself.
  if (document.querySelector("dialog[open]")) return;
  const both = Date.now() - begun.at < PATIENCE_MS ? `${begun.name} ${name}` : name;
  begun = { name: "", at: 0 };
  const match = find(both) ?? find(name);
  if (match) {
    event.preventDefault();
    match.run(event);
  } else if (begins(name)) {
    event.preventDefault();
    begun = { name, at: Date.now() };
  }
}

/** Tell whether a key is the first of two. @param {string} name */
function begins(name) {
  return [...scopes.values()].flat().some(({ key, when }) => key.startsWith(`${name} `) && (!when || when()));
}

/** The key of the latest scope that has it. @param {string} name */
function find(name) {
  for (const keys of [...scopes.values()].reverse()) {
    const match = keys.find(({ key, when, typed }) => key === name && !typed && (!when || when()));
    if (match) return match;
  }
  return undefined;
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["button", "checkbox", "radio", "submit"].includes(target.type);
  return target.isContentEditable || target.matches("textarea, select");
}

// What the page's parts share: the visitor, the chosen platform, its view, and the texts of the chosen language.

const POST = { "Content-Type": "application/json" };

export const stored = (key, fallback) => localStorage.getItem(`square.${key}`) ?? fallback;
export const store = (key, value) => localStorage.setItem(`square.${key}`, value);

// The address can choose: /?name=Mira&language=de&theme=dark&view=private&platform=telegram
export const parameters = new URLSearchParams(location.search);
for (const key of ["name", "language", "theme"]) if (parameters.has(key)) store(key, parameters.get(key));

const isKnown = (tag) => /^(de|en)\b/.test(tag);

export const state = {
  texts: {},
  language: [stored("language", ""), ...navigator.languages].find(isKnown)?.slice(0, 2) ?? "en",
  name: stored("name", ""),
  platform: parameters.get("platform") ?? stored("platform", "facebook"),
  view: null,
  /** True once the first view is shown: what comes later moves in. */
  live: false,
};

let tag = "";

/** A text in the chosen language. */
export function text(key, values = {}) {
  return (state.texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Has the visitor do something: `post`, `edit`, `remove`, `react` or `read`. Throws with the square's reason. */
export async function act(what, body) {
  const address = `/_square/${state.platform}/${what}`;
  const answer = await fetch(address, { method: "POST", headers: POST, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error((await answer.json()).error);
}

/** The chosen platform's view if it changed since the last call, or null. */
export async function newView() {
  const platform = state.platform;
  const headers = tag ? { "If-None-Match": tag } : {};
  const answer = await fetch(`/_square/${platform}/view?limit=60`, { headers, cache: "no-store" });
  if (answer.status !== 200) return null;
  const view = await answer.json();
  if (platform !== state.platform) return null;
  tag = answer.headers.get("ETag") ?? "";
  return view;
}

/** Has the next `newView` return a view in any case. */
export function forgetView() {
  tag = "";
}

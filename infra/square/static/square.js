// The page of the market square: the public threads and the visitor's private chat, as customers see them.

import { showChat } from "./chat.js";
import { button, byId, paintAvatar, sendOnEnter } from "./elements.js";
import { addFileChoice, attachmentsOf, forgetFile, showFileChoice } from "./files.js";
import { act, forgetView, newView, parameters, state, store, stored, text } from "./state.js";
import { glyph } from "./glyphs.js";
import { showPosts } from "./threads.js";
import { pageOf, RATED, TITLED } from "./view.js";

const POLL_MS = 1000;
const AGES_MS = 30_000;
const BANNER_MS = 5000;

// --- showing and doing -----------------------------------------------------------------------------------------------

/** Has the visitor do something, and shows what came of it; returns whether it worked. The body may be on its way. */
async function perform(what, body) {
  try {
    await act(what, await body);
  } catch (error) {
    announce(text("failed", { reason: error.message }));
    return false;
  }
  await refresh();
  return true;
}

function announce(message) {
  byId("announcement").textContent = message;
  const banner = byId("offline");
  banner.textContent = message;
  banner.hidden = false;
  setTimeout(() => { banner.hidden = true; }, BANNER_MS);
}

async function refresh() {
  try {
    const view = await newView();
    if (view) {
      state.view = { ...pageOf(view), receivedAt: performance.now() };
      show();
    }
    if (byId("offline").dataset.lost) hideLost();
  } catch {
    forgetView();
    Object.assign(byId("offline"), { hidden: false, textContent: text("offline") }).dataset.lost = "yes";
  }
}

function hideLost() {
  delete byId("offline").dataset.lost;
  byId("offline").hidden = true;
}

function show() {
  const page = state.view.account.name;
  byId("public").classList.toggle("closed-here", !state.view.can.has("public"));
  byId("private").classList.toggle("closed-here", !state.view.can.has("private"));
  byId("public-title").textContent = text("public_title", { page });
  byId("private-title").textContent = text("private_title", { page });
  paintAvatar(byId("chat-avatar"), page, true);
  byId("post").querySelector(".subject").hidden = !TITLED.has(state.platform);
  byId("post").querySelector(".stars").hidden = !RATED.has(state.platform);
  byId("message").querySelector(".subject").hidden = !TITLED.has(state.platform);
  byId("post").querySelector("textarea").placeholder = text("post_placeholder", { name: state.name });
  byId("message").querySelector("textarea").placeholder = text("message_placeholder", { page });
  showFileChoice(byId("post"), "attach_public");
  showFileChoice(byId("message"), "attach");
  const isRated = RATED.has(state.platform) && state.view.posts.some((post) => post.stars && post.author.name === state.name);
  byId("post").hidden = isRated;
  byId("rated").hidden = !isRated;
  showPosts(perform);
  showChat(perform);
}

// --- who visits, and in which language ----------------------------------------------------------------------------------

function showVisitor() {
  paintAvatar(byId("avatar"), state.name || "?");
  for (const each of byId("personas").children) each.setAttribute("aria-pressed", String(each.textContent === state.name));
  if (state.view) show();
}

function become(name) {
  state.name = name.trim().slice(0, 60) || state.texts.people.split(",")[0];
  store("name", state.name);
  byId("name").value = state.name;
  showVisitor();
}

async function speak(language) {
  state.texts = await (await fetch(`/_texts/${language}.json`)).json();
  state.language = language;
  document.documentElement.lang = language;
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = text(each.dataset.text);
  for (const each of document.querySelectorAll("[data-placeholder-text]")) each.placeholder = text(each.dataset.placeholderText);
  for (const each of document.querySelectorAll("[data-label]")) {
    each.setAttribute("aria-label", text(each.dataset.label));
    if (each.tagName === "BUTTON") each.title = text(each.dataset.label);
  }
  const other = language === "de" ? "en" : "de";
  Object.assign(byId("language"), { textContent: other.toUpperCase(), title: text("other_language"), lang: other });
  byId("language").setAttribute("aria-label", `${other.toUpperCase()}, ${text("other_language")}`);
  byId("personas").replaceChildren(...state.texts.people.split(",").map((name) => button("", name, () => become(name))));
  become(state.name);
}

function dress(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

// --- the platforms -------------------------------------------------------------------------------------------------------

async function offerPlatforms() {
  const { platforms, labels, inbox } = await (await fetch("/_square/health")).json();
  if (!platforms.includes(state.platform)) state.platform = platforms[0];
  const tabs = platforms.map((name) => {
    const tab = button("", labels[name], () => visit(name));
    tab.setAttribute("role", "tab");
    tab.id = `platform-${name}`;
    tab.prepend(glyph(name));
    tab.dataset.platform = name;
    return tab;
  });
  byId("platforms").replaceChildren(...tabs);
  Object.assign(byId("inbox"), { hidden: !inbox, href: inbox || "#" });
  byId("platforms").hidden = platforms.length < 2;
  markPlatform();
}

function markPlatform() {
  for (const tab of byId("platforms").children) {
    const isChosen = tab.dataset.platform === state.platform;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
  }
}

async function visit(name) {
  Object.assign(state, { platform: name, live: false, view: null });
  store("platform", name);
  markPlatform();
  forgetView();
  for (const id of ["posts", "messages"]) byId(id).replaceChildren();
  await refresh();
  state.live = true;
}

function choose(side) {
  document.querySelector("main").dataset.view = side;
  for (const name of ["public", "private"]) byId(`tab-${name}`).setAttribute("aria-selected", String(name === side));
  if (state.view) show();
}

// --- what people press -----------------------------------------------------------------------------------------------------

byId("platforms").addEventListener("keydown", (event) => {
  const tabs = [...byId("platforms").children];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const current = tabs.findIndex((tab) => tab.dataset.platform === state.platform);
  const next = tabs[(current + step + tabs.length) % tabs.length];
  next.focus();
  visit(next.dataset.platform);
});
byId("theme").addEventListener("click", () => {
  const isDark = (stored("theme", "") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  store("theme", isDark ? "light" : "dark");
  dress(stored("theme"));
});
byId("language").addEventListener("click", () => {
  store("language", state.language === "de" ? "en" : "de");
  speak(stored("language"));
});
byId("name").addEventListener("change", (event) => become(event.target.value));
byId("tab-public").addEventListener("click", () => choose("public"));
byId("tab-private").addEventListener("click", () => choose("private"));
for (const [form, place] of [["post", {}], ["message", { private: true }]]) {
  const box = byId(form).querySelector("textarea");
  const send = (content) => perform("post", bodyOf(byId(form), { ...place, author: { name: state.name }, text: content }));
  addFileChoice(byId(form), box, byId(form).querySelector("[type=submit]"));
  sendOnEnter(byId(form), box, send, () => forgetBeside(byId(form)));
}

async function bodyOf(form, body) {
  return { ...body, ...wordsBeside(form), ...(await attachmentsOf(form)) };
}

/** Return the subject, and the stars of a review, where the platform has them. */
function wordsBeside(form) {
  const subject = form.querySelector(".subject");
  const stars = form.querySelector(".stars:not([hidden]) select");
  return {
    ...(subject.hidden || !subject.value.trim() ? {} : { title: subject.value.trim() }),
    ...(stars ? { traits: { stars: Number(stars.value) } } : {}),
  };
}

function forgetBeside(form) {
  form.querySelector(".subject").value = "";
  forgetFile(form);
}

dress(stored("theme", ""));
choose(parameters.get("view") === "private" ? "private" : "public");
await speak(state.language);
await offerPlatforms();
await refresh();
state.live = true;
setInterval(() => { if (!document.hidden) refresh(); }, POLL_MS);
setInterval(() => { if (state.view) show(); }, AGES_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

// The page of the market square: the public threads and one private chat, as customers see them.
// All text of others enters the page as text, never as HTML.

import * as stalls from "./stalls.js";

const POLL_MS = 1000;
const ROOT = "facebook";
const REACTIONS = { like: "👍", love: "❤️", care: "🤗", haha: "😄", wow: "😮", sad: "😢", angry: "😠" };
const CHAT_REACTIONS = { like: "👍", love: "❤️", wow: "😮", sad: "😢", angry: "😠" };
const CHAT_EMOJI = { ...REACTIONS, smile: "😆", dislike: "👎", other: "❤️" };

const byId = (id) => document.getElementById(id);
const stored = (key, fallback) => localStorage.getItem(`square.${key}`) ?? fallback;
const store = (key, value) => localStorage.setItem(`square.${key}`, value);

// An address can say who looks, and how: /?name=Mira&language=de&theme=dark&view=private
const asked = new URLSearchParams(location.search);
for (const key of ["name", "language", "theme"]) if (asked.has(key)) store(key, asked.get(key));

const known = (tag) => /^(de|en)\b/.test(tag);
let texts = {};
let language = [stored("language", ""), ...navigator.languages].find(known)?.slice(0, 2) ?? "en";
let me = stored("name", "");
let data = null;
let etag = "";
let live = false;
let platform = asked.get("platform") ?? stored("platform", ROOT);

// --- small tools ---------------------------------------------------------------------------------------------

function say(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function button(className, label, act) {
  const made = element("button", className, label);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

async function call(method, path, body) {
  const options = { headers: { "Content-Type": "application/json" } };
  try {
    const [where, what] = platform === ROOT ? [path, body] : stalls.asked(method, path, body);
    const answer = await fetch(`/_square/${platform}${where}`, { ...options, method: platform === ROOT ? method : "POST", body: JSON.stringify(what ?? {}) });
    if (!answer.ok) throw new Error((await answer.json()).error);
    await look();
    return true;
  } catch (error) {
    announce(say("failed", { reason: error.message }));
    return false;
  }
}

function announce(text) {
  byId("said").textContent = text;
  const banner = byId("offline");
  banner.textContent = text;
  banner.hidden = false;
  setTimeout(() => { banner.hidden = true; }, 5000);
}

function ago(then) {
  const seconds = Math.round((then - data.now - (performance.now() - data.receivedAt)) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const steps = [[86400, "day"], [3600, "hour"], [60, "minute"]];
  const [size, unit] = steps.find(([step]) => Math.abs(seconds) >= step) ?? [1, "second"];
  return unit === "second" ? format.format(0, "second") : format.format(Math.round(seconds / size), unit);
}

function paintAvatar(avatar, author) {
  const words = author.name.trim().split(/\s+/);
  const letters = (words.length > 1 ? [words[0], words.at(-1)] : words).map((word) => [...word][0] ?? "");
  let hue = 0;
  for (const letter of author.name) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  avatar.textContent = letters.join("").toUpperCase();
  avatar.classList.toggle("page", Boolean(author.is_page));
  avatar.style.setProperty("--hue", String(hue));
}

// What stood there before is not news; only what comes later moves in.
const arriving = () => (live ? " new" : "");

// Keeps one element per entry, in order, so that what somebody is typing survives an update.
function fill(container, entries, keyOf, make, update) {
  const before = new Map([...container.children].map((child) => [child.dataset.key, child]));
  let place = null;
  for (const entry of entries) {
    const key = keyOf(entry);
    const child = before.get(key) ?? make(entry);
    before.delete(key);
    child.dataset.key = key;
    const next = place ? place.nextSibling : container.firstChild;
    if (child !== next) container.insertBefore(child, next);
    update(child, entry);
    place = child;
  }
  for (const gone of before.values()) gone.remove();
}

// --- what one post or comment looks like -----------------------------------------------------------------------

function makeEntry(entry, bubble) {
  const root = element("div", "entry");
  const avatar = element("span", "avatar");
  avatar.setAttribute("aria-hidden", "true");
  const body = element("div");
  const inside = bubble ? element("div", "bubble") : body;
  const head = element("div", "head");
  const badge = element("span", "badge");
  head.append(element("span", "name"), badge, element("span", "meta"));
  inside.append(head, element("p", "text"), element("div", "media"));
  if (bubble) body.append(inside);
  body.append(element("p", "hidden-note"), element("div", "actions"));
  root.append(avatar, body);
  root.parts = {
    avatar, body, badge, name: head.children[0], meta: head.children[2], text: inside.querySelector(".text"),
    media: inside.querySelector(".media"), note: body.querySelector(".hidden-note"), actions: body.querySelector(".actions"),
  };
  return root;
}

function updateEntry(root, entry, more) {
  const { parts } = root;
  paintAvatar(parts.avatar, entry.author);
  parts.name.textContent = entry.author.name;
  parts.badge.textContent = say("page_badge");
  parts.badge.hidden = !entry.author.is_page;
  parts.meta.textContent = ago(entry.created) + (entry.edited ? ` · ${say("edited")}` : "");
  parts.meta.title = new Date(entry.created).toLocaleString(language);
  parts.text.textContent = entry.message;
  parts.text.hidden = !entry.message || Boolean(parts.editor);
  parts.note.hidden = !entry.hidden;
  parts.note.textContent = entry.hidden ? say("hidden", { name: entry.author.name }) : "";
  showMedia(parts.media, entry);
  showActions(root, entry, more);
}

function showMedia(media, entry) {
  const shown = entry.photos.map((url) => ["photo", url]);
  if (entry.video) shown.push(["video", entry.video]);
  if (entry.link) shown.push(["link", entry.link]);
  media.replaceChildren(...shown.map(([kind, url]) => mediaLink(kind, url)));
  media.hidden = !shown.length;
}

function mediaLink(kind, url) {
  const safe = /^https?:\/\//i.test(url);
  const link = element(safe ? "a" : "span", "", `${say(kind)} · ${url.replace(/^https?:\/\//i, "")}`);
  if (safe) Object.assign(link, { href: url, target: "_blank", rel: "noopener noreferrer" });
  return link;
}

function showActions(root, entry, more) {
  const { parts } = root;
  const state = JSON.stringify([language, me, entry.reactions, entry.author.id]);
  if (parts.state === state) return;
  parts.state = state;
  const made = [button("act", say("react"), () => togglePicker(root, entry.id, REACTIONS))];
  made[0].setAttribute("aria-expanded", String(Boolean(parts.picker)));
  if (more) made.push(button("act", say("reply"), more));
  if (entry.author.name === me && !entry.author.is_page) {
    made.push(button("act", say("edit"), () => openEditor(root, entry.id)));
    made.push(button("act", say("remove"), () => call("DELETE", `/objects/${entry.id}`)));
  }
  parts.mine = entry.reactions.find((each) => each.author.name === me)?.reaction;
  parts.actions.replaceChildren(...made, reactionCounts(entry.reactions, REACTIONS));
}

function reactionCounts(reactions, emoji) {
  const counts = element("span", "reactions");
  const kinds = Map.groupBy ? Map.groupBy(reactions, (each) => each.reaction) : new Map();
  for (const [kind, given] of kinds) {
    const count = element("span", "", `${emoji[kind] ?? kind} ${given.length}`);
    count.title = given.map((each) => each.author.name).join(", ");
    counts.append(count);
  }
  return counts;
}

function togglePicker(root, target, emoji) {
  const { parts } = root;
  const open = !parts.picker;
  parts.picker?.remove();
  parts.picker = null;
  parts.actions.firstChild?.setAttribute?.("aria-expanded", String(open));
  if (!open) return;
  parts.picker = element("div", "picker");
  parts.picker.setAttribute("role", "group");
  parts.picker.setAttribute("aria-label", say("react"));
  for (const [kind, sign] of Object.entries(emoji)) {
    const choice = button("", sign, () => {
      const body = parts.mine === kind ? { remove: true } : { reaction: kind };
      togglePicker(root, target, emoji);
      call("POST", "/reactions", { target_id: target, author: { name: me }, ...body });
    });
    choice.setAttribute("aria-label", say(kind));
    choice.setAttribute("aria-pressed", String(parts.mine === kind));
    parts.picker.append(choice);
  }
  parts.actions.after(parts.picker);
  parts.picker.firstChild.focus();
}

function openEditor(root, target) {
  const { parts } = root;
  if (parts.editor) return;
  const form = element("form", "edit");
  const box = element("textarea");
  box.value = parts.text.textContent;
  box.setAttribute("aria-label", say("edit"));
  const close = () => { form.remove(); parts.editor = null; parts.text.hidden = !parts.text.textContent; };
  const row = element("div", "row end");
  const save = element("button", "", say("save"));
  row.append(button("quiet", say("cancel"), close), save);
  form.append(box, row);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await call("PATCH", `/objects/${target}`, { text: box.value })) close();
  });
  parts.editor = form;
  parts.text.hidden = true;
  parts.text.after(form);
  box.focus();
}

// --- threads -----------------------------------------------------------------------------------------------------

function visible(entry) {
  return !entry.hidden || entry.author.name === me;
}

function makePost(post) {
  const card = element("article", "post card" + arriving());
  card.entry = makeEntry(post, false);
  card.thread = element("div", "thread");
  card.comments = element("div", "comments");
  card.form = makeReplyForm(post.id, "comment_placeholder");
  card.thread.append(card.comments, card.form);
  card.append(card.entry, card.thread);
  return card;
}

function updatePost(card, post) {
  updateEntry(card.entry, post, () => card.form.querySelector("textarea").focus());
  fillComments(card.comments, post, post.id, 1);
  nameReplyForm(card.form);
}

function fillComments(container, post, parentId, level) {
  const comments = post.comments.filter((each) => each.parent_id === parentId && visible(each));
  fill(container, comments, (each) => each.id, (each) => makeComment(each, level), (card, each) => {
    updateEntry(card.entry, each, () => openReply(card));
    card.classList.toggle("by-page", each.author.is_page);
    card.classList.toggle("is-hidden", each.hidden);
    if (level === 1) fillComments(card.replies, post, each.id, 2);
    if (card.form) nameReplyForm(card.form);
  });
}

function makeComment(comment, level) {
  const card = element("div", "comment" + arriving());
  card.entry = makeEntry(comment, true);
  card.replies = element("div", "replies");
  card.targetId = comment.id;
  card.append(card.entry);
  if (level === 1) card.append(card.replies);
  return card;
}

function openReply(card) {
  if (!card.form) {
    card.form = makeReplyForm(card.targetId, "reply_placeholder", () => { card.form.remove(); card.form = null; });
    card.form.classList.add("replies");
    nameReplyForm(card.form);
    card.append(card.form);
  }
  card.form.querySelector("textarea").focus();
}

function makeReplyForm(parentId, placeholder, sent = () => {}) {
  const form = element("form", "row reply");
  const box = element("textarea");
  Object.assign(box, { rows: 1, required: true, dir: "auto", maxLength: 8000 });
  form.placeholderKey = placeholder;
  form.append(box, element("button", ""));
  sendOnEnter(form, box, (text) => call("POST", "/comments", { parent_id: parentId, author: { name: me }, text }), sent);
  return form;
}

function nameReplyForm(form) {
  const [box, send] = form.children;
  box.placeholder = say(form.placeholderKey, { name: me });
  box.setAttribute("aria-label", say("comment_label"));
  send.textContent = say("comment_send");
}

function sendOnEnter(form, box, send, sent = () => {}) {
  box.addEventListener("input", () => form.classList.toggle("filled", Boolean(box.value)));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text || form.sending) return;
    form.sending = true;
    if (await send(text)) {
      box.value = "";
      form.classList.remove("filled");
      sent();
    }
    form.sending = false;
  });
}

// --- the private chat --------------------------------------------------------------------------------------------

const myChat = () => data.chats.find((chat) => chat.person.name === me);

function showChat() {
  const chat = myChat();
  const messages = chat?.messages ?? [];
  const box = byId("messages");
  const wasAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  box.querySelector(".empty")?.remove();
  const count = box.children.length;
  fill(box, messages, (each) => each.mid, makeMessage, (card, each) => updateMessage(card, each, chat));
  if (!messages.length) box.append(element("p", "empty", say("no_messages", { name: me, page: data.page.name })));
  if (wasAtEnd || count !== box.children.length) box.scrollTop = box.scrollHeight;
  noteRead(chat);
}

function makeMessage() {
  const card = element("div", "message" + arriving());
  const bubble = element("div", "bubble");
  const text = element("p", "text");
  const media = element("div", "media");
  const below = element("div", "below");
  const choices = element("div", "choices");
  bubble.append(text, media);
  card.append(bubble, below, choices);
  card.parts = { text, media, actions: below, choices };
  return card;
}

function updateMessage(card, message, chat) {
  const { parts } = card;
  const mine = !message.author.is_page;
  card.classList.toggle("mine", mine);
  parts.text.textContent = message.message;
  parts.text.hidden = !message.message || Boolean(parts.editor);
  parts.media.replaceChildren(...message.attachments.map((each) => attachment(each)));
  parts.media.hidden = !message.attachments.length;
  const seen = mine && chat.page_read_until >= message.created;
  // As in Messenger, the buttons below a message are there until somebody writes again.
  const open = chat.messages.at(-1).mid === message.mid ? message.quick_replies : [];
  parts.choices.replaceChildren(...open.map(choice));
  const state = JSON.stringify([language, message, seen, ago(message.created)]);
  if (parts.state === state) return;
  parts.state = state;
  parts.mine = message.reactions.find((each) => each.author.name === me)?.reaction;
  const act = mine
    ? button("act", say("edit"), () => openEditor(card, message.mid))
    : button("act", say("react"), () => togglePicker(card, message.mid, CHAT_REACTIONS));
  const notes = [ago(message.created)];
  if (message.edited) notes.push(say("edited"));
  if (message.private_reply_to) notes.push(say("private_reply"));
  if (seen) notes.push(say("seen"));
  parts.actions.replaceChildren(act, element("span", "", notes.join(" · ")), reactionCounts(message.reactions, CHAT_EMOJI));
}

function choice(each) {
  const press = { author: { name: me }, text: each.title, quick_reply: each.payload };
  return button("choice", each.title, () => call("POST", "/messages", press));
}

function attachment(each) {
  const url = each.payload?.url;
  const kind = String(each.type ?? "");
  return typeof url === "string" ? mediaLink(kind === "image" ? "photo" : kind, url) : element("span", "", say("attachment", { kind }));
}

function unreadIn(chat) {
  return chat ? chat.messages.filter((each) => each.author.is_page && each.created > chat.read_until).length : 0;
}

let readNoted = "";
function noteRead(chat) {
  const unread = unreadIn(chat);
  byId("unread").hidden = !unread;
  byId("unread").textContent = unread ? String(unread) : "";
  const inView = document.hasFocus() && byId("messages").offsetParent !== null;
  const last = chat?.messages.at(-1)?.mid;
  if (!unread || !inView || readNoted === last) return;
  readNoted = last;
  call("POST", "/reads", { author: { name: me } });
}

// --- the whole page ------------------------------------------------------------------------------------------------

function show() {
  const page = data.page.name;
  const can = data.can ?? new Set(["public", "private"]);
  byId("public").classList.toggle("closed-here", !can.has("public"));
  byId("private").classList.toggle("closed-here", !can.has("private"));
  byId("public-title").textContent = say("public_title", { page });
  byId("private-title").textContent = say("private_title", { page });
  paintAvatar(byId("chat-avatar"), { name: page, is_page: true });
  byId("post").querySelector("textarea").placeholder = say("post_placeholder", { name: me });
  byId("message").querySelector("textarea").placeholder = say("message_placeholder", { page });
  const posts = data.posts.filter(visible).reverse();
  fill(byId("posts"), posts, (post) => post.id, makePost, updatePost);
  byId("no-posts").hidden = posts.length > 0;
  showChat();
}

function showMe() {
  paintAvatar(byId("avatar"), { name: me || "?" });
  for (const each of byId("personas").children) each.setAttribute("aria-pressed", String(each.textContent === me));
  if (data) show();
}

function become(name) {
  me = name.trim().slice(0, 60) || texts.people.split(",")[0];
  store("name", me);
  byId("name").value = me;
  showMe();
}

async function speak(chosen) {
  texts = await (await fetch(`/_texts/${chosen}.json`)).json();
  language = chosen;
  document.documentElement.lang = chosen;
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = say(each.dataset.text);
  for (const each of document.querySelectorAll("[data-label]")) {
    each.setAttribute("aria-label", say(each.dataset.label));
    if (each.tagName === "BUTTON") each.title = say(each.dataset.label);
  }
  const other = chosen === "de" ? "en" : "de";
  Object.assign(byId("language"), { textContent: other.toUpperCase(), title: say("other_language"), lang: other });
  byId("language").setAttribute("aria-label", say("other_language"));
  byId("personas").replaceChildren(...texts.people.split(",").map((name) => button("", name, () => become(name))));
  become(me);
}

async function look() {
  try {
    const place = platform === ROOT ? "threads?limit=60" : "view";
    const asking = platform;
    const answer = await fetch(`/_square/${platform}/${place}`, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
    if (answer.status === 200) {
      etag = answer.headers.get("ETag") ?? "";
      const found = await answer.json();
      if (asking !== platform) return;
      data = { ...(platform === ROOT ? found : stalls.shown(found)), receivedAt: performance.now() };
      show();
    }
    if (byId("offline").dataset.lost) hideLost();
  } catch {
    etag = "";
    Object.assign(byId("offline"), { hidden: false, textContent: say("offline") }).dataset.lost = "yes";
  }
}

function hideLost() {
  delete byId("offline").dataset.lost;
  byId("offline").hidden = true;
}

// --- the platforms -------------------------------------------------------------------------------------------------

async function offerPlatforms() {
  const { platforms, labels } = await (await fetch("/_square/health")).json();
  if (!platforms.includes(platform)) platform = platforms[0];
  const tabs = platforms.map((name) => {
    const tab = button("", labels[name], () => visit(name));
    tab.setAttribute("role", "tab");
    tab.id = `platform-${name}`;
    tab.dataset.platform = name;
    return tab;
  });
  byId("platforms").replaceChildren(...tabs);
  byId("platforms").hidden = platforms.length < 2;
  markPlatform();
}

function markPlatform() {
  for (const tab of byId("platforms").children) {
    const chosen = tab.dataset.platform === platform;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
}

async function visit(name) {
  platform = name;
  store("platform", name);
  markPlatform();
  [etag, live, data] = ["", false, null];
  for (const id of ["posts", "messages"]) byId(id).replaceChildren();
  await look();
  live = true;
}

byId("platforms").addEventListener("keydown", (event) => {
  const tabs = [...byId("platforms").children];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = tabs[(tabs.findIndex((tab) => tab.dataset.platform === platform) + step + tabs.length) % tabs.length];
  next.focus();
  visit(next.dataset.platform);
});

function choose(view) {
  document.querySelector("main").dataset.view = view;
  for (const name of ["public", "private"]) byId(`tab-${name}`).setAttribute("aria-selected", String(name === view));
  if (data) show();
}

function dress(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

byId("theme").addEventListener("click", () => {
  const isDark = getComputedStyle(document.documentElement).colorScheme === "dark";
  store("theme", isDark ? "light" : "dark");
  dress(stored("theme"));
});
byId("language").addEventListener("click", () => {
  store("language", language === "de" ? "en" : "de");
  speak(stored("language"));
});
byId("name").addEventListener("change", (event) => become(event.target.value));
byId("tab-public").addEventListener("click", () => choose("public"));
byId("tab-private").addEventListener("click", () => choose("private"));
sendOnEnter(byId("post"), byId("post").querySelector("textarea"), (text) => call("POST", "/posts", { author: { name: me }, text }));
sendOnEnter(byId("message"), byId("message").querySelector("textarea"), (text) => call("POST", "/messages", { author: { name: me }, text }));

dress(stored("theme", ""));
choose(asked.get("view") === "private" ? "private" : "public");
await speak(language);
await offerPlatforms();
await look();
live = true;
setInterval(() => { if (!document.hidden) look(); }, POLL_MS);
setInterval(() => { if (data) show(); }, 30_000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });

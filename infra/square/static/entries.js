// One post, comment or message: its head, text and files, and what the visitor can do with it.

import { ago, button, element, textElement, paintAvatar } from "./elements.js";
import { state, text } from "./state.js";
import { REACTIONS, signOf } from "./view.js";

/** Makes a post or comment; `perform` has the visitor do something, and returns whether that worked. */
export function makeEntry(isBubble, perform) {
  const root = element("div", "entry");
  const avatar = element("span", "avatar");
  avatar.setAttribute("aria-hidden", "true");
  const body = element("div");
  const inside = isBubble ? element("div", "bubble") : body;
  const head = element("div", "head");
  const badge = element("span", "badge");
  head.append(element("span", "name"), badge, element("span", "meta"));
  inside.append(head, element("p", "title"), textElement(), element("div", "media"));
  if (isBubble) body.append(inside);
  body.append(element("p", "hidden-note"), element("div", "actions"));
  root.append(avatar, body);
  root.parts = {
    avatar, body, badge, name: head.children[0], meta: head.children[2], title: inside.querySelector(".title"), text: inside.querySelector(".text"),
    media: inside.querySelector(".media"), note: body.querySelector(".hidden-note"), actions: body.querySelector(".actions"),
  };
  root.perform = perform;
  return root;
}

export function updateEntry(root, entry, onReply) {
  const { parts } = root;
  paintAvatar(parts.avatar, entry.author.name, entry.author.own);
  parts.name.textContent = entry.author.name;
  parts.badge.textContent = text("account_badge");
  parts.badge.hidden = !entry.author.own;
  parts.meta.textContent = ago(entry.created) + (entry.edited ? ` · ${text("edited")}` : "");
  parts.meta.title = new Date(entry.created).toLocaleString(state.language);
  const stars = entry.stars ? `${"★".repeat(entry.stars)}${"☆".repeat(5 - entry.stars)}` : "";
  parts.title.textContent = [stars, entry.title].filter(Boolean).join(" ");
  parts.title.hidden = !parts.title.textContent;
  if (stars) parts.title.setAttribute("aria-label", text("stars", { n: entry.stars }));
  parts.text.textContent = entry.text;
  parts.text.hidden = !entry.text || Boolean(parts.editor);
  parts.note.hidden = !entry.hidden;
  parts.note.textContent = entry.hidden ? text("hidden", { name: entry.author.name }) : "";
  showFiles(parts.media, entry.files);
  showActions(root, entry, onReply);
}

export function showFiles(container, files) {
  container.replaceChildren(...files.map(fileElement));
  container.hidden = !files.length;
}

function fileElement({ kind, url, name }) {
  const known = ["photo", "video", "link"].includes(kind);
  const label = known ? text(kind) : text("attachment", { kind });
  const isSafe = /^https?:\/\//i.test(url);
  if (kind === "photo" && isSafe && new URL(url).origin === location.origin) return picture(url, name);
  const shown = name || url.replace(/^https?:\/\//i, "");
  const link = element(isSafe ? "a" : "span", "", shown ? `${label} · ${shown}` : label);
  if (isSafe) Object.assign(link, { href: url, target: "_blank", rel: "noopener noreferrer" });
  return link;
}

/** A picture that the square itself keeps; others are links, as nothing is loaded from elsewhere. */
function picture(url, name) {
  const shown = element("img", "picture");
  Object.assign(shown, { src: url, alt: name || text("photo"), loading: "lazy" });
  return shown;
}

function showActions(root, entry, onReply) {
  const { parts } = root;
  const signature = JSON.stringify([state.language, state.name, entry.reactions, entry.author.id]);
  if (parts.signature === signature) return;
  parts.signature = signature;
  const { can } = state.view;
  const buttons = [];
  if (can.has("react")) {
    buttons.push(button("act", text("react"), () => togglePicker(root, entry.id, REACTIONS)));
    buttons[0].setAttribute("aria-expanded", String(Boolean(parts.picker)));
  }
  if (onReply) buttons.push(button("act", text("reply"), onReply));
  if (entry.author.name === state.name && !entry.author.own) {
    if (entry.editable) buttons.push(button("act", text("edit"), () => openEditor(root, entry.id)));
    if (can.has("remove")) buttons.push(button("act", text("remove"), () => root.perform("remove", { message_id: entry.id })));
  }
  parts.mine = entry.reactions.find((each) => each.name === state.name)?.reaction;
  parts.actions.replaceChildren(...buttons, reactionCounts(entry.reactions));
}

export function reactionCounts(reactions) {
  const counts = element("span", "reactions");
  const kinds = Map.groupBy ? Map.groupBy(reactions, (each) => each.reaction) : new Map();
  for (const [reaction, given] of kinds) {
    const count = element("span", "", `${signOf(reaction)} ${given.length}`);
    count.title = given.map((each) => each.name).join(", ");
    counts.append(count);
  }
  return counts;
}

/** Opens or closes the choice of reactions below an entry. */
export function togglePicker(root, messageId, reactions) {
  const { parts } = root;
  const open = !parts.picker;
  parts.picker?.remove();
  parts.picker = null;
  parts.actions.firstChild?.setAttribute?.("aria-expanded", String(open));
  if (!open) return;
  parts.picker = element("div", "picker");
  parts.picker.setAttribute("role", "group");
  parts.picker.setAttribute("aria-label", text("react"));
  for (const [name, sign] of Object.entries(reactions)) {
    const choice = button("", sign, () => {
      const reaction = parts.mine === name ? null : sign;
      togglePicker(root, messageId, reactions);
      root.perform("react", { message_id: messageId, author: { name: state.name }, reaction });
    });
    choice.setAttribute("aria-label", text(name));
    choice.setAttribute("aria-pressed", String(parts.mine === name));
    parts.picker.append(choice);
  }
  parts.actions.after(parts.picker);
  parts.picker.firstChild.focus();
}

/** Opens a box in which the visitor changes a message. */
export function openEditor(root, messageId) {
  const { parts } = root;
  if (parts.editor) return;
  const form = element("form", "edit");
  const box = element("textarea");
  box.value = parts.text.textContent;
  box.setAttribute("aria-label", text("edit"));
  const close = () => { form.remove(); parts.editor = null; parts.text.hidden = !parts.text.textContent; };
  const row = element("div", "row end");
  const save = element("button", "", text("save"));
  row.append(button("quiet", text("cancel"), close), save);
  form.append(box, row);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await root.perform("edit", { message_id: messageId, text: box.value })) close();
  });
  parts.editor = form;
  parts.text.hidden = true;
  parts.text.after(form);
  box.focus();
}

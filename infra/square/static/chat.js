// The private side: the visitor's own chat with the company.

import { ago, arriving, button, byId, element, textElement, fill } from "./elements.js";
import { openEditor, reactionCounts, showFiles, togglePicker } from "./entries.js";
import { state, text } from "./state.js";
import { CHAT_REACTIONS } from "./view.js";

const myChat = () => state.view.chats.find((chat) => chat.person.name === state.name);

let readNoted = "";

/** Shows the visitor's chat, and has it read where it is in sight. */
export function showChat(perform) {
  const chat = myChat();
  const messages = chat?.messages ?? [];
  const box = byId("messages");
  byId("chat-subject").textContent = chat?.title ?? "";
  byId("chat-subject").hidden = !chat?.title;
  const wasAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  box.querySelector(".empty")?.remove();
  const count = box.children.length;
  fill(box, messages, () => makeMessage(perform), (card, message) => updateMessage(card, message, chat));
  if (!messages.length) {
    box.append(element("p", "empty", text("no_messages", { name: state.name, page: state.view.account.name })));
  }
  if (wasAtEnd || count !== box.children.length) box.scrollTop = box.scrollHeight;
  noteRead(chat, perform);
}

function makeMessage(perform) {
  const card = element("div", "message" + arriving());
  const bubble = element("div", "bubble");
  const content = textElement();
  const media = element("div", "media");
  const below = element("div", "below");
  const choices = element("div", "choices");
  bubble.append(content, media);
  card.append(bubble, below, choices);
  card.parts = { text: content, media, actions: below, choices };
  card.perform = perform;
  return card;
}

function updateMessage(card, message, chat) {
  const { parts } = card;
  const isMine = !message.author.own;
  card.classList.toggle("mine", isMine);
  parts.text.textContent = message.text;
  parts.text.hidden = !message.text || Boolean(parts.editor);
  showFiles(parts.media, message.files);
  const isSeen = isMine && chat.accountReadUntil >= message.created;
  // As in Messenger, the buttons below a message are there until somebody writes again.
  const choices = chat.messages.at(-1).id === message.id ? message.choices : [];
  parts.choices.replaceChildren(...choices.map((choice) => choiceButton(card, choice)));
  const signature = JSON.stringify([state.language, message, isSeen, ago(message.created)]);
  if (parts.signature === signature) return;
  parts.signature = signature;
  parts.mine = message.reactions.find((each) => each.name === state.name)?.reaction;
  const { can } = state.view;
  const actions = [];
  if (isMine && message.editable) actions.push(button("act", text("edit"), () => openEditor(card, message.id)));
  if (!isMine && can.has("react")) actions.push(button("act", text("react"), () => togglePicker(card, message.id, CHAT_REACTIONS)));
  const notes = [ago(message.created)];
  if (message.edited) notes.push(text("edited"));
  if (message.isPrivateReply) notes.push(text("private_reply"));
  if (message.recipients) notes.push(recipients(message.recipients));
  if (isSeen) notes.push(text("seen"));
  parts.actions.replaceChildren(...actions, element("span", "", notes.join(" · ")), reactionCounts(message.reactions));
}

function recipients({ to, cc }) {
  const parts = [text("mail_to", { who: to.join(", ") })];
  if (cc.length) parts.push(text("mail_cc", { who: cc.join(", ") }));
  return parts.join(", ");
}

function choiceButton(card, { title, payload }) {
  const body = { private: true, author: { name: state.name }, text: title, traits: { quick_reply: payload } };
  return button("choice", title, () => card.perform("post", body));
}

function noteRead(chat, perform) {
  const unread = chat ? chat.messages.filter((each) => each.author.own && each.created > chat.readUntil).length : 0;
  byId("unread").hidden = !unread;
  byId("unread").textContent = unread ? String(unread) : "";
  const isInSight = document.hasFocus() && byId("messages").offsetParent !== null;
  const last = chat?.messages.at(-1)?.id;
  if (!unread || !isInSight || readNoted === last || !state.view.can.has("read")) return;
  readNoted = last;
  perform("read", { author: { name: state.name } });
}

// The public side: posts with their comments at two levels, and the forms to answer them.

import { arriving, byId, element, fill, sendOnEnter } from "./elements.js";
import { makeEntry, updateEntry } from "./entries.js";
import { addFileChoice, attachmentsOf, forgetFile, showFileChoice } from "./files.js";
import { state, text } from "./state.js";

const isVisible = (entry) => !entry.hidden || entry.author.name === state.name;

/** Shows all posts, newest first. */
export function showPosts(perform) {
  const posts = state.view.posts.filter(isVisible).reverse();
  fill(byId("posts"), posts, (post) => makePost(post, perform), updatePost);
  byId("no-posts").hidden = posts.length > 0;
}

function makePost(post, perform) {
  const card = element("article", "post card" + arriving());
  card.perform = perform;
  card.entry = makeEntry(false, perform);
  card.thread = element("div", "thread");
  card.comments = element("div", "comments");
  card.form = makeReplyForm(perform, post.id, "comment_placeholder");
  card.thread.append(card.comments, card.form);
  card.append(card.entry, card.thread);
  return card;
}

function updatePost(card, post) {
  updateEntry(card.entry, post, post.open && (() => card.form.querySelector("textarea").focus()));
  fillComments(card.comments, card.perform, post, post.id, 1);
  nameReplyForm(card.form);
  card.form.hidden = !post.open;
}

function fillComments(container, perform, post, parentId, level) {
  const comments = post.comments.filter((each) => each.parent_id === parentId && isVisible(each));
  fill(container, comments, (each) => makeComment(each, perform, level), (card, each) => {
    updateEntry(card.entry, each, post.open && (() => openReply(card, perform)));
    card.classList.toggle("by-page", each.author.own);
    card.classList.toggle("is-hidden", each.hidden);
    if (level === 1) fillComments(card.replies, perform, post, each.id, 2);
    if (card.form) nameReplyForm(card.form);
  });
}

function makeComment(comment, perform, level) {
  const card = element("div", "comment" + arriving());
  card.entry = makeEntry(true, perform);
  card.replies = element("div", "replies");
  card.targetId = comment.id;
  card.append(card.entry);
  if (level === 1) card.append(card.replies);
  return card;
}

function openReply(card, perform) {
  if (!card.form) {
    card.form = makeReplyForm(perform, card.targetId, "reply_placeholder", () => { card.form.remove(); card.form = null; });
    card.form.classList.add("replies");
    nameReplyForm(card.form);
    card.append(card.form);
  }
  card.form.querySelector("textarea").focus();
}

function makeReplyForm(perform, parentId, placeholder, afterwards = () => {}) {
  const form = element("form", "row reply");
  const box = element("textarea");
  Object.assign(box, { rows: 1, required: true, dir: "auto", maxLength: 8000 });
  form.placeholderKey = placeholder;
  form.append(box, element("button", ""));
  addFileChoice(form, box, form.lastChild);
  const send = (content) => perform("post", bodyOf(form, { to: parentId, author: { name: state.name }, text: content }));
  sendOnEnter(form, box, send, () => { forgetFile(form); afterwards(); });
  return form;
}

async function bodyOf(form, body) {
  return { ...body, ...(await attachmentsOf(form)) };
}

function nameReplyForm(form) {
  const [box, send] = [form.querySelector("textarea"), form.lastChild];
  showFileChoice(form, "attach_public");
  box.placeholder = text(form.placeholderKey, { name: state.name });
  box.setAttribute("aria-label", text("comment_label"));
  send.textContent = text("comment_send");
}

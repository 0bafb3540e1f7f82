/** One comment after the other below a post: like, answer, hide, needs nothing, next; each by a key, each taken back. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { announce, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { beginning } from "../../lib/excerpt.js";
import { relative } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import * as keys from "../../lib/keys.js";
import { safe } from "../../lib/links.js";
import { hashOf } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { t } from "../../lib/texts.js";
import { focusOn } from "../../lib/typed_ahead.js";
import * as state from "../../state/post_pass.js";
import { channelLabel, me } from "../../state/workspace.js";
import * as suggestions from "../composer/suggestions.js";
import { empty, failure } from "../failure.js";
import { postNumbers } from "../post_numbers.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../lib/schemas.js").Message} Message
 */

const FIELD = "pass-text";
/** Characters of the post, of a comment before and of our last answer. */
const LONG = 600;

const SHORT = 240;
const UNDO_SECONDS = 8;

/** @type {() => void} */
let silence = () => {};
/** Takes the notice of the last step away, whose button would take back another one. @type {() => void} */
let dismiss = () => {};

/** @param {string} id */
export function enter(id) {
  me().catch(() => {});
  silence();
  silence = keys.register("pass", [
    { key: "l", text: "keys.pass.like", run: () => act(state.like), when: () => state.permits("like") },
    { key: "r", text: "keys.pass.answer", run: focus },
    { key: "t", text: "keys.pass.template", run: template_ },
    { key: "h", text: "keys.pass.hide", run: () => act(state.hide), when: mayHide },
    { key: "x", text: "keys.pass.nothing", run: () => act(state.needsNothing) },
    { key: "j", text: "keys.pass.next", run: () => act(state.skip) },
    { key: "k", text: "keys.pass.previous", run: () => act(state.back) },
    { key: "u", text: "keys.pass.undo", run: () => act(state.undo) },
    { key: "Mod+Enter", text: "keys.send", typed: true, run: () => {} },
  ]);
  state.begin(id);
}

export function leave() {
  silence();
  silence = () => {};
  suggestions.close();
  state.end();
}

function mayHide() {
  return session.is("lead", "admin") && state.permits("hide");
}

/** Do something, and say what came of it. @param {() => Promise<unknown>} run */
async function act(run) {
  const before = state.pass.get().steps.length;
  const written = document.activeElement?.id === FIELD ? field() : null;
  // At once, not when it is done: the agent may be writing to the next comment by then.
  written?.blur();
  try {
    await run();
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 8 });
    written?.focus();
    return;
  }
  const { steps, message } = state.pass.get();
  if (steps.length !== before) dismiss();
  if (steps.length < before) dismiss = toast(t("done.undone"));
  if (steps.length > before) {
    const last = steps[steps.length - 1];
    dismiss = toast(t(`pass.done.${last.text}`), {
      kind: "good",
      seconds: UNDO_SECONDS,
      action: t("head.undo"),
      run: () => act(state.undo),
    });
  }
  announce(message ? `${message.author?.name ?? ""}: ${message.text ?? ""}` : t("pass.finished.title"));
}

function field() {
  return /** @type {HTMLTextAreaElement | null} */ (document.getElementById(FIELD));
}

/** Write an answer; where one is on its way, to the comment after it. */
function focus() {
  const { id } = state.pass.get();
  const isComing = () => state.pass.get().id === id && (state.pass.get().loading || state.pass.get().busy);
  focusOn(() => (isComing() ? null : field()), isComing);
}

function template_() {
  const { conversation } = state.pass.get();
  const box = field();
  if (conversation && box) suggestions.open(box, useOf(conversation));
}

/** @param {Conversation} conversation @returns {import("../composer/suggestions.js").Use} */
function useOf(conversation) {
  return { conversation, write: state.write, mention: () => {}, macro: () => toast(t("pass.no_macros")) };
}

export function template() {
  const { error, post, entries, loading, message } = state.pass.get();
  if (error) return html`<div class="pass">${failure(error, () => state.begin(state.pass.get().id))}</div>`;
  const done = entries.filter((entry) => entry.done).length;
  // A conversation is opened when it is its turn: until then it counts with the number that the list gave.
  const all = Math.max(entries.length, post?.open_messages ?? 0);
  const left = entries.some((entry) => !entry.done) ? all - done : 0;
  return html`
    <div class="pass">
      <header class="pass-head">
        <a class="icon-button" href=${hashOf("posts")} aria-label=${t("pass.back")} title=${t("pass.back")}>${icon("back")}</a>
        <h1>${t("pass.title", { n: left })}</h1>
        <progress max=${Math.max(1, all)} value=${done} aria-label=${t("pass.progress", { done, n: all })}></progress>
      </header>
      ${post ? postCard(post) : nothing}
      ${message ? comment(message) : loading ? html`<p class="muted" aria-busy="true">${t("shell.loading")}</p>` : finished()}
    </div>`;
}

/** @param {import("../../lib/schemas.js").CommentedPost} post */
function postCard({ post, channel }) {
  const link = safe(post?.url);
  const picture = safe(post?.picture);
  return html`
    <section class="pass-post" aria-label=${t("pass.post")}>
      <p class="muted">${t("pass.post")} · ${channelLabel(channel)}</p>
      <p dir="auto">${beginning(post?.text?.trim() || t("posts.untitled"), LONG)}</p>
      ${postNumbers(post)}
      ${link ? html`<a href=${link.href} target="_blank" rel="noopener noreferrer nofollow">${t("referral.open")}</a>` : nothing}
      ${picture ? html`<a href=${picture.href} target="_blank" rel="noopener noreferrer nofollow">${t("referral.picture")}</a>` : nothing}
    </section>`;
}

/** @param {Message} message */
function comment(message) {
  const { conversation, text, busy } = state.pass.get();
  if (!conversation) return nothing;
  const use = useOf(conversation);
  const type = (/** @type {Event} */ event) => {
    const box = /** @type {HTMLTextAreaElement} */ (event.target);
    state.write(box.value);
    suggestions.look(box, "/");
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    const box = /** @type {HTMLTextAreaElement} */ (event.target);
    if (suggestions.press(event, box, use)) return event.preventDefault();
    if (event.key === "Escape") box.blur();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return undefined;
    event.preventDefault();
    return act(state.answer);
  };
  return html`
    <article class="pass-comment" aria-busy=${busy ? "true" : "false"}>
      ${before(conversation, message)}
      <p class="message-by">
        <strong><bdi>${message.author?.name || t("person.unknown")}</bdi></strong>
        ${message.speaker ? html`<span class="speaker is-${message.speaker}">${t(`speaker.${message.speaker}`)}</span>` : nothing}
        <time datetime=${message.sent_at}>${relative(message.sent_at)}</time>
        <a href=${hashOf("c", conversation.id)}>${t("trail.open")}</a>
      </p>
      <p class="pass-text" dir="auto">${message.text || t("message.no_text")}</p>
      <div class="pass-answer">
        <label class="unseen" for=${FIELD}>${t("pass.answer_to", { who: message.author?.name || t("person.unknown") })}</label>
        ${suggestions.template(FIELD, use)}
        <textarea id=${FIELD} class="input" dir="auto" rows="3" placeholder=${t("pass.answer_to", { who: message.author?.name || t("person.unknown") })}
          .value=${live(text)} @input=${type} @keydown=${press}></textarea>
      </div>
      <div class="pass-actions" role="group" aria-label=${t("pass.actions")}>
        ${text.trim() ? button("send", "send", "", () => act(state.answer), true, "primary") : button("answer", "answer", "r", focus, true, "primary")}
        ${state.permits("like") ? button("plus", "like", "l", () => act(state.like)) : nothing}
        ${button("check", "nothing", "x", () => act(state.needsNothing))}
        ${mayHide() ? button("hidden", "hide", "h", () => act(state.hide)) : nothing}
        ${button("down", "next", "j", () => act(state.skip))}
        ${button("undo", "undo", "u", () => act(state.undo), state.pass.get().steps.length > 0)}
      </div>
    </article>`;
}

/**
 * @param {Parameters<typeof icon>[0]} sign
 * @param {string} name
 * @param {string} key
 * @param {() => void} run
 * @param {boolean} [possible]
 * @param {string} [kind]
 */
function button(sign, name, key, run, possible = true, kind = "") {
  return html`<button type="button" class="button ${kind}" ?disabled=${!possible || state.pass.get().busy} @click=${run}>${icon(sign)}<span>${t(`pass.${name}`)}</span>${key ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}</button>`;
}

/**
 * The messages before a comment: the one that it answers, and the last of the company, so that it speaks with one voice.
 * @param {Conversation} conversation
 * @param {Message} message
 */
function before({ messages }, message) {
  const parent = messages.find(({ id }) => id === message.parent_id && id !== message.id);
  const ours = messages.filter(({ direction, deleted }) => direction === "outbound" && !deleted).at(-1);
  return [parent, ours !== parent ? ours : undefined]
    .filter((one) => one !== undefined)
    .map(
      (one) =>
        html`<blockquote class="message-quote"><span>${one.direction === "outbound" ? t("message.us") : one.author?.name || t("person.unknown")}</span><p dir="auto">${beginning(one.text ?? "", SHORT)}</p></blockquote>`,
    );
}

function finished() {
  const { entries, steps } = state.pass.get();
  const left = entries.filter((entry) => !entry.done).length;
  const undo = html`<button type="button" class="button" ?disabled=${!steps.length} @click=${() => act(state.undo)}>${icon("undo")}${t("pass.undo")}</button>`;
  return empty(
    "check",
    t("pass.finished.title"),
    t(left ? "pass.finished.left" : "pass.finished.text", { n: left }),
    html`<p class="buttons">${undo}<a class="button primary" href=${hashOf("posts")}>${t("pass.back")}</a></p>`,
  );
}

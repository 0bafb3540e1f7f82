/** The conversation view: header, thread with events, follow-up, and composer. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { announce, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import * as keys from "../../lib/keys.js";
import * as session from "../../lib/session.js";
import { schedule, subscribe } from "../../lib/store.js";
import { locale, t } from "../../lib/texts.js";
import * as drafts from "../../state/drafts.js";
import * as openConversation from "../../state/open_conversation.js";
import * as poll from "../../state/poll.js";
import * as reading from "../../state/reading.js";
import * as sending from "../../state/sending.js";
import { rowsOf, withNewLine } from "../../state/thread.js";
import { colleagues, me } from "../../state/workspace.js";
import * as composerActions from "../composer/actions.js";
import * as dropTarget from "../composer/drop_target.js";
import * as composer from "../composer/index.js";
import { failure } from "../failure.js";
import * as actions from "./actions.js";
import * as commentActions from "./comment_actions.js";
import { eventLine } from "./events.js";
import * as followUpPanel from "./follow_up_panel.js";
import * as head from "./header.js";
import { message, reveal } from "./message.js";
import { postAbove } from "./message_context.js";
import { left } from "./message_delivery.js";
import { trail } from "./message_speaker.js";
import * as side from "./sidebar.js";

/** @typedef {import("../../lib/schemas.js").Conversation} Conversation */

/** Pixels from the end of the thread that count as being there. */
const END = 48;
/** Milliseconds between drawings of what changes with time. */
const TICK_MS = 500;
/** Milliseconds between checks whether new messages are in view. */
const LOOK_MS = 200;

/** @type {(() => void)[]} */
let ends = [];
/** The conversation whose thread was scrolled to where reading begins. */
let placed = "";
/** True if the end of the thread was in view, so that it stays in view. */
let atEnd = true;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let looking;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let ticking;

openConversation.whenRead((conversation) => {
  // The names that notes speak to are set off in them.
  if (conversation.messages.some((message) => message.mentions?.length)) colleagues().catch(() => {});
});

/** @param {import("../../lib/router.js").Place} place */
export function enter({ id }) {
  drafts.start(session.session.get().claims?.sub ?? "");
  begin();
  if (openConversation.current.get().id === id) return;
  placed = "";
  atEnd = true;
  sending.reset();
  openConversation.show(id);
  poll.watch(id);
}

export function leave() {
  for (const end of ends) end();
  ends = [];
  clearTimeout(looking);
  looking = undefined;
  clearTimeout(ticking);
  drafts.flush();
  openConversation.show("");
  poll.watch("");
}

/** The keys of the conversation come before those of the list, which may have been registered again. */
function begin() {
  me().catch(() => {});
  for (const end of ends) end();
  ends = [
    poll.onNews(({ conversation }) =>
      conversation ? openConversation.catchUp(poll.news.get().conversation) : undefined,
    ),
    subscribe(drawn),
    keys.register("conversation", [
      { key: "r", text: "keys.reply", run: () => composerActions.focus("reply") },
      { key: "n", text: "keys.note", run: () => composerActions.focus("note") },
      { key: "e", text: "keys.resolve", run: () => withConversation(actions.resolveOrReopen) },
      { key: "s", text: "keys.snooze", run: () => withConversation(actions.snooze) },
      { key: "a", text: "keys.assign", run: () => withConversation(actions.assign) },
      { key: "t", text: "keys.tags", run: () => withConversation(actions.tags) },
      { key: "_", text: "keys.unread", run: () => withConversation(actions.markUnread) },
      { key: "i", text: "keys.side", run: () => withConversation(side.toggle) },
    ]),
    keys.register("composer", [
      { key: "Mod+Enter", text: "keys.send", typed: true, run: () => {} },
      { key: "Mod+Shift+Enter", text: "keys.send_ask", typed: true, run: () => {} },
      { key: "Alt+Enter", text: "keys.send_resolve", typed: true, run: () => {} },
      { key: "/", text: "keys.templates", typed: true, run: () => {} },
      { key: "@", text: "keys.mention", typed: true, run: () => {} },
    ]),
    commentActions.registerKeys(),
    dropTarget.start(),
  ];
}

/** @param {(conversation: Conversation) => unknown} run */
function withConversation(run) {
  const { conversation } = openConversation.current.get();
  if (conversation) run(conversation);
}

export function title() {
  return openConversation.current.get().conversation?.customer?.name || t("panes.conversation");
}

export function template() {
  const { conversation, error } = openConversation.current.get();
  if (error) return failure(error, () => openConversation.refresh());
  if (!conversation) return skeleton();
  return html`
    <div class="conversation ${side.isBeside() ? "has-beside" : ""}">
      <div class="conversation-main" @dragover=${dropTarget.over} @dragleave=${dropTarget.out} @drop=${(/** @type {DragEvent} */ event) => dropTarget.take(event, conversation)}>
        ${head.template(conversation)}
        ${thread(conversation)}
        ${followUpPanel.template(conversation)}
        ${composer.template(conversation)}
        ${dropTarget.template(conversation)}
      </div>
      ${side.isBeside() ? side.template(conversation) : nothing}
    </div>`;
}

/** @param {Conversation} conversation */
function thread(conversation) {
  const { leaving, fresh, unseen } = openConversation.current.get();
  const stale = sending.outcome().stale;
  const missed = stale ?? [];
  const around = { conversation, fresh, missed, lead: session.is("lead", "admin"), menu: actions.moderate };
  return html`
    <div class="thread-box">
      <div class="thread-scroll" tabindex="0" role="region" aria-label=${t("panes.messages")} @scroll=${scrolled}>
        ${postAbove(conversation)}
        ${trail(conversation)}
        ${conversation.earlier ? earlier() : nothing}
        <ol class="thread ${conversation.visibility}">
          ${repeat(
            withNewLine(rowsOf(conversation, leaving), fresh),
            (row) => row.key,
            (threadRow) => row(threadRow, around),
          )}
        </ol>
      </div>
      ${unseen.length && newsAway ? html`<button class="thread-news" @click=${showNews}>${icon("down")}${t("conversation.news", { n: unseen.length })}</button>` : nothing}
    </div>`;
}

/**
 * @param {import("../../state/thread.js").Row} threadRow
 * @param {import("./message.js").ThreadContext} around
 */
function row(threadRow, around) {
  if (threadRow.kind === "message") return message(threadRow, around);
  if (threadRow.kind === "event") return eventLine(threadRow.event);
  if (threadRow.kind === "new") return html`<li class="thread-new"><span>${t("message.new")}</span></li>`;
  return html`<li class="thread-day"><span>${dayOf(threadRow.at)}</span></li>`;
}

/** "Today", "Monday, 23 November". @param {string} at */
function dayOf(at) {
  const date = new Date(at);
  const now = new Date();
  if (date.toDateString() === now.toDateString()) return t("when.today");
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long", year }).format(date);
}

function earlier() {
  const { fetching } = openConversation.current.get();
  return html`<button class="button small thread-earlier" ?disabled=${fetching} @click=${fetchEarlier}>${t(fetching ? "conversation.fetching" : "conversation.earlier")}</button>`;
}

/** Fetch older messages; what is in view stays there. */
async function fetchEarlier() {
  const box = scroller();
  const below = box ? box.scrollHeight - box.scrollTop : 0;
  try {
    await openConversation.fetchEarlier();
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (box) box.scrollTop = box.scrollHeight - below;
      }),
    );
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

function skeleton() {
  return html`
    <div class="conversation" role="group" aria-busy="true" aria-label=${t("shell.loading")}>
      <div class="conversation-main">
        <div class="conversation-head skeleton-head"><span class="ghost"></span><span class="ghost short"></span></div>
        <div class="thread-box"><div class="skeleton-thread">${[1, 2, 3].map((index) => html`<div class="ghost bubble-ghost n${index}"></div>`)}</div></div>
        <div class="composer composer-skeleton"><div class="ghost"></div></div>
      </div>
    </div>`;
}

function scroller() {
  return /** @type {HTMLElement | null} */ (document.querySelector(".thread-scroll"));
}

function scrolled() {
  const box = scroller();
  if (!box) return;
  atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < END;
  watchNews();
  lookOn();
}

/** Scroll after each drawing: to where reading begins, or to the end if it was in view; and count down. */
function drawn() {
  const { conversation, id, leaving, fresh } = openConversation.current.get();
  const box = scroller();
  if (!conversation || !box) return;
  if (placed !== id) {
    placed = id;
    begunAt(box, fresh);
  } else if (atEnd || leaving.length) box.scrollTop = box.scrollHeight;
  tell();
  watchNews();
  lookOn();
  reading.look();
  clearTimeout(ticking);
  if (conversation.messages.some(left)) ticking = setTimeout(schedule, TICK_MS);
}

/**
 * Return where reading begins: at the first message that is new, or at the end.
 * @param {HTMLElement} box
 * @param {Set<string>} fresh
 */
function begunAt(box, fresh) {
  box.scrollTop = box.scrollHeight;
  const first = [...fresh].map((id) => document.getElementById(`m-${id}`)).find((element) => element);
  if (first) {
    const above = first.getBoundingClientRect().top - box.getBoundingClientRect().top - END;
    if (above < 0) box.scrollTop += above;
  }
  atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < END;
}

/** True while new messages are out of view. */
let newsAway = false;

/** Show the button to new messages as long as they are out of view. */
function watchNews() {
  const { unseen } = openConversation.current.get();
  const away = unseen.length > 0 && !unseen.some(isInView);
  if (away === newsAway) return;
  newsAway = away;
  schedule();
}

let announced = 0;

/** Say what came in to those who do not see it. */
function tell() {
  const { unseen } = openConversation.current.get();
  if (unseen.length > announced) announce(t("conversation.news", { n: unseen.length }));
  announced = unseen.length;
}

/** Mark messages as read that were in view for a moment; check again until all are. */
function lookOn() {
  if (!openConversation.current.get().unseen.length) return;
  openConversation.watch(isInView);
  looking ??= setTimeout(() => {
    looking = undefined;
    lookOn();
  }, LOOK_MS);
}

/** Tell whether a message is on the screen, or half of it, as far as it has room there. @param {string} id */
function isInView(id) {
  const box = scroller()?.getBoundingClientRect();
  const element = document.getElementById(`m-${id}`)?.getBoundingClientRect();
  if (!box || !element || document.visibilityState !== "visible") return false;
  const visible = Math.min(element.bottom, box.bottom) - Math.max(element.top, box.top);
  return visible >= Math.min(element.height, box.height) / 2;
}

function showNews() {
  const [first] = openConversation.current.get().unseen;
  reveal(first);
  lookOn();
}

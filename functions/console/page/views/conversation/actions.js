/** Actions on a conversation, and on its messages. */

import { html } from "lit-html";
import * as api from "../../lib/api.js";
import * as dialogs from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { loadPart } from "../../lib/load_part.js";
import { go, hashOf } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { t } from "../../lib/texts.js";
import { openLoaded } from "../../lib/typed_ahead.js";
import * as drafts from "../../state/drafts.js";
import { expecting } from "../../state/expected.js";
import * as inbox from "../../state/inbox.js";
import * as nextConversation from "../../state/next_conversation.js";
import * as openConversation from "../../state/open_conversation.js";
import * as reading from "../../state/reading.js";
import { permitted } from "../../state/thread.js";
import { choose } from "../pick/choose.js";
import { openPick } from "../pick/dialog.js";
import { nameOf } from "./message.js";

/**
 * @typedef {import("../../lib/schemas.js").Message} Message
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 */

/** The button of the head that does this. @param {string} name */
function button(name) {
  return document.querySelector(`.conversation-head [data-act="${name}"]`);
}

/** @param {Conversation} conversation */
export function resolveOrReopen(conversation) {
  if (conversation.status === "resolved" || conversation.status === "snoozed") return reopen(conversation);
  const openNext = nextConversation.after(conversation.id);
  return act(async () => {
    const body = { seen: openConversation.lastSeen() };
    const changed = await expecting(conversation, { status: "resolved" }, () =>
      api.send("POST", openConversation.path("/resolve", conversation.id), body),
    );
    if (openNext()) inbox.refresh();
    dialogs.toast(t("head.resolved"), { kind: "good", action: t("head.undo"), run: () => reopen(conversation) });
    await took(conversation, changed);
  });
}

/** @param {Conversation} conversation */
function reopen(conversation) {
  const way = conversation.status === "snoozed" ? "/wake" : "/reopen";
  return act(async () => took(conversation, await api.send("POST", openConversation.path(way, conversation.id), {})));
}

/** @param {Conversation} conversation */
export async function snooze(conversation) {
  const chosen = await choose((pick) => pick.openSnooze(button("snooze")));
  if (!chosen) return;
  await act(async () => {
    const body = { until: chosen.until, seen: openConversation.lastSeen() };
    const openNext = nextConversation.after(conversation.id);
    const changed = await expecting(conversation, { status: "snoozed" }, () =>
      api.send("POST", openConversation.path("/snooze", conversation.id), body),
    );
    if (openNext()) inbox.refresh();
    const undo = () =>
      act(async () => took(conversation, await api.send("POST", openConversation.path("/wake", conversation.id), {})));
    dialogs.toast(t("head.snoozed", { at: chosen.label }), { kind: "good", action: t("head.undo"), run: undo });
    await took(conversation, changed);
  });
}

/** @param {Conversation} conversation */
export async function assign(conversation) {
  const chosen = await choose((pick) =>
    pick.openAssign(button("assign"), { assignee: conversation.assignee, team: conversation.team }),
  );
  if (!chosen) return;
  const { label, ...body } = chosen;
  await assignTo(conversation, label, body);
}

/**
 * Hand a conversation over. One that a colleague holds is taken over on purpose only.
 * @param {Conversation} conversation
 * @param {string} label
 * @param {Record<string, unknown>} body
 */
function assignTo(conversation, label, body) {
  return act(async () => {
    try {
      const changed = await expecting(conversation, assigned(label, body), () =>
        api.send("POST", openConversation.path("/assign", conversation.id), body),
      );
      dialogs.toast(t("head.assigned", { who: label }), { kind: "good" });
      await took(conversation, changed);
    } catch (error) {
      if (!(error instanceof api.ApiError) || error.code !== "taken") throw error;
      const run = () => assignTo(conversation, label, { ...body, override: true });
      dialogs.toast(error.message, { kind: "bad", seconds: 20, action: t("head.take_over"), run });
      await openConversation.refresh();
    }
  });
}

/**
 * Return what handing a conversation over leads to.
 * @param {string} label
 * @param {Record<string, unknown>} body
 * @returns {Partial<import("../../lib/schemas.js").ListedConversation>}
 */
function assigned(label, { assignee, team }) {
  return {
    ...(typeof assignee === "string" ? { assignee: { id: assignee, name: label } } : {}),
    ...(assignee === null ? { assignee: null } : {}),
    ...(typeof team === "string" ? { team } : {}),
  };
}

/** Show a conversation as unread again, and go back to the list. @param {Conversation} conversation */
export function markUnread(conversation) {
  return act(async () => {
    await reading.markUnread(conversation.id);
    dialogs.toast(t("more.marked_unread"));
    go(inbox.addressWith());
  });
}

/** @param {Conversation} conversation */
export async function tags(conversation) {
  const chosen = await choose((pick) =>
    pick.openTags(button("tags"), { tags: [conversation.tags ?? []], team: conversation.team }),
  );
  if (!chosen || !(chosen.add.length || chosen.remove.length)) return;
  const left = (conversation.tags ?? []).filter((tag) => !chosen.remove.includes(tag));
  const tagged = [...new Set([...left, ...chosen.add])].sort();
  const send = () => api.send("PUT", openConversation.path("/tags", conversation.id), chosen);
  await act(async () => took(conversation, await expecting(conversation, { tags: tagged }, send)));
}

/**
 * @param {Conversation} conversation
 * @param {Partial<import("../../lib/schemas.js").ListedConversation> | null} changed
 */
async function took(conversation, changed) {
  if (openConversation.current.get().id === conversation.id) await openConversation.takeAnswer(changed);
}

/** Open the menu of all other actions. @param {Conversation} conversation */
export async function more(conversation) {
  const chosen = await openPick(
    button("more"),
    t("head.more"),
    (close) =>
      html`<div class="pick-list">${offered(conversation).map(([name, sign, danger]) => item(name, sign, close, danger))}</div>`,
  );
  await MORE[chosen]?.(conversation);
}

/**
 * List the actions that this agent may take and the platform permits.
 * @param {Conversation} conversation
 * @returns {[string, Parameters<typeof icon>[0], boolean][]}
 */
function offered(conversation) {
  const lead = session.is("lead", "admin");
  const may = (/** @type {import("../../lib/schemas.js").Moderation} */ action) =>
    lead && Boolean(conversation.moderations?.includes(action));
  /** @type {[string, Parameters<typeof icon>[0], boolean, boolean][]} */
  const all = [
    ["unread", "inbox", false, true],
    ["forward", "send", false, true],
    ["link", "link", false, true],
    ["platform", "public", false, safe(conversation.permalink) !== null],
    ["opt_out", "close", false, !conversation.opt_out],
    ["opt_in", "undo", false, conversation.opt_out && lead],
    ["block", "hidden", false, may("block")],
    ["unblock", "undo", false, may("unblock")],
    ["erase", "trash", true, lead],
    ["erase_customer", "trash", true, lead && Boolean(conversation.customer?.id)],
  ];
  return all.filter(([, , , is]) => is).map(([name, sign, danger]) => [name, sign, danger]);
}

/**
 * @param {string} name
 * @param {Parameters<typeof icon>[0]} sign
 * @param {(name: string) => void} close
 */
function item(name, sign, close, danger = false) {
  return html`<button class="pick-option ${danger ? "bad" : ""}" @click=${() => close(name)}>${icon(sign)}<span class="pick-label">${t(`more.${name}`)}</span></button>`;
}

/** @type {Record<string, (conversation: Conversation) => Promise<unknown>>} */
const MORE = {
  unread: (conversation) => markUnread(conversation),
  forward: (conversation) => act(() => opened(({ forwardDialog }) => forwardDialog.openForward(conversation))),
  link: async (conversation) => {
    await navigator.clipboard.writeText(new URL(hashOf("c", conversation.id), document.baseURI).href);
    dialogs.toast(t("more.copied"), { kind: "good" });
  },
  platform: async (conversation) => {
    window.open(safe(conversation.permalink)?.href, "_blank", "noopener,noreferrer");
  },
  opt_out: (conversation) =>
    confirmed("opt_out", conversation, async () => api.send("PUT", openConversation.path("/opt-out", conversation.id))),
  opt_in: (conversation) =>
    confirmed("opt_in", conversation, async () =>
      api.send("DELETE", openConversation.path("/opt-out", conversation.id)),
    ),
  block: (conversation) => confirmed("block", conversation, async () => moderation(conversation, { action: "block" })),
  unblock: (conversation) =>
    confirmed("unblock", conversation, async () => moderation(conversation, { action: "unblock" })),
  erase: (conversation) => erase(conversation, "erase", ""),
  erase_customer: (conversation) => erase(conversation, "erase_customer", "/customer"),
};

/**
 * Open a dialog that is loaded when it is opened.
 * @template T
 * @param {(part: typeof import("../admin.js")) => T | Promise<T>} open
 */
function opened(open) {
  return openLoaded(() => loadPart(() => import("../admin.js")), open);
}

/**
 * @param {string} action
 * @param {Conversation} conversation
 * @param {() => Promise<unknown>} run
 */
function confirmed(action, conversation, run) {
  const who = conversation.customer?.name || t("person.customer");
  return act(async () => {
    if (!(await opened(({ questions }) => questions.confirm(action, who)))) return;
    await run();
    await openConversation.refresh();
  });
}

/**
 * @param {Conversation} conversation
 * @param {{action: string, message_id?: string, text?: string}} body
 */
function moderation(conversation, body) {
  return api.send("POST", openConversation.path("/moderations", conversation.id), body);
}

/** @type {Record<string, Parameters<typeof icon>[0]>} */
const SIGN = {
  like: "plus",
  unlike: "undo",
  accept: "check",
  edit: "edit",
  hide: "hidden",
  show: "eye",
  delete: "trash",
};

/**
 * Open the menu of actions on a message that the platform permits and this agent may take.
 * @param {Message} message
 * @param {Element} anchor
 */
export async function moderate(message, anchor) {
  const { conversation } = openConversation.current.get();
  if (!conversation) return;
  const all = permitted(message, session.is("lead", "admin"));
  const chosen = await openPick(
    anchor,
    t("message.more"),
    (close) =>
      html`<div class="pick-list">${all.map((action) => item(action, SIGN[action] ?? "more", close, action === "delete"))}</div>`,
  );
  if (!chosen) return;
  if (chosen === "edit") {
    await rewrite(conversation, message);
    return;
  }
  const isFriendly = chosen === "like" || chosen === "unlike";
  await act(async () => {
    if (!isFriendly && !(await opened(({ questions }) => questions.confirm(chosen, nameOf(message))))) return;
    await carryOut(conversation, { action: chosen, message_id: message.id });
  });
}

/**
 * @param {Conversation} conversation
 * @param {{action: string, message_id: string, text?: string}} body
 */
async function carryOut(conversation, body) {
  await moderation(conversation, body);
  await openConversation.refresh();
}

/**
 * Edit one of our messages, on the platform and here.
 * @param {Conversation} conversation
 * @param {Message} message
 */
function rewrite(conversation, message) {
  return act(async () => {
    const text = await opened(({ questions }) => questions.rewrite(message.text ?? ""));
    if (text !== undefined) await carryOut(conversation, { action: "edit", message_id: message.id, text });
  });
}

/**
 * Delete for good, so it takes more than a click.
 * @param {Conversation} conversation
 * @param {"erase" | "erase_customer"} action
 * @param {string} path
 */
async function erase(conversation, action, path) {
  await act(async () => {
    const query = await opened(({ eraseForm }) => eraseForm.ask(action, conversation.customer?.name ?? ""));
    if (query === null) return;
    await api.send("DELETE", openConversation.path(path, conversation.id) + query);
    drafts.keep(conversation.id, { text: "", note: "", privately: "", attempt: null });
    dialogs.toast(t("erase.done"), { kind: "good" });
    go(hashOf("inbox"), { replace: true });
  });
}

/** @param {() => Promise<unknown>} action */
async function act(action) {
  try {
    await action();
  } catch (error) {
    dialogs.toast(explain(error).text, { kind: "bad", seconds: 8 });
    if (error instanceof api.ApiError && error.status === 409) await openConversation.refresh();
  }
}

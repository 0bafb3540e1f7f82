/** What can be done with a conversation as a whole, and with what was written in it. */

import { html } from "lit-html";
import * as api from "../../lib/api.js";
import * as dialogs from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { go, hashOf } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as drafts from "../../state/drafts.js";
import * as openConversation from "../../state/open_conversation.js";
import { permitted } from "../../state/thread.js";
import { openAssign } from "../pick/assign.js";
import { openPick } from "../pick/dialog.js";
import { openSnooze } from "../pick/snooze.js";
import { openTags } from "../pick/tags.js";
import { nameOf } from "./message.js";

/** @typedef {Record<string, any>} Whole */

/** The button of the head that does this. @param {string} name */
function button(name) {
  return document.querySelector(`.conversation-head [data-act="${name}"]`);
}

/** @param {Whole} whole */
export function resolveOrReopen(whole) {
  if (whole.status === "resolved" || whole.status === "snoozed") return reopen(whole);
  return act(async () => {
    const changed = await api.send("POST", openConversation.path("/resolve", whole.id), {
      seen: openConversation.lastSeen(),
    });
    dialogs.toast(t("head.resolved"), { kind: "good", action: t("head.undo"), run: () => reopen(whole) });
    await took(whole, changed);
  });
}

/** @param {Whole} whole */
function reopen(whole) {
  const way = whole.status === "snoozed" ? "/wake" : "/reopen";
  return act(async () => took(whole, await api.send("POST", openConversation.path(way, whole.id), {})));
}

/** @param {Whole} whole */
export async function snooze(whole) {
  const chosen = await openSnooze(button("snooze"));
  if (!chosen) return;
  await act(async () => {
    const body = { until: chosen.until, seen: openConversation.lastSeen() };
    const changed = await api.send("POST", openConversation.path("/snooze", whole.id), body);
    const undo = () =>
      act(async () => took(whole, await api.send("POST", openConversation.path("/wake", whole.id), {})));
    dialogs.toast(t("head.snoozed", { at: chosen.label }), { kind: "good", action: t("head.undo"), run: undo });
    await took(whole, changed);
  });
}

/** @param {Whole} whole */
export async function assign(whole) {
  const chosen = await openAssign(button("assign"), { assignee: whole.assignee, team: whole.team });
  if (!chosen) return;
  const { label, ...body } = chosen;
  await act(async () => {
    const changed = await api.send("POST", openConversation.path("/assign", whole.id), body);
    dialogs.toast(t("head.assigned", { who: label }), { kind: "good" });
    await took(whole, changed);
  });
}

/** @param {Whole} whole */
export async function tags(whole) {
  const chosen = await openTags(button("tags"), { tags: [whole.tags ?? []], team: whole.team });
  if (!chosen || !(chosen.add.length || chosen.remove.length)) return;
  await act(async () => took(whole, await api.send("PUT", openConversation.path("/tags", whole.id), chosen)));
}

/**
 * @param {Whole} whole
 * @param {any} changed
 */
async function took(whole, changed) {
  if (openConversation.current.get().id === whole.id) await openConversation.took(changed);
}

/** All else that can be done. @param {Whole} whole */
export async function more(whole) {
  const chosen = await openPick(
    button("more"),
    t("head.more"),
    (close) =>
      html`<div class="pick-list">${offered(whole).map(([name, sign, danger]) => item(name, sign, close, danger))}</div>`,
  );
  await MORE[chosen]?.(whole);
}

/**
 * What this agent may do, and the platform permits.
 * @param {Whole} whole
 * @returns {[string, Parameters<typeof icon>[0], boolean][]}
 */
function offered(whole) {
  const lead = session.is("lead", "admin");
  const may = (/** @type {string} */ each) => lead && Boolean(whole.moderations?.includes(each));
  /** @type {[string, Parameters<typeof icon>[0], boolean, boolean][]} */
  const all = [
    ["link", "link", false, true],
    ["platform", "public", false, safe(whole.permalink) !== null],
    ["opt_out", "close", false, !whole.opt_out],
    ["opt_in", "undo", false, whole.opt_out && lead],
    ["block", "hidden", false, may("block")],
    ["unblock", "undo", false, may("unblock")],
    ["erase", "trash", true, lead],
    ["erase_customer", "trash", true, lead && Boolean(whole.customer?.id)],
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

/** @type {Record<string, (whole: Whole) => Promise<unknown>>} */
const MORE = {
  link: async (whole) => {
    await navigator.clipboard.writeText(new URL(hashOf("c", whole.id), document.baseURI).href);
    dialogs.toast(t("more.copied"), { kind: "good" });
  },
  platform: async (whole) => {
    window.open(safe(whole.permalink)?.href, "_blank", "noopener,noreferrer");
  },
  opt_out: (whole) =>
    asking("opt_out", whole, async () => api.send("PUT", openConversation.path("/opt-out", whole.id))),
  opt_in: (whole) =>
    asking("opt_in", whole, async () => api.send("DELETE", openConversation.path("/opt-out", whole.id))),
  block: (whole) => asking("block", whole, async () => moderation(whole, { action: "block" })),
  unblock: (whole) => asking("unblock", whole, async () => moderation(whole, { action: "unblock" })),
  erase: (whole) => erase(whole, "erase", ""),
  erase_customer: (whole) => erase(whole, "erase_customer", "/customer"),
};

/**
 * @param {string} what
 * @param {Whole} whole
 * @param {() => Promise<unknown>} doing
 */
async function asking(what, whole, doing) {
  const fields = { who: whole.customer?.name || t("person.customer") };
  const question = {
    title: t(`ask.${what}.title`, fields),
    text: t(`ask.${what}.text`, fields),
    action: t(`more.${what}`),
  };
  if (!(await dialogs.confirm({ ...question, danger: what === "block" }))) return;
  await act(async () => {
    await doing();
    await openConversation.refresh();
  });
}

/**
 * @param {Whole} whole
 * @param {{action: string, message_id?: string, text?: string}} body
 */
function moderation(whole, body) {
  return api.send("POST", openConversation.path("/moderations", whole.id), body);
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
 * What may be done with a message: what the platform permits, and this agent.
 * @param {Record<string, any>} said
 * @param {Element} anchor
 */
export async function moderate(said, anchor) {
  const { whole } = openConversation.current.get();
  if (!whole) return;
  const all = permitted(said, session.is("lead", "admin"));
  const chosen = await openPick(
    anchor,
    t("message.more"),
    (close) =>
      html`<div class="pick-list">${all.map((each) => item(each, SIGN[each] ?? "more", close, each === "delete"))}</div>`,
  );
  if (!chosen) return;
  if (chosen === "like" || chosen === "unlike") {
    await carryOut(whole, { action: chosen, message_id: said.id });
    return;
  }
  if (chosen === "edit") {
    await rewrite(whole, said);
    return;
  }
  const fields = { who: nameOf(said) };
  const question = {
    title: t(`ask.${chosen}.title`, fields),
    text: t(`ask.${chosen}.text`, fields),
    action: t(`more.${chosen}`),
  };
  if (!(await dialogs.confirm({ ...question, danger: chosen === "delete" }))) return;
  await carryOut(whole, { action: chosen, message_id: said.id });
}

/**
 * @param {Whole} whole
 * @param {{action: string, message_id: string, text?: string}} body
 */
async function carryOut(whole, body) {
  await act(async () => {
    await moderation(whole, body);
    await openConversation.refresh();
  });
}

/**
 * Have a message of ours say something else, there and here.
 * @param {Whole} whole
 * @param {Record<string, any>} said
 */
async function rewrite(whole, said) {
  let text = said.text ?? "";
  const sure = await dialogs.open(t("ask.edit.title"), (close) => {
    const type = (/** @type {Event} */ event) => {
      text = /** @type {HTMLTextAreaElement} */ (event.target).value;
      schedule();
    };
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (text.trim() && text !== said.text) close(true);
    };
    return html`
      <form @submit=${submit}>
        <div class="field">
          <label for="edit-text">${t("ask.edit.text")}</label>
          <textarea id="edit-text" class="input" dir="auto" rows="6" autofocus .value=${text} @input=${type}></textarea>
        </div>
        <div class="buttons">
          <button type="button" class="button" @click=${() => close(false)}>${t("dialog.cancel")}</button>
          <button class="button primary" ?disabled=${!text.trim() || text === said.text}>${t("ask.edit.save")}</button>
        </div>
      </form>`;
  });
  if (sure === true) await carryOut(whole, { action: "edit", message_id: said.id, text });
}

/**
 * Gone for good, so it takes more than a click.
 * @param {Whole} whole
 * @param {"erase" | "erase_customer"} what
 * @param {string} path
 */
async function erase(whole, what, path) {
  const word = whole.customer?.name?.trim() || t("erase.word");
  const fields = { who: whole.customer?.name || t("person.customer"), word };
  let typed = "";
  const sure = await dialogs.open(t(`ask.${what}.title`, fields), (close) => {
    const type = (/** @type {Event} */ event) => {
      typed = /** @type {HTMLInputElement} */ (event.target).value;
      schedule();
    };
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (typed.trim() === word) close(true);
    };
    return html`
      <form @submit=${submit}>
        <p dir="auto">${t(`ask.${what}.text`, fields)}</p>
        <div class="field erase-field">
          <label for="erase-word"><span dir="auto">${t("erase.type", { word })}</span></label>
          <input id="erase-word" class="input" dir="auto" autocomplete="off" autofocus .value=${typed} @input=${type}>
        </div>
        <div class="buttons">
          <button type="button" class="button" @click=${() => close(false)}>${t("dialog.cancel")}</button>
          <button class="button danger" ?disabled=${typed.trim() !== word}>${t(`more.${what}`)}</button>
        </div>
      </form>`;
  });
  if (sure !== true) return;
  await act(async () => {
    await api.send("DELETE", openConversation.path(path, whole.id));
    drafts.keep(whole.id, { text: "", note: "", privately: "", attempt: null });
    dialogs.toast(t("erase.done"), { kind: "good" });
    go(hashOf("inbox"), { replace: true });
  });
}

/** @param {() => Promise<unknown>} what */
async function act(what) {
  try {
    await what();
  } catch (error) {
    dialogs.toast(explain(error).text, { kind: "bad", seconds: 8 });
    if (error instanceof api.ApiError && error.status === 409) await openConversation.refresh();
  }
}

/** Sends replies, adds notes and runs macros, and puts the caret where the agent writes on. */

import * as api from "../../lib/api.js";
import { announce, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { loadPart } from "../../lib/load_part.js";
import { slice } from "../../lib/store.js";
import { fieldIn, mentionsIn } from "../../lib/suggest.js";
import { t } from "../../lib/texts.js";
import { focusOn, openLoaded } from "../../lib/typed_ahead.js";
import * as answering from "../../state/answering.js";
import * as drafts from "../../state/drafts.js";
import { asShown } from "../../state/follow_up_plans.js";
import * as nextConversation from "../../state/next_conversation.js";
import * as openConversation from "../../state/open_conversation.js";
import * as poll from "../../state/poll.js";
import * as sending from "../../state/sending.js";
import { undoSeconds } from "../../state/workspace.js";
import { usual } from "./follow_up_choice.js";
import { isSplit, problem } from "./routes.js";
import * as suggest from "./suggestions.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 */

export const composer = slice("composer", {
  saving: false,
  /** A field of a template that is still to be filled in. */
  unfilled: "",
});

/** Send the reply with the team's usual follow-up. @param {Conversation} conversation */
export function sendAndFollowUp(conversation) {
  return send(conversation, { wish: drafts.draftOf(conversation.id).wish ?? usual() });
}

/**
 * @param {Conversation} conversation
 * @param {{resolve?: boolean, wish?: import("../../state/drafts.js").Wish | null, anyway?: boolean}} [how]
 */
export async function send(conversation, how = {}) {
  const draft = drafts.draftOf(conversation.id);
  if (sending.outcome().busy || draft.mode === "note") return;
  const against = problem(conversation, draft);
  if (against) {
    announce(t(against));
    return;
  }
  const empty = fieldIn(draft.text);
  if (empty) {
    composer.change(() => ({ unfilled: empty.name }));
    announce(t("composer.unfilled", { field: empty.name }));
    select(empty.start, empty.end);
    return;
  }
  suggest.close();
  poll.stopTyping();
  const wish = how.wish === undefined ? draft.wish : how.wish;
  const planned = wish && asShown(conversation, wish, answering.replyToOf(conversation, draft));
  const openNext = nextConversation.after(conversation.id);
  const message = await sending.send(conversation, { ...how, wish: planned, split: isSplit(conversation, draft) });
  if (!message) return focus();
  announce(t("composer.sent"));
  if (openNext()) offerUndo(conversation.id, message);
}

/** Offer to take back what was sent from a conversation that is not open any more. @param {string} id @param {import("../../lib/schemas.js").Message} message */
function offerUndo(id, message) {
  const undo = () =>
    sending.undo(id, message).catch((error) => toast(explain(error).text, { kind: "bad", seconds: 8 }));
  const seconds = undoSeconds();
  toast(t("composer.sent"), seconds ? { action: t("head.undo"), run: undo, seconds } : {});
}

/** @param {Conversation} conversation */
export async function addNote(conversation) {
  const draft = drafts.draftOf(conversation.id);
  if (composer.get().saving || !draft.note.trim()) return;
  composer.change(() => ({ saving: true }));
  // At once, not when it is saved: where the agent is by then, they stay.
  focusField();
  try {
    const mentions = mentionsIn(draft.note, draft.mentions);
    const body = { text: draft.note, ...(mentions.length ? { mentions } : {}) };
    const note = await api.send("POST", openConversation.path("/notes", conversation.id), body);
    drafts.keep(conversation.id, { note: "", mentions: {}, mode: "reply" });
    openConversation.replace(note);
    announce(t("composer.note_added"));
    await openConversation.refresh();
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 8 });
  } finally {
    composer.change(() => ({ saving: false }));
  }
}

/**
 * @param {Conversation} conversation
 * @param {import("../../lib/schemas.js").Macro} macro
 */
export async function runMacro(conversation, macro) {
  const hold = undoSeconds();
  try {
    const agreed = await openLoaded(
      () => loadPart(() => import("../admin.js")),
      ({ macroPreview }) => macroPreview.agreeTo(conversation.id, macro),
    );
    if (!agreed) return focusField();
    const seen = openConversation.lastSeen();
    const done = await api.send(
      "POST",
      openConversation.path(`/macros/${encodeURIComponent(macro.name)}`, conversation.id),
      { seen, hold_seconds: hold },
    );
    const undo = () => undoMacro(conversation.id, macro, done.use);
    const offer = done.use ? { action: t("head.undo"), run: undo, seconds: hold } : {};
    toast(t("composer.macro_done", { name: macro.title }), { kind: "good", ...offer });
    await openConversation.takeAnswer(done.conversation);
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 8 });
    await openConversation.refresh();
  }
}

/**
 * Take back all that a macro did.
 * @param {string} id of the conversation
 * @param {import("../../lib/schemas.js").Macro} macro
 * @param {string} use as the API named it
 */
async function undoMacro(id, macro, use) {
  try {
    const path = openConversation.path(`/macro-uses/${encodeURIComponent(use)}`, id);
    const { conversation } = await api.send("DELETE", path);
    toast(t("composer.macro.undone", { name: macro.title }));
    if (openConversation.current.get().id === id) await openConversation.takeAnswer(conversation);
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 8 });
  }
}

/** Write here. @param {"reply" | "note"} [mode] */
export function focus(mode) {
  const { id } = openConversation.current.get();
  if (mode && id) {
    drafts.change(id, { mode });
  }
  focusField();
}

/** Put the caret into the field: at once, or when the conversation has come. @param {string} [field] */
export function focusField(field = "answer") {
  const { id } = openConversation.current.get();
  const isOpen = () => openConversation.current.get().id === id;
  const find = () => document.getElementById(field) ?? document.getElementById("note");
  focusOn(
    () => (isOpen() ? find() : null),
    () => isOpen() && isLoading(),
  );
}

function isLoading() {
  const { id, conversation, error } = openConversation.current.get();
  return Boolean(id) && !conversation && !error;
}

/**
 * @param {number} start
 * @param {number} end
 */
function select(start, end) {
  const area = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("answer"));
  area?.focus();
  area?.setSelectionRange(start, end);
}

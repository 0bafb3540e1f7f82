/**
 * Where an answer is written. It says in colour and words who will read it, what room is left, and until when; a note for
 * the team is written in the same place and looks like what it is.
 */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import * as api from "../../lib/api.js";
import { announce, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { unsendable } from "../../lib/file_rules.js";
import { number } from "../../lib/format.js";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { schedule, slice } from "../../lib/store.js";
import { fieldIn, mentionsIn } from "../../lib/suggest.js";
import { room } from "../../lib/text_length.js";
import { t } from "../../lib/texts.js";
import * as drafts from "../../state/drafts.js";
import * as files from "../../state/files.js";
import { inWords, planOf, usualAfter } from "../../state/follow_up_plans.js";
import * as openConversation from "../../state/open_conversation.js";
import * as poll from "../../state/poll.js";
import * as sending from "../../state/sending.js";
import { channelLabel } from "../../state/workspace.js";
import { openPick } from "../pick/dialog.js";
import * as attaching from "./files.js";
import { openWish, planned, usual } from "./follow_up_choice.js";
import { notice } from "./notice.js";
import * as parting from "./split_text.js";
import * as suggest from "./suggestions.js";

/**
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../../state/drafts.js").Draft} Draft
 * @typedef {import("../../lib/text_length.js").Route} Route
 * @typedef {"note" | "public" | "private"} Where
 */

const composer = slice("composer", {
  saving: false,
  /** A field of a template that is still to be filled in. */
  unfilled: "",
});

/** @param {Conversation} conversation */
export function template(conversation) {
  const draft = drafts.draftOf(conversation.id);
  const ways = waysOf(conversation);
  if (!ways.length && draft.mode === "reply") return closed(conversation, draft);
  const where = whereOf(conversation, draft);
  const route = ways.find(({ visibility }) => visibility === where);
  const take = (/** @type {ClipboardEvent | DragEvent} */ event) => {
    const given = "clipboardData" in event ? event.clipboardData : event.dataTransfer;
    if (draft.mode === "reply") attaching.take(given, event, conversation, route);
  };
  const allow = (/** @type {DragEvent} */ event) => {
    if (draft.mode === "reply" && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };
  return html`
    <section class="composer ${where}" aria-label=${t("composer.title")}>
      ${tabs(conversation, draft)}
      ${composer.get().unfilled ? html`<p class="composer-notice warn">${icon("alert")}<span>${t("composer.unfilled", { field: composer.get().unfilled })}</span></p>` : nothing}
      ${notice(conversation, { send: (anyway) => send(conversation, { anyway }), edit: () => focus() })}
      <form class="composer-paper" @paste=${take} @drop=${take} @dragover=${allow} @submit=${(/** @type {Event} */ event) => submit(event, conversation)} @keydown=${(/** @type {KeyboardEvent} */ event) => shortcut(event, conversation)}>
        ${draft.mode === "note" ? noteWhere() : whereLine(conversation, where, ways, route)}
        <div class="composer-field">
          ${field(conversation, draft, where)}
          ${suggest.template(draft.mode === "note" ? "note" : "answer", useOf(conversation))}
        </div>
        ${draft.mode === "reply" && draft.both ? privately(conversation, draft, ways) : nothing}
        ${draft.mode === "reply" ? replyFoot(conversation, draft, where, ways, route) : noteFoot(conversation, draft)}
      </form>
    </section>`;
}

/** The first way of each visibility: what the API takes when that is named. @param {Conversation} conversation @returns {Route[]} */
function waysOf(conversation) {
  const ways = /** @type {Route[]} */ (conversation.routes);
  return ways.filter(({ visibility }, index) => ways.findIndex((way) => way.visibility === visibility) === index);
}

/**
 * Where the draft would go.
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @returns {Where}
 */
function whereOf(conversation, draft) {
  if (draft.mode === "note") return "note";
  const ways = waysOf(conversation);
  return (
    (ways.find(({ visibility }) => visibility === draft.visibility) ?? ways[0])?.visibility ?? conversation.visibility
  );
}

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function tabs(conversation, draft) {
  const choose = (/** @type {"reply" | "note"} */ mode) => () => {
    drafts.change(conversation.id, { mode });
    suggest.close();
    schedule();
    focusSoon();
  };
  return html`
    <div class="composer-tabs" role="group" aria-label=${t("composer.mode")}>
      <button type="button" aria-pressed=${draft.mode === "reply"} @click=${choose("reply")}>${t("composer.reply")}</button>
      <button type="button" class="note" aria-pressed=${draft.mode === "note"} @click=${choose("note")}>${icon("note")}${t("composer.note")}</button>
      <span class="composer-others" role="status">${others()}</span>
    </div>`;
}

/** Who else is here, and whether they write. */
function others() {
  const { present } = poll.pulse.get();
  if (!present.length) return nothing;
  const writing = present.filter(({ typing }) => typing);
  const shown = writing.length ? writing : present;
  const names = shown.map(({ agent }) => agent.name).join(", ");
  return html`<span class="here ${writing.length ? "typing" : ""}">${icon(writing.length ? "edit" : "eye")}<bdi>${t(writing.length ? "composer.typing" : "composer.here", { who: names, n: shown.length })}</bdi></span>`;
}

function noteWhere() {
  return html`<label class="composer-where" for="note">${icon("note")}<span>${t("composer.where.note")}</span></label>`;
}

/**
 * @param {Conversation} conversation
 * @param {Where} where
 * @param {Route[]} ways
 * @param {Route | undefined} route
 */
function whereLine(conversation, where, ways, route) {
  const fields = {
    channel: channelLabel(conversation.channel),
    who: conversation.customer?.name || t("person.customer"),
  };
  return html`
    <div class="composer-line">
      <label class="composer-where" for="answer">${icon(where)}<span dir="auto">${t(`composer.where.${where}`, fields)}</span></label>
      ${ways.length > 1 ? waysChoice(conversation, where, ways) : nothing}
      <span class="composer-until">${until(conversation, where, ways, route)}</span>
    </div>`;
}

/**
 * @param {Conversation} conversation
 * @param {Where} where
 * @param {Route[]} ways
 */
function waysChoice(conversation, where, ways) {
  const take = (/** @type {Route["visibility"]} */ visibility) => () => {
    drafts.change(conversation.id, { visibility, ...(visibility === "private" ? { both: false } : {}) });
    schedule();
    focusSoon();
  };
  return html`
    <fieldset class="segments composer-ways">
      <legend class="unseen">${t("composer.ways")}</legend>
      ${ways.map(
        ({ visibility }) => html`
          <label><input type="radio" name="way" .checked=${live(visibility === where)} @change=${take(visibility)}><span>${t(`visibility.${visibility}`)}</span></label>`,
      )}
    </fieldset>`;
}

/** What a private way with an end is called. @type {Record<string, string>} */
const UNTIL = { human_agent: "composer.until.late", private_reply: "composer.until.once" };

/**
 * What the platform permits, and until when.
 * @param {Conversation} conversation
 * @param {Where} where
 * @param {Route[]} ways
 * @param {Route | undefined} route
 */
function until(conversation, where, ways, route) {
  if (route?.way === "replace") return t("composer.replaces");
  if (where === "public") return ways.length === 1 ? t("composer.public_only") : nothing;
  const at = route?.until ?? conversation.window_ends_at;
  return at ? html`${icon("clock")}${t(UNTIL[route?.way ?? ""] ?? "composer.until.open", { at: soon(at) })}` : nothing;
}

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @param {Where} where
 */
function field(conversation, draft, where) {
  const note = draft.mode === "note";
  const signs = note ? "@" : "/";
  const use = useOf(conversation);
  const type = (/** @type {Event} */ event) => {
    const area = /** @type {HTMLTextAreaElement} */ (event.target);
    write(conversation, area.value);
    suggest.look(area, signs);
    if (!note) poll.typing();
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    const area = /** @type {HTMLTextAreaElement} */ (event.target);
    if (suggest.press(event, area, use)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Escape") area.blur();
  };
  return html`
    <textarea id=${note ? "note" : "answer"} rows="2" dir="auto" autocomplete="off"
      placeholder=${note ? t("composer.placeholder.note") : t("composer.placeholder.reply")}
      aria-describedby="composer-count" aria-keyshortcuts="Control+Enter" aria-autocomplete="list"
      aria-controls=${suggest.isOpen() ? "suggest" : nothing} aria-activedescendant=${suggest.activeId(use) ?? nothing}
      aria-label=${note ? t("composer.where.note") : t(`composer.field.${where}`)}
      .value=${live(note ? draft.note : draft.text)} @input=${type} @keydown=${press} @click=${(/** @type {Event} */ event) => suggest.look(/** @type {any} */ (event.target), signs)}
      @blur=${suggest.close}></textarea>`;
}

/**
 * @param {Conversation} conversation
 * @returns {import("./suggestions.js").Use}
 */
function useOf(conversation) {
  return {
    conversation,
    write: (text) => write(conversation, text),
    mention: (name, id) => {
      drafts.change(conversation.id, { mentions: { ...drafts.draftOf(conversation.id).mentions, [name]: id } });
    },
    macro: (macro) => runMacro(conversation, macro),
  };
}

/**
 * @param {Conversation} conversation
 * @param {string} text
 */
function write(conversation, text) {
  const note = drafts.draftOf(conversation.id).mode === "note";
  drafts.change(conversation.id, note ? { note: text } : { text });
  composer.change(() => ({ unfilled: "" }));
}

/**
 * The private message that goes with a public answer.
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @param {Route[]} ways
 */
function privately(conversation, draft, ways) {
  const route = ways.find(({ visibility }) => visibility === "private");
  const who = conversation.customer?.name || t("person.customer");
  const type = (/** @type {Event} */ event) => {
    drafts.change(conversation.id, { privately: /** @type {HTMLTextAreaElement} */ (event.target).value });
    schedule();
    poll.typing();
  };
  const drop = () => {
    drafts.change(conversation.id, { both: false });
    schedule();
    focusSoon();
  };
  return html`
    <div class="composer-privately">
      <div class="composer-line">
        <label class="composer-where private" for="privately">${icon("private")}<span dir="auto">${t("composer.where.private", { channel: channelLabel(conversation.channel), who })}</span></label>
        <button type="button" class="icon-button small" aria-label=${t("composer.both_off")} title=${t("composer.both_off")} @click=${drop}>${icon("close")}</button>
      </div>
      <textarea id="privately" rows="2" dir="auto" placeholder=${t("composer.placeholder.private")} .value=${live(draft.privately)} @input=${type}></textarea>
      ${counter(draft.privately, route, "privately-count")}
    </div>`;
}

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @param {Where} where
 * @param {Route[]} ways
 * @param {Route | undefined} route
 */
function replyFoot(conversation, draft, where, ways, route) {
  const { busy } = sending.outcome();
  const ready = !busy && problem(conversation, draft) === "";
  const canBoth = where === "public" && !draft.both && ways.some(({ visibility }) => visibility === "private");
  const both = () => {
    drafts.change(conversation.id, { both: true });
    schedule();
    focusSoon("privately");
  };
  return html`
    ${attaching.list(conversation)}
    ${parting.list(draft.text, route)}
    ${draft.wish ? wishLine(conversation, draft.wish) : nothing}
    <div class="composer-foot">
      <button type="button" class="button small quiet" title=${t("composer.templates_hint")} @click=${() => openTemplates(conversation)}><kbd>/</kbd>${t("composer.templates")}</button>
      ${canBoth ? html`<button type="button" class="button small quiet" @click=${both}>${icon("private")}${t("composer.both")}</button>` : nothing}
      ${attaching.button(conversation, route)}
      <span class="composer-space"></span>
      ${unfit(conversation, draft)}
      ${counter(draft.text, route, "composer-count")}
      ${wishChip(conversation, draft)}
      <span class="send">
        <button class="button primary" ?disabled=${!ready}>${t(sendKey(draft, where, route), { n: parting.partsOf(draft.text, route).length })}</button>
        <button type="button" class="button primary send-more" ?disabled=${!ready} aria-haspopup="dialog" aria-label=${t("composer.more_ways")} title=${t("composer.more_ways")}
          @click=${(/** @type {Event} */ event) => moreWays(conversation, event)}>${icon("down")}</button>
      </span>
    </div>`;
}

/**
 * Why the files that are there cannot go with this text in this place.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function unfit(conversation, draft) {
  const found = problem(conversation, draft);
  if (!found.startsWith("files.") || found === "files.wait") return nothing;
  return html`<span class="composer-count over" role="status">${icon("alert")}${t(found)}</span>`;
}

/**
 * @param {Draft} draft
 * @param {Where} where
 * @param {Route | undefined} route
 */
function sendKey(draft, where, route) {
  if (draft.both) return "composer.send.both";
  if (parting.partsOf(draft.text, route).length) return "composer.send.parts";
  return `composer.send.${where}`;
}

/**
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function noteFoot(conversation, draft) {
  const ready = !composer.get().saving && draft.note.trim();
  const mention = () => insertSign(conversation);
  return html`
    <div class="composer-foot">
      <button type="button" class="button small quiet" @click=${mention}><kbd>@</kbd>${t("composer.mention")}</button>
      <span class="composer-space" id="composer-count"></span>
      <button class="button note-button" ?disabled=${!ready}>${t("composer.add_note")}</button>
    </div>`;
}

/** @param {Conversation} conversation */
function insertSign(conversation) {
  const area = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("note"));
  if (!area) return;
  area.focus();
  const at = area.selectionStart;
  const put = at === 0 || /\s/.test(area.value[at - 1]) ? "@" : " @";
  area.setRangeText(put, at, area.selectionEnd, "end");
  write(conversation, area.value);
  suggest.look(area, "@");
}

/**
 * Room left, once it is worth knowing; beyond the limit, how much has to go.
 * @param {string} text
 * @param {Route | undefined} route
 * @param {string} id
 */
function counter(text, route, id) {
  const found = room(text, route);
  if (!found || (found.state === "calm" && found.used < 100)) return html`<span id=${id}></span>`;
  const fields = { used: number(found.used), limit: number(found.limit), n: Math.abs(found.left) };
  return html`<span id=${id} class="composer-count ${found.state}">${found.state === "over" ? icon("alert") : nothing}${t(`composer.count.${found.state}`, fields)}</span>`;
}

/**
 * Ask back, or not: one click for what the team usually does, the arrow for all else.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function wishChip(conversation, draft) {
  const usually = inWords(usualAfter(conversation.team));
  const chosen = draft.wish;
  const label = chosen?.at
    ? t("composer.follow_up.at", { at: soon(chosen.at) })
    : t("composer.follow_up.after", { after: chosen?.after ? inWords(chosen.after) : usually });
  const toggle = () => set(conversation, chosen ? null : usual());
  const options = async (/** @type {Event} */ event) => {
    const wish = await openWish(/** @type {Element} */ (event.currentTarget), conversation, chosen);
    if (wish !== undefined) set(conversation, wish);
  };
  return html`
    <span class="ask-chip ${chosen ? "on" : ""}">
      <button type="button" aria-pressed=${Boolean(chosen)} @click=${toggle}>${icon(chosen ? "check" : "follow-ups")}<span>${label}</span></button>
      <button type="button" class="ask-more" aria-haspopup="dialog" aria-label=${t("composer.follow_up.options")} title=${t("composer.follow_up.options")} @click=${options}>${icon("down")}</button>
    </span>`;
}

/**
 * @param {Conversation} conversation
 * @param {import("../../state/drafts.js").Wish | null} wish
 */
function set(conversation, wish) {
  drafts.change(conversation.id, { wish });
  schedule();
}

/**
 * What becomes of the wish, as the API plans it.
 * @param {Conversation} conversation
 * @param {import("../../state/drafts.js").Wish} wish
 */
function wishLine(conversation, wish) {
  const found = planOf(conversation, wish);
  return html`
    <p class="composer-plan" role="status">
      <span class="wish-plan">${planned(found)}</span>
      ${found.plan ? html`<q class="follow-up-text" dir="auto">${wish.text || found.plan.text}</q>` : nothing}
    </p>`;
}

/**
 * No way is open: why, and what still can be done.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function closed(conversation, draft) {
  return html`
    <section class="composer closed" aria-label=${t("composer.title")}>
      ${tabs(conversation, draft)}
      <div class="composer-paper">
        <p class="composer-where">${icon("private")}<span>${t("composer.closed.title")}</span></p>
        <p class="muted">${t(conversation.visibility === "private" ? "composer.closed.window" : "composer.closed.other")}</p>
        ${draft.text.trim() ? html`<textarea id="answer" rows="2" readonly dir="auto" aria-label=${t("composer.kept")} .value=${draft.text}></textarea>` : nothing}
      </div>
    </section>`;
}

/**
 * What stands against sending, as the name of a text; empty for nothing.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function problem(conversation, draft) {
  const ways = waysOf(conversation);
  const where = whereOf(conversation, draft);
  const over = (/** @type {string} */ text, /** @type {string} */ visibility) => {
    const route = ways.find((way) => way.visibility === visibility);
    return room(text, route)?.state === "over" && !parting.partsOf(text, route).length;
  };
  const along = files.ready(conversation.id);
  if ((!draft.text.trim() && !along.length) || (draft.both && !draft.privately.trim())) return "composer.empty";
  if (files.underWay(conversation.id).length) return "files.wait";
  const wrong = unsendable(ways.find((way) => way.visibility === where)?.files, along, draft.text);
  if (wrong) return wrong;
  if (over(draft.text, where) || (draft.both && over(draft.privately, "private"))) return "composer.too_long";
  return ways.length ? "" : "composer.closed.title";
}

/**
 * Whether what was written goes out in parts.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
function splits(conversation, draft) {
  const ways = waysOf(conversation);
  const long = (/** @type {string} */ text, /** @type {string} */ visibility) =>
    parting.partsOf(
      text,
      ways.find((way) => way.visibility === visibility),
    ).length > 0;
  return long(draft.text, whereOf(conversation, draft)) || (draft.both && long(draft.privately, "private"));
}

/**
 * The keys of the composer.
 * @param {KeyboardEvent} event
 * @param {Conversation} conversation
 */
function shortcut(event, conversation) {
  const mod = event.ctrlKey || event.metaKey;
  if (event.key !== "Enter" || event.isComposing || event.defaultPrevented || !(mod || event.altKey)) return;
  event.preventDefault();
  const note = drafts.draftOf(conversation.id).mode === "note";
  if (note) keepNote(conversation);
  else if (event.altKey) send(conversation, { resolve: true });
  else if (event.shiftKey) sendAndAsk(conversation);
  else send(conversation);
}

/**
 * @param {Event} event
 * @param {Conversation} conversation
 */
function submit(event, conversation) {
  event.preventDefault();
  if (drafts.draftOf(conversation.id).mode === "note") keepNote(conversation);
  else send(conversation);
}

/** Answer, and ask back as the team usually does. @param {Conversation} conversation */
export function sendAndAsk(conversation) {
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
  poll.silent();
  const message = await sending.send(conversation, { ...how, split: splits(conversation, draft) });
  if (message) announce(t("composer.sent"));
  else focus();
}

/** @param {Conversation} conversation */
async function keepNote(conversation) {
  const draft = drafts.draftOf(conversation.id);
  if (composer.get().saving || !draft.note.trim()) return;
  composer.change(() => ({ saving: true }));
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
    focusSoon();
  }
}

/**
 * @param {Conversation} conversation
 * @param {Event} event
 */
async function moreWays(conversation, event) {
  const after = inWords(usualAfter(conversation.team));
  const way = await openPick(
    /** @type {Element} */ (event.currentTarget),
    t("composer.more_ways"),
    (close) => html`
      <div class="pick-list">
        ${wayOption("send", "", ["Ctrl", "Enter"], close)}
        ${wayOption("ask", after, ["Ctrl", "Shift", "Enter"], close)}
        ${wayOption("resolve", "", ["Alt", "Enter"], close)}
      </div>`,
  );
  if (way === "send") send(conversation);
  if (way === "ask") sendAndAsk(conversation);
  if (way === "resolve") send(conversation, { resolve: true });
}

/**
 * @param {"send" | "ask" | "resolve"} way
 * @param {string} after
 * @param {string[]} keys
 * @param {(way: string) => void} close
 */
function wayOption(way, after, keys, close) {
  return html`
    <button class="pick-option" @click=${() => close(way)}>
      <span class="pick-label">${t(`composer.way.${way}`, { after })}</span>
      <span class="pick-hint">${keys.map((key) => html`<kbd>${t(`key.${key === "Ctrl" ? "Mod" : key}`)}</kbd>`)}</span>
    </button>`;
}

/** @param {Conversation} conversation */
function openTemplates(conversation) {
  const area = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("answer"));
  if (area) suggest.open(area, useOf(conversation));
}

/**
 * @param {Conversation} conversation
 * @param {{name: string, title: string}} macro
 */
async function runMacro(conversation, macro) {
  try {
    const seen = openConversation.lastSeen();
    const done = await api.send(
      "POST",
      openConversation.path(`/macros/${encodeURIComponent(macro.name)}`, conversation.id),
      {
        seen,
      },
    );
    toast(t("composer.macro_done", { name: macro.title }), { kind: "good" });
    await openConversation.took(done?.conversation ?? null);
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 8 });
    await openConversation.refresh();
  }
}

/** Write here. @param {"reply" | "note"} [mode] */
export function focus(mode) {
  const { id } = openConversation.current.get();
  if (mode && id) {
    drafts.change(id, { mode });
    schedule();
  }
  focusSoon();
}

/** Put the caret into the field as soon as it is drawn. @param {string} [id] */
function focusSoon(id) {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const area = document.getElementById(id ?? "answer") ?? document.getElementById("note");
      area?.focus();
    }),
  );
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

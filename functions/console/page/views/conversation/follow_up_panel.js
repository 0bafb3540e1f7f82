/** The follow-up of a conversation, above the composer: its plan, the task for an agent, and the outcome. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as drafts from "../../state/drafts.js";
import { asShown } from "../../state/follow_up_plans.js";
import * as openConversation from "../../state/open_conversation.js";
import { inTeamTime } from "../../state/team_rules.js";
import { focusField } from "../composer/actions.js";
import { openFollowUpChoice } from "../composer/follow_up_choice.js";

/**
 * @typedef {import("../../lib/schemas.js").Outcome} Outcome
 * @typedef {import("../../lib/schemas.js").FollowUp} FollowUp
 */

const panel = slice("follow_up_panel", { open: "", busy: false });
const OUTCOMES = ["solved", "still_broken", "other"];
/** Longer answers are cut here: all of them stands in the thread. In characters. */
const QUOTED = 200;

/** @typedef {import("../../lib/schemas.js").Conversation} Conversation */

/** @param {Conversation} conversation */
export function template(conversation) {
  const followUp = conversation.follow_up;
  if (!followUp) return nothing;
  if (followUp.outcome && followUp.state === "asked") return answered(conversation, followUp.outcome);
  const shown = { planned, task, asked, failed }[/** @type {string} */ (followUp.state)];
  return shown ? shown(conversation, followUp) : nothing;
}

/**
 * @param {Conversation} conversation
 * @param {FollowUp} followUp
 */
function planned(conversation, followUp) {
  const open = panel.get().open === conversation.id;
  const key = followUp.doer === "person" ? "follow_up.person" : "follow_up.machine";
  return html`
    <section class="follow-up" aria-label=${t("follow_up.title")}>
      ${icon("follow-ups")}
      <div class="follow-up-what">
        <strong>${t(key, { at: timeOf(conversation, followUp.at) })}</strong>
        ${asks(followUp)}
        ${followUp.explanation ? html`<span>${followUp.explanation}</span>` : nothing}
        ${open ? details(conversation, followUp) : nothing}
      </div>
      <div class="follow-up-ways">
        <button class="button small quiet" aria-expanded=${open} @click=${() => toggle(conversation.id)}>${t(open ? "follow_up.less" : "follow_up.more")}</button>
        <button class="button small quiet" @click=${(/** @type {Event} */ event) => change(conversation, followUp, event)}>${t("follow_up.change")}</button>
        <button class="button small quiet" ?disabled=${panel.get().busy} @click=${() => cancel(conversation)}>${t("follow_up.cancel")}</button>
      </div>
    </section>`;
}

/** Return who is asked, where that is the author of one comment. @param {FollowUp} followUp */
function asks({ person }) {
  return person?.name ? html`<bdi>${t("schedule.person", { who: person.name })}</bdi>` : nothing;
}

/**
 * Return a time by the reader's clock, and by the team's where that shows another.
 * @param {Conversation} conversation
 * @param {string} at
 */
function timeOf(conversation, at) {
  return inTeamTime(soon, at, conversation.team);
}

/**
 * @param {Conversation} conversation
 * @param {FollowUp} followUp
 */
function details(conversation, followUp) {
  return html`
    <q class="follow-up-text" dir="auto">${followUp.text}</q>
    <span class="muted">${t("follow_up.by", { who: followUp.by?.name ?? "", at: soon(followUp.made_at) })}</span>
    ${followUp.language ? html`<span class="muted">${t("follow_up.language", { language: t(`language.${followUp.language}`) })}</span>` : nothing}
    ${followUp.wished ? html`<span class="muted">${t("follow_up.wished", { at: timeOf(conversation, followUp.wished) })}</span>` : nothing}
    ${moves(followUp)}`;
}

/** @param {FollowUp} followUp */
export function moves(followUp) {
  if (!followUp.moves.length) return nothing;
  return html`
    <ol class="follow-up-moves" aria-label=${t("follow_up.moves")}>
      ${followUp.moves.map(
        (move) =>
          html`<li><time datetime=${move.at}>${soon(move.at)}</time>: ${t("follow_up.moved", { from: soon(move.from) })} ${move.explanation ?? ""}</li>`,
      )}
    </ol>`;
}

/**
 * @param {Conversation} conversation
 * @param {FollowUp} followUp
 */
function task(conversation, followUp) {
  const use = () => {
    const { text } = drafts.draftOf(conversation.id);
    if (!text.includes(followUp.text)) {
      drafts.change(conversation.id, {
        mode: "reply",
        ...(followUp.reply_to ? { replyTo: followUp.reply_to } : {}),
        text: text.trim() ? `${text.trim()}\n\n${followUp.text}` : followUp.text,
      });
    }
    panel.change(() => ({}));
    focusField();
  };
  return html`
    <section class="follow-up is-task" aria-label=${t("follow_up.title")}>
      ${icon("person")}
      <div class="follow-up-what">
        <strong>${followUp.latest ? t("follow_up.task_until", { at: timeOf(conversation, followUp.latest) }) : t("follow_up.task")}</strong>
        ${asks(followUp)}
        ${followUp.explanation ? html`<span>${followUp.explanation}</span>` : nothing}
        <q class="follow-up-text" dir="auto">${followUp.text}</q>
      </div>
      <div class="follow-up-ways">
        <button class="button small" @click=${use}>${icon("edit")}${t("follow_up.use")}</button>
        <button class="button small quiet" ?disabled=${panel.get().busy} @click=${() => cancel(conversation)}>${t("follow_up.drop")}</button>
      </div>
    </section>`;
}

/**
 * @param {Conversation} _whole
 * @param {FollowUp} followUp
 */
function asked(_whole, followUp) {
  return html`
    <section class="follow-up is-quiet" aria-label=${t("follow_up.title")}>
      ${icon("follow-ups")}
      <div class="follow-up-what"><span>${t("follow_up.asked", { at: soon(followUp.asked_at ?? followUp.at) })}</span></div>
    </section>`;
}

/**
 * @param {Conversation} _whole
 * @param {FollowUp} followUp
 */
function failed(_whole, followUp) {
  return html`
    <section class="follow-up is-bad" aria-label=${t("follow_up.title")}>
      ${icon("alert")}
      <div class="follow-up-what"><strong>${t("follow_up.failed")}</strong><span>${followUp.explanation ?? ""}</span></div>
    </section>`;
}

/**
 * @param {Conversation} conversation
 * @param {Outcome} outcome
 */
function answered(conversation, outcome) {
  const message = quotedIn(conversation, outcome);
  const open = outcome.proposed || panel.get().open === conversation.id;
  return html`
    <section class="follow-up is-${outcome.proposed ? "answered" : "quiet"} is-${outcome.kind}" aria-label=${t("follow_up.title")}>
      ${icon(outcome.kind === "solved" ? "check" : outcome.kind === "still_broken" ? "alert" : "follow-ups")}
      <div class="follow-up-what">
        <strong>${heading(outcome)}</strong>
        ${message ? html`<q class="follow-up-text" dir="auto">${[...(message.text ?? "")].slice(0, QUOTED).join("")}</q>` : nothing}
      </div>
      <div class="follow-up-ways">${open ? judgements(conversation, outcome) : html`<button class="button small quiet" @click=${() => toggle(conversation.id)}>${t("follow_up.correct")}</button>`}</div>
    </section>`;
}

/**
 * The answer from which something is proposed, in words.
 * @param {Conversation} conversation
 * @param {Outcome | null | undefined} outcome
 */
function quotedIn(conversation, outcome) {
  return conversation.messages.find(
    (message) => outcome?.proposed && message.text && message.id === outcome.message_id,
  );
}

/** @param {Outcome} outcome */
function heading(outcome) {
  if (outcome.proposed) return t(`follow_up.proposed.${outcome.kind}`);
  return t("follow_up.judged", { what: t(`outcome.${outcome.kind}`), who: outcome.by?.name ?? "" });
}

/**
 * Return the buttons that set the outcome, the proposed one first.
 * @param {Conversation} conversation
 * @param {Outcome} outcome
 */
function judgements(conversation, outcome) {
  const ordered = [...OUTCOMES].sort((one, other) => Number(other === outcome.kind) - Number(one === outcome.kind));
  return ordered.map(
    (choice) => html`
      <button class="button small ${outcome.proposed && choice === outcome.kind ? "primary" : ""}" ?disabled=${panel.get().busy}
        @click=${() => judge(conversation, choice)}>${t(`follow_up.say.${choice}`)}</button>`,
  );
}

/**
 * @param {Conversation} conversation
 * @param {string} outcome
 */
function judge(conversation, outcome) {
  const resolve = outcome === "solved";
  const quoted = quotedIn(conversation, conversation.follow_up?.outcome);
  const elsewhere = quoted && [...(quoted.text ?? "")].length <= QUOTED ? [quoted.id] : [];
  return act(async () => {
    const body = { outcome, ...(resolve ? { resolve, seen: openConversation.lastSeen(elsewhere) } : {}) };
    await openConversation.takeAnswer(
      await api.send("PUT", openConversation.path("/follow-up/outcome", conversation.id), body),
    );
    panel.change(() => ({ open: "" }));
    toast(t(`follow_up.thanks.${outcome}`), { kind: "good" });
  });
}

/** @param {Conversation} conversation */
function cancel(conversation) {
  return act(async () => {
    await openConversation.takeAnswer(await api.send("DELETE", openConversation.path("/follow-up", conversation.id)));
    toast(t("follow_up.cancelled"));
  });
}

/**
 * @param {Conversation} conversation
 * @param {FollowUp} followUp
 * @param {Event} event
 */
async function change(conversation, followUp, event) {
  const wish = await openFollowUpChoice(
    /** @type {Element} */ (event.currentTarget),
    conversation,
    { at: followUp.at, ...(followUp.language ? { language: followUp.language } : {}) },
    { none: false, replyTo: followUp.reply_to ?? "" },
  );
  if (!wish) return;
  const about = followUp.reply_to ?? "";
  const planned = { ...asShown(conversation, wish, about), ...(about ? { reply_to: about } : {}) };
  // Another language needs another text: then it is that of the template again.
  const isKept = !wish.text && (wish.language ?? "") === (followUp.language ?? "");
  const body = isKept ? { ...planned, text: followUp.text } : planned;
  await act(async () =>
    openConversation.takeAnswer(await api.send("PUT", openConversation.path("/follow-up", conversation.id), body)),
  );
}

/** @param {string} id */
function toggle(id) {
  panel.change(({ open }) => ({ open: open === id ? "" : id }));
}

/** @param {() => Promise<unknown>} run */
async function act(run) {
  panel.change(() => ({ busy: true }));
  try {
    await run();
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 8 });
    if (error instanceof api.ApiError && error.status === 409) await openConversation.refresh();
  } finally {
    panel.change(() => ({ busy: false }));
  }
}

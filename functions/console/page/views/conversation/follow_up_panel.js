/** The promise of a conversation, above the composer: what is planned, what is to be done, what came of it. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as drafts from "../../state/drafts.js";
import * as openConversation from "../../state/open_conversation.js";
import { openWish } from "../composer/follow_up_choice.js";

const panel = slice("promise", { open: "", busy: false });
const OUTCOMES = ["solved", "still_broken", "other"];
/** Longer answers are cut here: all of them stands in the thread. In characters. */
const QUOTED = 200;

/** @typedef {Record<string, any>} Whole */

/** @param {Whole} whole */
export function template(whole) {
  const promise = whole.follow_up;
  if (!promise) return nothing;
  if (promise.outcome && promise.state === "asked") return answered(whole, promise);
  const shown = { planned, task, asked, failed }[/** @type {string} */ (promise.state)];
  return shown ? shown(whole, promise) : nothing;
}

/**
 * @param {Whole} whole
 * @param {Record<string, any>} promise
 */
function planned(whole, promise) {
  const open = panel.get().open === whole.id;
  const key = promise.doer === "person" ? "promise.person" : "promise.machine";
  return html`
    <section class="pledge" aria-label=${t("promise.title")}>
      ${icon("follow-ups")}
      <div class="pledge-what">
        <strong>${t(key, { at: soon(promise.at) })}</strong>
        ${promise.explanation ? html`<span>${promise.explanation}</span>` : nothing}
        ${open ? details(promise) : nothing}
      </div>
      <div class="pledge-ways">
        <button class="button small quiet" aria-expanded=${open} @click=${() => toggle(whole.id)}>${t(open ? "promise.less" : "promise.more")}</button>
        <button class="button small quiet" @click=${(/** @type {Event} */ event) => change(whole, promise, event)}>${t("promise.change")}</button>
        <button class="button small quiet" ?disabled=${panel.get().busy} @click=${() => cancel(whole)}>${t("promise.cancel")}</button>
      </div>
    </section>`;
}

/** @param {Record<string, any>} promise */
function details(promise) {
  return html`
    <q class="pledge-text" dir="auto">${promise.text}</q>
    <span class="muted">${t("promise.by", { who: promise.by?.name ?? "", at: soon(promise.made_at) })}</span>
    ${promise.wished ? html`<span class="muted">${t("promise.wished", { at: soon(promise.wished) })}</span>` : nothing}
    ${moves(promise)}`;
}

/** @param {Record<string, any>} promise */
export function moves(promise) {
  if (!promise.moves.length) return nothing;
  return html`
    <ol class="pledge-moves" aria-label=${t("promise.moves")}>
      ${promise.moves.map(
        (/** @type {Record<string, any>} */ each) =>
          html`<li><time datetime=${each.at}>${soon(each.at)}</time>: ${t("promise.moved", { from: soon(each.from) })} ${each.explanation ?? ""}</li>`,
      )}
    </ol>`;
}

/**
 * @param {Whole} whole
 * @param {Record<string, any>} promise
 */
function task(whole, promise) {
  const use = () => {
    const { text } = drafts.draftOf(whole.id);
    if (!text.includes(promise.text)) {
      drafts.change(whole.id, {
        mode: "reply",
        text: text.trim() ? `${text.trim()}\n\n${promise.text}` : promise.text,
      });
    }
    panel.change(() => ({}));
    requestAnimationFrame(() => document.getElementById("answer")?.focus());
  };
  return html`
    <section class="pledge is-task" aria-label=${t("promise.title")}>
      ${icon("person")}
      <div class="pledge-what">
        <strong>${promise.latest ? t("promise.task_until", { at: soon(promise.latest) }) : t("promise.task")}</strong>
        ${promise.explanation ? html`<span>${promise.explanation}</span>` : nothing}
        <q class="pledge-text" dir="auto">${promise.text}</q>
      </div>
      <div class="pledge-ways">
        <button class="button small" @click=${use}>${icon("edit")}${t("promise.use")}</button>
        <button class="button small quiet" ?disabled=${panel.get().busy} @click=${() => cancel(whole)}>${t("promise.drop")}</button>
      </div>
    </section>`;
}

/**
 * @param {Whole} _whole
 * @param {Record<string, any>} promise
 */
function asked(_whole, promise) {
  return html`
    <section class="pledge is-quiet" aria-label=${t("promise.title")}>
      ${icon("follow-ups")}
      <div class="pledge-what"><span>${t("promise.asked", { at: soon(promise.asked_at ?? promise.at) })}</span></div>
    </section>`;
}

/**
 * @param {Whole} _whole
 * @param {Record<string, any>} promise
 */
function failed(_whole, promise) {
  return html`
    <section class="pledge is-bad" aria-label=${t("promise.title")}>
      ${icon("alert")}
      <div class="pledge-what"><strong>${t("promise.failed")}</strong><span>${promise.explanation ?? ""}</span></div>
    </section>`;
}

/**
 * @param {Whole} whole
 * @param {Record<string, any>} promise
 */
function answered(whole, promise) {
  const { outcome } = promise;
  const said = quotedIn(whole, outcome);
  const open = outcome.proposed || panel.get().open === whole.id;
  return html`
    <section class="pledge is-${outcome.proposed ? "answered" : "quiet"} is-${outcome.kind}" aria-label=${t("promise.title")}>
      ${icon(outcome.kind === "solved" ? "check" : outcome.kind === "still_broken" ? "alert" : "follow-ups")}
      <div class="pledge-what">
        <strong>${heading(outcome)}</strong>
        ${said ? html`<q class="pledge-text" dir="auto">${[...said.text].slice(0, QUOTED).join("")}</q>` : nothing}
      </div>
      <div class="pledge-ways">${open ? judgements(whole, outcome) : html`<button class="button small quiet" @click=${() => toggle(whole.id)}>${t("promise.correct")}</button>`}</div>
    </section>`;
}

/**
 * The answer from which something is proposed, in words.
 * @param {Whole} whole
 * @param {Record<string, any>} outcome
 */
function quotedIn(whole, outcome) {
  return whole.messages.find(
    (/** @type {any} */ each) => outcome.proposed && each.text && each.id === outcome.message_id,
  );
}

/** @param {Record<string, any>} outcome */
function heading(outcome) {
  if (outcome.proposed) return t(`promise.proposed.${outcome.kind}`);
  return t("promise.judged", { what: t(`outcome.${outcome.kind}`), who: outcome.by?.name ?? "" });
}

/**
 * One click for what was proposed, one for anything else.
 * @param {Whole} whole
 * @param {Record<string, any>} outcome
 */
function judgements(whole, outcome) {
  const ordered = [...OUTCOMES].sort((one, other) => Number(other === outcome.kind) - Number(one === outcome.kind));
  return ordered.map(
    (each) => html`
      <button class="button small ${outcome.proposed && each === outcome.kind ? "primary" : ""}" ?disabled=${panel.get().busy}
        @click=${() => judge(whole, each)}>${t(`promise.say.${each}`)}</button>`,
  );
}

/**
 * @param {Whole} whole
 * @param {string} outcome
 */
function judge(whole, outcome) {
  const resolve = outcome === "solved";
  const quoted = quotedIn(whole, whole.follow_up.outcome);
  const elsewhere = quoted && [...quoted.text].length <= QUOTED ? [quoted.id] : [];
  return act(async () => {
    const body = { outcome, ...(resolve ? { resolve, seen: openConversation.lastSeen(elsewhere) } : {}) };
    await openConversation.took(await api.send("PUT", openConversation.path("/follow-up/outcome", whole.id), body));
    panel.change(() => ({ open: "" }));
    toast(t(`promise.thanks.${outcome}`), { kind: "good" });
  });
}

/** @param {Whole} whole */
function cancel(whole) {
  return act(async () => {
    await openConversation.took(await api.send("DELETE", openConversation.path("/follow-up", whole.id)));
    toast(t("promise.cancelled"));
  });
}

/**
 * @param {Whole} whole
 * @param {Record<string, any>} promise
 * @param {Event} event
 */
async function change(whole, promise, event) {
  const wish = await openWish(/** @type {Element} */ (event.currentTarget), whole, { at: promise.at }, { none: false });
  if (!wish) return;
  const body = wish.text ? wish : { ...wish, text: promise.text };
  await act(async () =>
    openConversation.took(await api.send("PUT", openConversation.path("/follow-up", whole.id), body)),
  );
}

/** @param {string} id */
function toggle(id) {
  panel.change(({ open }) => ({ open: open === id ? "" : id }));
}

/** @param {() => Promise<unknown>} what */
async function act(what) {
  panel.change(() => ({ busy: true }));
  try {
    await what();
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 8 });
    if (error instanceof api.ApiError && error.status === 409) await openConversation.refresh();
  } finally {
    panel.change(() => ({ busy: false }));
  }
}

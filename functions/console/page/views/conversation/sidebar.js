/** The sidebar beside the thread: the customer, the follow-ups so far, the customer's other conversations. */

import { html, nothing } from "lit-html";
import * as dialogs from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { beginning } from "../../lib/excerpt.js";
import { brief, moment } from "../../lib/format.js";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { loadPart } from "../../lib/load_part.js";
import { hashOf } from "../../lib/router.js";
import { slice } from "../../lib/store.js";
import { has, t } from "../../lib/texts.js";
import { openLoaded } from "../../lib/typed_ahead.js";
import * as openConversation from "../../state/open_conversation.js";
import { inTeamTime } from "../../state/team_rules.js";
import { channelLabel, initials, teamLabel } from "../../state/workspace.js";
import { moves } from "./follow_up_panel.js";

/** @typedef {import("../../lib/schemas.js").Conversation} Conversation */

const KEPT = "nachfrage.side";
/** Characters of a name that are shown. */
const NAME = 100;
const ADDRESS = 320;
const WIDE = matchMedia("(width >= 1400px)");
const side = slice("side", { open: localStorage.getItem(KEPT) !== "closed" });

WIDE.addEventListener("change", () => side.change(() => ({})));

/** Tell whether the sidebar is shown beside the thread. */
export function isBeside() {
  return WIDE.matches && side.get().open;
}

/** Show it or put it away; where there is no room beside the thread, over it. @param {Conversation} _whole */
export function toggle(_whole) {
  if (!WIDE.matches) {
    dialogs.open(t("side.title"), () => content(), { kind: "side" });
    return;
  }
  side.change(({ open }) => ({ open: !open }));
  localStorage.setItem(KEPT, side.get().open ? "open" : "closed");
}

/** @param {Conversation} _whole */
export function template(_whole) {
  return html`<aside class="beside" aria-label=${t("side.title")}>${content()}</aside>`;
}

function content() {
  const { conversation } = openConversation.current.get();
  if (!conversation) return "";
  return html`<div class="side-body">${customer(conversation)}${facts(conversation)}${followUps(conversation)}${others(conversation)}</div>`;
}

/** @param {Conversation} conversation */
function customer(conversation) {
  const name = beginning(conversation.customer?.name ?? "", NAME) || t("person.unknown");
  return html`
    <section class="side-person">
      <span class="avatar large" aria-hidden="true">${initials(name)}</span>
      <h3><bdi>${name}</bdi></h3>
      ${conversation.answer && conversation.customer?.id ? html`<p class="side-address"><span class="unseen">${t("recipients.sender")}</span> <bdi>${beginning(conversation.customer.id, ADDRESS)}</bdi></p>` : nothing}
      <p class="muted">${t("side.on", { channel: channelLabel(conversation.channel) })}</p>
      ${conversation.vip ? html`<p class="mark-word note">${icon("person")}${t("side.vip")}</p>` : nothing}
      ${conversation.card ? html`<button class="button quiet" @click=${() => openCard(String(conversation.card))}>${icon("person")}${t("side.card")}</button>` : nothing}
      ${conversation.opt_out ? html`<p class="mark-word warn">${icon("close")}${t("side.opt_out")}</p>` : nothing}
    </section>`;
}

/** Open the customer's card, which is loaded on first use. @param {string} id */
async function openCard(id) {
  try {
    await openLoaded(
      () => loadPart(() => import("../admin.js")),
      ({ customerCard }) => customerCard.open(id),
    );
  } catch (error) {
    dialogs.toast(explain(error).text, { kind: "bad" });
  }
}

/** @param {Conversation} conversation */
function facts(conversation) {
  return html`
    <section>
      <h3>${t("side.facts")}</h3>
      <dl class="side-facts">
        ${fact("opened", conversation.opened_at && time(conversation.opened_at))}
        ${fact("first_response", conversation.first_response_at && time(conversation.first_response_at))}
        ${fact("first_resolved", conversation.first_resolved_at && time(conversation.first_resolved_at))}
        ${fact("due", conversation.due_at && time(conversation.due_at, conversation.team))}
        ${fact("team", teamLabel(conversation.team))}
        ${fact("connection", conversation.connection)}
      </dl>
      ${(conversation.missed ?? []).map((target) => html`<p class="mark-word bad">${icon("alert")}${t(`event.miss.${target}`)}</p>`)}
    </section>`;
}

/**
 * Return a time in few words, and in full on hover; with a team's name also by its clock, where that shows another time.
 * @param {string} at
 * @param {string} [team]
 */
function time(at, team = "") {
  return html`<time datetime=${at} title=${moment(at)}>${inTeamTime(soon, at, team)}</time>`;
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function fact(name, value) {
  return value ? html`<div><dt>${t(`side.${name}`)}</dt><dd><bdi>${value}</bdi></dd></div>` : nothing;
}

/** @param {Conversation} conversation */
function followUps(conversation) {
  const all = [...(conversation.follow_ups ?? [])].reverse();
  if (!all.length) return nothing;
  return html`
    <section>
      <h3>${t("side.follow_ups")}</h3>
      <ol class="side-follow-ups">
        ${all.map(
          (followUp) => html`
            <li>
              <span class="side-state">${icon("follow-ups")}${t(`follow_up.state.${followUp.state}`)}${followUp.outcome && has(`outcome.${followUp.outcome.kind}`) ? ` · ${t(`outcome.${followUp.outcome.kind}`)}` : ""}</span>
              <span class="muted">${time(followUp.asked_at ?? followUp.at, conversation.team)}</span>
              ${followUp.explanation ? html`<span class="muted">${followUp.explanation}</span>` : nothing}
              <q class="follow-up-text" dir="auto">${followUp.text}</q>
              ${moves(followUp)}
            </li>`,
        )}
      </ol>
    </section>`;
}

/** @param {Conversation} conversation */
function others(conversation) {
  if (!conversation.others) return nothing;
  return html`
    <section>
      <h3>${t("side.others")}</h3>
      ${conversation.others.length ? nothing : html`<p class="muted">${t("side.no_others")}</p>`}
      <ul class="side-others">
        ${conversation.others.map(
          (other) => html`
            <li><a href=${hashOf("c", other.id)}>
              <span class="side-other-top"><span class="mark-word ${other.visibility}">${icon(other.visibility)}${t(`visibility.${other.visibility}`)}</span><span class="muted">${t(`status.${other.status}`)}</span><time class="muted" datetime=${other.last_message_at}>${brief(other.last_message_at)}</time></span>
              <span class="side-preview" dir="auto">${other.preview}</span>
            </a></li>`,
        )}
      </ul>
    </section>`;
}

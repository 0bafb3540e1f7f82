/** What is known beside the thread: the customer, the promises so far, the customer's other conversations. */

import { html, nothing } from "lit-html";
import * as dialogs from "../../lib/dialogs.js";
import { beginning } from "../../lib/excerpt.js";
import { brief, moment } from "../../lib/format.js";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { hashOf } from "../../lib/router.js";
import { slice } from "../../lib/store.js";
import { has, t } from "../../lib/texts.js";
import * as openConversation from "../../state/open_conversation.js";
import { channelLabel, initials, teamLabel } from "../../state/workspace.js";
import { moves } from "./follow_up_panel.js";

/** @typedef {Record<string, any>} Whole */

const KEPT = "nachfrage.side";
/** Characters of a name that are shown. */
const NAME = 100;
const WIDE = matchMedia("(width >= 1400px)");
const side = slice("side", { open: localStorage.getItem(KEPT) !== "closed" });

WIDE.addEventListener("change", () => side.change(() => ({})));

/** Whether it stands beside the thread. */
export function isBeside() {
  return WIDE.matches && side.get().open;
}

/** Show it or put it away; where there is no room beside the thread, over it. @param {Whole} _whole */
export function toggle(_whole) {
  if (!WIDE.matches) {
    dialogs.open(t("side.title"), () => content(), { kind: "side" });
    return;
  }
  side.change(({ open }) => ({ open: !open }));
  localStorage.setItem(KEPT, side.get().open ? "open" : "closed");
}

/** @param {Whole} _whole */
export function template(_whole) {
  return html`<aside class="beside" aria-label=${t("side.title")}>${content()}</aside>`;
}

function content() {
  const { whole } = openConversation.current.get();
  if (!whole) return "";
  return html`<div class="side-body">${customer(whole)}${facts(whole)}${promises(whole)}${others(whole)}</div>`;
}

/** @param {Whole} whole */
function customer(whole) {
  const name = beginning(whole.customer?.name ?? "", NAME) || t("person.unknown");
  return html`
    <section class="side-person">
      <span class="avatar large" aria-hidden="true">${initials(name)}</span>
      <h3><bdi>${name}</bdi></h3>
      <p class="muted">${t("side.on", { channel: channelLabel(whole.channel) })}</p>
      ${whole.opt_out ? html`<p class="mark-word warn">${icon("close")}${t("side.opt_out")}</p>` : nothing}
    </section>`;
}

/** @param {Whole} whole */
function facts(whole) {
  return html`
    <section>
      <h3>${t("side.facts")}</h3>
      <dl class="side-facts">
        ${fact("opened", whole.opened_at && time(whole.opened_at))}
        ${fact("first_response", whole.first_response_at && time(whole.first_response_at))}
        ${fact("first_resolved", whole.first_resolved_at && time(whole.first_resolved_at))}
        ${fact("due", whole.due_at && time(whole.due_at))}
        ${fact("team", teamLabel(whole.team))}
        ${fact("connection", whole.connection)}
      </dl>
      ${(whole.missed ?? []).map((/** @type {string} */ each) => html`<p class="mark-word bad">${icon("alert")}${t(`trail.miss.${each}`)}</p>`)}
    </section>`;
}

/** A time in few words, and in full for whoever asks. @param {string} at */
function time(at) {
  return html`<time datetime=${at} title=${moment(at)}>${soon(at)}</time>`;
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function fact(name, value) {
  return value ? html`<div><dt>${t(`side.${name}`)}</dt><dd><bdi>${value}</bdi></dd></div>` : nothing;
}

/** @param {Whole} whole */
function promises(whole) {
  const all = [...(whole.follow_ups ?? [])].reverse();
  if (!all.length) return nothing;
  return html`
    <section>
      <h3>${t("side.promises")}</h3>
      <ol class="side-promises">
        ${all.map(
          (each) => html`
            <li>
              <span class="side-state">${icon("follow-ups")}${t(`promise.state.${each.state}`)}${each.outcome && has(`outcome.${each.outcome.kind}`) ? ` · ${t(`outcome.${each.outcome.kind}`)}` : ""}</span>
              <span class="muted">${time(each.asked_at ?? each.at)}</span>
              ${each.explanation ? html`<span class="muted">${each.explanation}</span>` : nothing}
              <q class="pledge-text" dir="auto">${each.text}</q>
              ${moves(each)}
            </li>`,
        )}
      </ol>
    </section>`;
}

/** @param {Whole} whole */
function others(whole) {
  if (!whole.others) return nothing;
  return html`
    <section>
      <h3>${t("side.others")}</h3>
      ${whole.others.length ? nothing : html`<p class="muted">${t("side.no_others")}</p>`}
      <ul class="side-others">
        ${whole.others.map(
          (/** @type {Whole} */ each) => html`
            <li><a href=${hashOf("c", each.id)}>
              <span class="side-other-top"><span class="mark-word ${each.visibility}">${icon(each.visibility)}${t(`visibility.${each.visibility}`)}</span><span class="muted">${t(`status.${each.status}`)}</span><time class="muted" datetime=${each.last_message_at}>${brief(each.last_message_at)}</time></span>
              <span class="side-preview" dir="auto">${each.preview}</span>
            </a></li>`,
        )}
      </ul>
    </section>`;
}

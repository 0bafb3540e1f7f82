/** One proposal: the person and the post, what is known and permitted, the text, and the steps. */

import { html, nothing } from "lit-html";
import { moment, relative } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { isLate } from "../../lib/proposal_steps.js";
import { hashOf } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { t } from "../../lib/texts.js";
import * as one from "../../state/open_proposal.js";
import * as proposals from "../../state/proposals.js";
import * as actions from "./actions.js";
import { addressForm, byHand } from "./by_hand.js";
import { erase } from "./erasing.js";
import { answers, permission, person, post } from "./known.js";
import { hash, placeLabel, state } from "./list.js";
import { mainButton, waitingText, writing } from "./writing.js";

/** @typedef {import("../../lib/schemas.js").Proposal} Proposal */

/** Steps with a button at the end of the page; the others have theirs at the text. */
const STEPS = /** @type {const} */ (["approve", "send_back", "claim", "dismiss", "release"]);

/** @param {Proposal} proposal */
export function template(proposal) {
  const name = proposal.post.author.name || t("person.unknown");
  const steps = one.steps();
  const { busy } = one.opened.get();
  return html`
    <article class="proposal" aria-busy=${busy ? "true" : "false"}>
      <header class="proposal-head">
        <a class="icon-button narrow-only-grid" href=${hash()} aria-label=${t("proposals.back")} title=${t("proposals.back")}>${icon("back")}</a>
        <div>
          <h1 id=${actions.HEAD} tabindex="-1"><bdi>${name}</bdi></h1>
          <p class="muted">${placeLabel(proposal)} · <time datetime=${proposal.post.sent_at} title=${moment(proposal.post.sent_at)}>${relative(proposal.post.sent_at)}</time></p>
        </div>
        ${state(proposal)}
        ${position()}
      </header>
      <p class="proposal-reason">${icon("search")}<span>${proposal.reason}</span></p>
      ${notes(proposal)}
      ${post(proposal)}
      ${steps.has("approve") ? waitingText(proposal) : nothing}
      ${proposal.context ? html`<div class="proposal-facts">${person(proposal)}${permission(proposal)}</div>${answers(proposal)}` : nothing}
      ${notice(proposal)}
      ${steps.has("approve") ? nothing : waitingText(proposal)}
      ${steps.has("write") ? writing(proposal) : nothing}
      ${outcome(proposal)}
      ${steps.has("post") ? byHand(proposal) : nothing}
      ${buttons(proposal, steps)}
      ${session.is("lead", "admin") ? html`<p class="row-actions">${button("trash", "erase", "", erase, busy, "slight")}</p>` : nothing}
    </article>`;
}

/** Return the place of the one that is shown in the list. */
function position() {
  const items = proposals.listed();
  const at = items.findIndex(({ id }) => id === one.opened.get().id);
  if (at < 0 || items.length < 2) return nothing;
  return html`<span class="muted proposal-position">${t("proposals.position", { at: at + 1, n: items.length })}</span>`;
}

/** The words of the searches that found it, for whom works on it. @param {Proposal} proposal */
function notes({ searches }) {
  const found = searches.filter(({ name, note }) => name || note);
  if (!found.length) return nothing;
  return html`<ul class="proposal-notes">${found.map(({ name, note }) => html`<li><span class="muted">${t("proposals.found_by", { name: name ?? "" })}</span>${note ? html` <span dir="auto">${note}</span>` : nothing}</li>`)}</ul>`;
}

/** Say why nothing can be offered now, or what became of the offer before. @param {Proposal} proposal */
function notice(proposal) {
  const { tact, failure, permitted, status } = proposal;
  if (!["new", "claimed"].includes(status)) return nothing;
  return html`
    ${failure ? html`<p class="admin-notice bad" role="status">${icon("alert")}<span>${failure}</span></p>` : nothing}
    ${tact ? html`<p class="admin-notice warn" role="status">${icon("alert")}<span><strong>${t("proposals.not_now")}</strong> ${tact.message}</span></p>` : nothing}
    ${permitted.state === "impossible" && !tact ? html`<p class="admin-notice warn" role="status">${icon("alert")}<span>${permitted.why}</span></p>` : nothing}`;
}

/** The end of it, or the text that was offered. @param {Proposal} proposal */
function outcome(proposal) {
  const { status, dismissal, claimed_by: by } = proposal;
  if (isLate(proposal)) return html`<p class="muted">${t("proposals.was_late")}</p>${ourText(proposal)}`;
  if (status === "expired") return html`<p class="muted">${t("proposals.was_expired")}</p>`;
  if (status === "dismissed" && dismissal)
    return html`<p class="muted">${t("proposals.was_dismissed", { who: nameOf(by), why: t(`proposals.dismissal.${dismissal}`) })}</p>`;
  return ["offered", "posted"].includes(status) ? ourText(proposal) : nothing;
}

/** @param {{name: string | null} | null} somebody */
function nameOf(somebody) {
  return somebody?.name ?? t("person.unknown");
}

/** @param {Proposal} proposal */
function ourText({ offer, posted, conversation }) {
  if (!offer) return nothing;
  const link = safe(posted?.url);
  return html`
    <section class="proposal-offer" aria-label=${t("proposals.our_text")}>
      <p class="muted">${t("proposals.text_by", { who: nameOf(offer.by), at: relative(offer.at) })}${offer.approved_by ? ` · ${t("proposals.approved_by", { who: nameOf(offer.approved_by) })}` : nothing}</p>
      <blockquote class="proposal-text" dir="auto">${offer.text}</blockquote>
      ${posted ? html`<p>${icon("check")} ${t("proposals.posted_at", { at: relative(posted.at) })}</p>` : nothing}
      ${posted && offer.by_hand ? correction() : nothing}
      <p class="row-actions">
        ${link ? html`<a class="button slight" href=${link.href} target="_blank" rel="noopener noreferrer nofollow">${icon("link")}${t("proposals.see_post")}</a>` : nothing}
        ${conversation ? html`<a class="button slight" href=${hashOf("c", conversation)}>${icon("inbox")}${t("trail.open")}</a>` : nothing}
      </p>
    </section>`;
}

/** The way to another address, for a post by hand whose address was wrong. */
function correction() {
  return html`
    <details>
      <summary>${t("proposals.correct")}</summary>
      ${addressForm(t("proposals.correct.address"))}
    </details>`;
}

/**
 * @param {Proposal} proposal
 * @param {Set<import("../../lib/proposal_steps.js").Step>} steps
 */
function buttons(proposal, steps) {
  const { busy } = one.opened.get();
  const items = proposals.listed();
  if (items.length < 2 && !STEPS.some((step) => steps.has(step))) return nothing;
  return html`
    <div class="proposal-actions" role="group" aria-label=${t("proposals.actions")}>
      ${steps.has("approve") ? button("check", "approve", "a", actions.approve, busy, "primary") : nothing}
      ${steps.has("send_back") ? button("undo", "send_back", "", actions.sendBack, busy) : nothing}
      ${steps.has("write") ? mainButton(proposal) : nothing}
      ${steps.has("claim") ? button("person", "claim", "c", actions.claim, busy) : nothing}
      ${steps.has("dismiss") ? button("close", "dismiss", "x", actions.dismiss, busy) : nothing}
      ${steps.has("release") ? button("undo", "release", "u", actions.release, busy) : nothing}
      ${items.length > 1 ? button("down", "next", "j", () => actions.move(1), busy) : nothing}
    </div>`;
}

/**
 * @param {Parameters<typeof icon>[0]} sign
 * @param {string} name
 * @param {string} key
 * @param {(event: Event) => unknown} run
 * @param {boolean} busy
 * @param {string} [kind]
 */
function button(sign, name, key, run, busy, kind = "") {
  return html`<button type="button" id=${name} class="button ${kind}" ?disabled=${busy} @click=${run}>${icon(sign)}<span>${t(`proposals.step.${name}`)}</span>${key ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}</button>`;
}

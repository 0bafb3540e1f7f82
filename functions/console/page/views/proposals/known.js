/** The facts around a proposal: the post, its author, who answered, and what the platform permits. */

import { html, nothing } from "lit-html";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { moment, number, relative } from "../../lib/format.js";
import { dollars } from "../../lib/format_money.js";
import { icon } from "../../lib/icons.js";
import { languageName } from "../../lib/language_names.js";
import { safe } from "../../lib/links.js";
import { has, t } from "../../lib/texts.js";
import * as one from "../../state/open_proposal.js";
import { initials } from "../../state/workspace.js";
import * as customerCard from "../customer_card/index.js";
import * as personData from "./person_data.js";

/**
 * @typedef {import("../../lib/schemas.js").Proposal} Proposal
 * @typedef {NonNullable<Proposal["context"]>} Context
 */

/** @param {Proposal} proposal */
export function post({ post, language }) {
  const { author, title, text, attachments } = post;
  const link = safe(post.url);
  const video = safe(post.below_video ?? "");
  return html`
    <section class="proposal-post" aria-label=${t("proposals.post")}>
      <div class="proposal-author">
        <span class="avatar" aria-hidden="true">${initials(author.name ?? author.handle ?? "?")}</span>
        <p class="muted">${about(post, language).map((part, at) => html`${at ? " · " : nothing}<bdi>${part}</bdi>`)}</p>
      </div>
      ${video ? html`<p class="muted">${t("proposals.below_video")} <a href=${video.href} target="_blank" rel="noopener noreferrer nofollow">${t("proposals.open_video")}</a></p>` : nothing}
      ${title ? html`<h2 dir="auto">${title}</h2>` : nothing}
      <p class="proposal-words" dir="auto" lang=${language ?? nothing}>${text || (title ? nothing : t("message.no_text"))}</p>
      ${attachments.map(attachment)}
      ${attachments.some(({ type, url }) => type === "image" && url) ? picture(attachments) : nothing}
      ${link ? html`<a href=${link.href} target="_blank" rel="noopener noreferrer nofollow">${t("proposals.open_post")}</a>` : nothing}
    </section>`;
}

/**
 * Return what the platform tells of a post and its author, as far as it does.
 * @param {Proposal["post"]} post
 * @param {string | null} language
 */
function about({ author, is_answer: isAnswer, replies }, language) {
  const { handle, audience } = author;
  const audienceText = () => t("proposals.audience", { n: Number(audience), count: number(Number(audience)) });
  return [
    handle,
    audience === null ? "" : audienceText(),
    language ? languageName(language) : "",
    isAnswer ? t("proposals.is_answer") : "",
    replies === null ? "" : t("proposals.replies", { n: replies }),
  ].filter(Boolean);
}

/**
 * The picture of the post, on request: its server learns of it. It comes through our own, and is not kept.
 * @param {Proposal["post"]["attachments"]} attachments
 */
function picture(attachments) {
  const found = one.opened.get().picture;
  const title = attachments.find(({ type }) => type === "image")?.title;
  if (found) return html`<img class="proposal-picture" src=${found} alt=${title || t("proposals.attachment.image")}>`;
  if (found !== null) return html`<p class="muted" role="status">${t("proposals.picture.none")}</p>`;
  return html`<p><button type="button" class="button slight" @click=${showPicture}>${icon("eye")}${t("proposals.picture.show")}</button></p>`;
}

/** @param {Event} event */
async function showPicture({ currentTarget }) {
  const pressed = /** @type {HTMLButtonElement} */ (currentTarget);
  pressed.disabled = true;
  try {
    await one.showPicture();
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
    pressed.disabled = false;
  }
}

/** @param {Proposal["post"]["attachments"][number]} attachment */
function attachment({ type, title, url }) {
  const kind = t(`proposals.attachment.${has(`proposals.attachment.${type}`) ? type : "file"}`);
  // The page loads nothing from elsewhere: a file is opened where it is.
  const link = safe(url ?? "");
  const name = link ? html`<a href=${link.href} target="_blank" rel="noopener noreferrer nofollow">${kind}</a>` : kind;
  return html`<p class="muted">${icon("attachment")} ${name}${title ? html`: <span dir="auto">${title}</span>` : nothing}</p>`;
}

/** @param {Proposal} proposal */
export function person(proposal) {
  const { context } = proposal;
  const known = context?.person;
  if (!known) return nothing;
  const { card, conversations, declined, offered_at: offered, proposals: others } = known;
  return html`
    <section class="admin-card proposal-card" aria-labelledby="proposal-person">
      <h2 id="proposal-person">${t("proposals.person")}</h2>
      <ul>
        ${declined ? html`<li class="mark-word bad">${icon("close")}${t("proposals.person.declined")}</li>` : nothing}
        ${offered ? html`<li class="mark-word warn">${icon("clock")}${t("proposals.person.offered", { at: relative(offered) })}</li>` : nothing}
        <li>${conversations ? t("proposals.person.spoke", { n: conversations }) : t("proposals.person.new")}</li>
        ${others ? html`<li>${t("proposals.person.others", { n: others })}</li>` : nothing}
      </ul>
      ${card ? html`<p><button type="button" class="button slight" @click=${() => customerCard.open(card)}>${icon("person")}${t("proposals.card")}</button></p>` : nothing}
      ${personData.template(proposal)}
    </section>`;
}

/** @param {Proposal} proposal */
export function permission({ permitted, context, offer }) {
  const { state, why, until, cost } = permitted;
  const kind = { allowed: "good", by_hand: "note", impossible: "bad" }[state];
  const sign = /** @type {const} */ ({ allowed: "check", by_hand: "copy", impossible: "close" })[state];
  return html`
    <section class="admin-card proposal-card" aria-labelledby="proposal-permission">
      <h2 id="proposal-permission">${t("proposals.permitted")}</h2>
      <ul>
        <li><span class="mark-word ${kind}">${icon(sign)}${t(`proposals.permitted.${state}`)}</span></li>
        <li>${why}</li>
        ${until ? html`<li class="muted">${t("proposals.permitted.until", { at: moment(until) })}</li>` : nothing}
        ${state === "impossible" ? nothing : html`<li>${cost ? t("proposals.cost", { cost: dollars(cost) }) : t("proposals.free")}</li>`}
        ${context?.needs_approval && !offer ? html`<li>${icon("eye")} ${t("proposals.needs_approval")}</li>` : nothing}
      </ul>
    </section>`;
}

/** Answers of others. @param {Proposal} proposal */
export function answers({ context }) {
  const found = context?.answers;
  if (!found) return html`<p class="muted">${t("proposals.answers.unknown")}</p>`;
  if (!found.length) return html`<p class="muted">${t("proposals.answers.none")}</p>`;
  return html`
    <details class="proposal-answers" ?open=${found.length <= 3}>
      <summary>${t("proposals.answers", { n: found.length })}</summary>
      <ul>${found.map(answer)}</ul>
    </details>`;
}

/** @param {NonNullable<Context["answers"]>[number]} answer */
function answer({ author, text, sent_at: at, ours, competitor, to_post: isDirect }) {
  return html`
    <li class=${isDirect ? "" : "is-deeper"}>
      <p class="message-by">
        <strong><bdi>${author.name ?? author.handle ?? t("person.unknown")}</bdi></strong>
        ${ours ? html`<span class="mark-word good">${t("message.us")}</span>` : nothing}
        ${competitor ? html`<span class="mark-word warn">${t("proposals.competitor")}</span>` : nothing}
        <time class="muted" datetime=${at}>${relative(at)}</time>
      </p>
      <p class="proposal-words" dir="auto">${text}</p>
    </li>`;
}

/** One message of the thread: who said it, where it stands, what was said, and how far it came. */

import { html, nothing } from "lit-html";
import { guard } from "lit-html/directives/guard.js";
import * as api from "../../lib/api.js";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { beginning } from "../../lib/excerpt.js";
import { brief, moment, time } from "../../lib/format.js";
import { soon } from "../../lib/format_list.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { slice } from "../../lib/store.js";
import { has, language, t } from "../../lib/texts.js";
import { whatIsUnfolded } from "../../state/expanded.js";
import * as openConversation from "../../state/open_conversation.js";
import { isForeign, permitted } from "../../state/thread.js";
import { initials, workspace } from "../../state/workspace.js";
import { attachments, whatIsBroken } from "./message_attachments.js";
import { delivery, left, whatIsBusy } from "./message_delivery.js";
import { words } from "./message_text.js";

/**
 * @typedef {Record<string, any>} Message
 * @typedef {{at: string, text: string, rating: string | null}} Version
 * @typedef {{kind: "message", key: string, message: Message, below: boolean, quoted: Message | null}} Row
 * @typedef {{whole: Record<string, any>, fresh: Set<string>, missed: string[], menu: (message: Message, button: Element) => void, lead: boolean}} Around
 */

const MOST_STARS = 5;
const STARS = [1, 2, 3, 4, 5];
/** Characters of a name and of a title, and kinds of reactions, that are shown. */
const NAME = 100;
const TITLE = 300;
const REACTIONS = 24;
/** What was unfolded, by message. */
const unfolded = slice("unfolded", {
  history: /** @type {Set<string>} */ (new Set()),
  /** All versions of messages that came without the first ones, and of which edit they are. @type {Map<string, {at: string, items: Version[]} | "fetching">} */
  versions: new Map(),
});

/**
 * @param {Row} row
 * @param {Around} around
 */
export function message(row, around) {
  const said = row.message;
  const fresh = around.fresh.has(said.id);
  const missed = around.missed.includes(said.id);
  const open = unfolded.get().history.has(said.id);
  const { quoted, below } = row;
  const { visibility, title, customer } = around.whole;
  const dependencies = [said, quoted, below, fresh, missed, open, left(said), visibility, customer?.id, around.lead];
  dependencies.push(
    unfolded.get().versions.get(said.id),
    title,
    language(),
    workspace.get().agents,
    whatIsUnfolded(),
    whatIsBroken(),
    whatIsBusy(),
  );
  // Whoever types does not have a hundred messages drawn anew with each letter.
  return html`
    <li class=${classes(row, around, fresh, missed)} id="m-${said.id}" data-message=${said.id}>
      ${guard(dependencies, () => body(row, around, { fresh, missed, open }))}
    </li>`;
}

/**
 * @param {Row} row
 * @param {Around} around
 * @param {boolean} fresh
 * @param {boolean} missed
 */
function classes({ message: said, below }, { whole }, fresh, missed) {
  const kinds = [
    said.direction,
    below && "below",
    isAside(said, whole) && "aside",
    fresh && "fresh",
    missed && "missed",
    said.deleted && "removed",
    said.state,
  ];
  return ["message", ...kinds.filter(Boolean).map((each) => `is-${each}`)].join(" ");
}

/**
 * A private message in a public conversation.
 * @param {Message} said
 * @param {Record<string, any>} whole
 */
function isAside(said, whole) {
  return said.direction !== "note" && whole.visibility === "public" && said.visibility === "private";
}

/**
 * @param {Row} row
 * @param {Around} around
 * @param {{fresh: boolean, missed: boolean, open: boolean}} how
 */
function body(row, around, how) {
  const said = row.message;
  const note = said.direction === "note";
  return html`
    ${note ? html`<span class="said-face note" aria-hidden="true">${icon("note")}</span>` : face(said, around.whole)}
    <div class="said">
      ${head(row, around, how)}
      ${note ? html`<p class="said-where note">${icon("note")}${t("message.note")}</p>` : nothing}
      ${isAside(said, around.whole) ? html`<p class="said-where private">${icon("private")}${t(`message.aside.${said.direction}`)}</p>` : nothing}
      ${row.quoted ? quote(row.quoted) : nothing}
      ${content(said, around.whole)}
      ${how.open ? history(said) : nothing}
      ${said.reactions.length ? reactions(said.reactions) : nothing}
      ${said.direction === "outbound" ? delivery(said, around.whole) : nothing}
    </div>`;
}

/**
 * @param {Row} row
 * @param {Around} around
 * @param {{fresh: boolean, missed: boolean, open: boolean}} how
 */
function head({ message: said, below }, around, how) {
  return html`
    <div class="said-by">
      <strong><bdi>${nameOf(said)}</bdi></strong>
      ${role(said, around.whole)}
      ${marks(said, how)}
      <time datetime=${said.sent_at} title=${moment(said.sent_at)}>${below ? brief(said.sent_at) : time(said.sent_at)}</time>
      ${said.edited_at ? edited(said, how.open) : nothing}
    </div>
    ${tools(said, around)}`;
}

/**
 * @param {Message} said
 * @param {{fresh: boolean, missed: boolean}} how
 */
function marks(said, { fresh, missed }) {
  return [
    said.unproven
      ? html`<span class="mark-word warn" title=${t("message.unproven_means")}>${icon("alert")}${t("message.unproven")}</span>`
      : nothing,
    said.seems
      ? html`<span class="mark-word warn" title=${t("message.seems_opt_out_means")}>${t("message.seems_opt_out")}</span>`
      : nothing,
    missed ? html`<span class="mark-word warn">${t("message.missed")}</span>` : nothing,
    fresh && !missed ? html`<span class="mark-word new">${t("message.new")}</span>` : nothing,
    said.follow_up ? html`<span class="mark-word good">${icon("follow-ups")}${t("message.follow_up")}</span>` : nothing,
    said.hidden ? html`<span class="mark-word warn">${icon("hidden")}${t("message.hidden")}</span>` : nothing,
    said.accepted ? html`<span class="mark-word good">${icon("check")}${t("message.accepted")}</span>` : nothing,
  ];
}

/**
 * @param {Message} said
 * @param {Around} around
 */
function tools(said, around) {
  const link = safe(said.permalink);
  const moderable = permitted(said, around.lead).length > 0;
  if (!link && !moderable) return nothing;
  return html`
    <span class="said-tools">
      ${link ? html`<a class="icon-button small" href=${link.href} target="_blank" rel="noopener noreferrer nofollow" aria-label=${t("message.permalink")} title=${t("message.permalink")}>${icon("link")}</a>` : nothing}
      ${moderable ? more(said, around) : nothing}
    </span>`;
}

/**
 * @param {Message} said
 * @param {Around} around
 */
function more(said, around) {
  const open = (/** @type {Event} */ event) => around.menu(said, /** @type {Element} */ (event.currentTarget));
  return html`<button class="icon-button small" aria-haspopup="dialog" aria-label=${t("message.more")} title=${t("message.more")} @click=${open}>${icon("more")}</button>`;
}

/** @param {Message} said */
export function nameOf(said) {
  return beginning(said.author?.name ?? "", NAME) || t(said.direction === "inbound" ? "person.unknown" : "message.us");
}

/**
 * The circle with somebody's letters; its colour tells the customer, others and us apart, as the word beside the name does.
 * @param {Message} said
 * @param {Record<string, any>} whole
 */
function face(said, whole) {
  const kind = said.direction === "outbound" ? "us" : isCustomer(said, whole) ? "customer" : "other";
  const letters = initials(said.author?.name ?? "") || "?";
  return html`<span class="said-face ${kind}" aria-hidden="true">${letters}</span>`;
}

/**
 * @param {Message} said
 * @param {Record<string, any>} whole
 */
function isCustomer(said, whole) {
  return Boolean(whole.customer?.id) && said.author?.id === whole.customer.id;
}

/**
 * @param {Message} said
 * @param {Record<string, any>} whole
 */
function role(said, whole) {
  if (said.direction === "note") return nothing;
  if (said.direction === "outbound") {
    return html`<span class="said-role">${t(isForeign(said) ? "message.foreign" : "message.agent")}</span>`;
  }
  if (whole.visibility === "private") return nothing;
  if (isCustomer(said, whole)) return html`<span class="said-role customer">${t("message.customer")}</span>`;
  return said.author?.id ? html`<span class="said-role">${t("message.third")}</span>` : nothing;
}

/** @param {Message} quoted */
function quote(quoted) {
  const text = quoted.deleted ? t("message.removed") : quoted.text || t("message.no_text");
  const go = (/** @type {Event} */ event) => {
    event.preventDefault();
    reveal(quoted.id);
  };
  return html`
    <a class="said-quote" href="#m-${quoted.id}" @click=${go}>
      <span>${t("message.answers", { who: nameOf(quoted) })}</span>
      <q dir="auto">${beginning(text, 120)}</q>
    </a>`;
}

/** Bring a message before the eyes, and have it noticed. @param {string} id */
export function reveal(id) {
  const element = document.getElementById(`m-${id}`);
  if (!element) return;
  element.scrollIntoView({ block: "center" });
  element.classList.remove("found");
  // Reading the layout lets the animation begin anew.
  void element.offsetWidth;
  element.classList.add("found");
}

/**
 * @param {Message} said
 * @param {Record<string, any>} whole
 */
function content(said, whole) {
  if (said.deleted) return html`<p class="said-gone">${icon("trash")}${gone(said)}</p>`;
  return html`
    ${preface(said, whole)}
    ${said.text ? words(said.id, said.text, said.direction === "note" ? said.mentions : []) : nothing}
    ${said.attachments.length ? attachments(said, whole) : nothing}
    ${said.unsupported ? html`<p class="said-gone">${icon("alert")}${t("message.unsupported")}</p>` : nothing}
    ${said.text || said.rating || said.attachments.length || said.unsupported ? nothing : html`<p class="said-gone">${t("message.no_text")}</p>`}`;
}

/**
 * What stands above the words: another subject than the conversation's, and how a review judges.
 * @param {Message} said
 * @param {Record<string, any>} whole
 */
function preface({ title, rating: judged }, whole) {
  return html`
    ${title && title !== whole.title ? html`<p class="said-title" dir="auto">${beginning(title, TITLE)}</p>` : nothing}
    ${judged ? rating(judged) : nothing}`;
}

/** What a review says before its words. @param {string} value stars, or whether somebody recommends the company */
function rating(value) {
  const stars = Number(value);
  if (!STARS.includes(stars))
    return html`<p class="said-rating ${value}">${has(`message.rating.${value}`) ? t(`message.rating.${value}`) : beginning(value, NAME)}</p>`;
  const drawn = "★".repeat(stars) + "☆".repeat(MOST_STARS - stars);
  return html`<p class="said-rating" role="img" aria-label=${t("message.rating.stars", { n: stars, most: MOST_STARS })}>${drawn}</p>`;
}

/** @param {Message} said */
function gone(said) {
  return said.deleted_at ? t("message.removed_at", { at: soon(said.deleted_at) }) : t("message.removed");
}

/**
 * @param {Message} said
 * @param {boolean} open
 */
function edited(said, open) {
  const toggle = () =>
    unfolded.change(({ history: known }) => {
      const next = new Set(known);
      if (!next.delete(said.id)) next.add(said.id);
      return { history: next };
    });
  if (!said.earlier?.length)
    return html`<span class="said-role" title=${moment(said.edited_at)}>${t("message.edited")}</span>`;
  return html`<button class="said-edited" aria-expanded=${open} title=${moment(said.edited_at)} @click=${toggle}>${t("message.edited")}${icon("down")}</button>`;
}

/** @param {Message} said */
function history(said) {
  const whole = unfolded.get().versions.get(said.id);
  const isWhole = typeof whole === "object" && whole.at === said.edited_at;
  /** @type {Version[]} */
  const versions = isWhole ? whole.items : said.earlier;
  return html`
    <ol class="said-history" aria-label=${t("message.history")}>
      ${said.earlier_left && !isWhole ? html`<li>${rest(said, whole === "fetching")}</li>` : nothing}
      ${versions.map(
        (each, index) => html`
          <li>
            <span class="said-role">${t("message.before")} <time datetime=${each.at}>${moment(each.at)}</time></span>
            ${each.rating ? rating(each.rating) : nothing}
            ${each.text ? words(`${said.id} ${index}`, each.text) : nothing}
          </li>`,
      )}
    </ol>`;
}

/**
 * What fetches the versions that the answer left out.
 * @param {Message} said
 * @param {boolean} fetching
 */
function rest(said, fetching) {
  const label = fetching ? t("conversation.fetching") : t("message.history.rest", { n: said.earlier_left });
  return html`<button class="button small" ?disabled=${fetching} @click=${() => fetchVersions(said)}>${label}</button>`;
}

/** @param {Message} said */
async function fetchVersions({ id, edited_at: at }) {
  keep(id, "fetching");
  try {
    const path = openConversation.path(`/versions?message=${encodeURIComponent(id)}`);
    const { items } = await api.getWhole(path);
    keep(id, { at, items });
  } catch (error) {
    keep(id, null);
    toast(explain(error).text, { kind: "bad" });
  }
}

/** @param {string} id @param {{at: string, items: Version[]} | "fetching" | null} found */
function keep(id, found) {
  unfolded.change(({ versions: known }) => {
    const versions = new Map(known);
    if (found) versions.set(id, found);
    else versions.delete(id);
    return { versions };
  });
}

/** Signs that are known by name; others are shown as they come. @type {Record<string, string>} */
const SIGNS = {
  like: "👍",
  love: "❤️",
  care: "🤗",
  haha: "😄",
  wow: "😮",
  sad: "😢",
  angry: "😠",
  smile: "😊",
  dislike: "👎",
};

/** @param {{author_id: string | null, reaction: string}[]} all */
function reactions(all) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { reaction } of all) counts.set(reaction, (counts.get(reaction) ?? 0) + 1);
  return html`
    <ul class="said-reactions" aria-label=${t("message.reactions")}>
      ${[...counts]
        .slice(0, REACTIONS)
        .map(
          ([reaction, n]) =>
            html`<li title=${beginning(reaction, NAME)}><span role="img" aria-label=${beginning(reaction, NAME)}>${Object.hasOwn(SIGNS, reaction) ? SIGNS[reaction] : beginning(reaction, 12)}</span>${n > 1 ? html` <span>${n}</span>` : nothing}</li>`,
        )}
    </ul>`;
}

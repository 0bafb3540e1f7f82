/**
 * Attachments of a message: pictures, films and sounds are shown, other files are named with their size. They come from
 * our own copies; a missing one says why, and can be requested again.
 */

import { html, nothing } from "lit-html";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { beginning } from "../../lib/excerpt.js";
import { sized } from "../../lib/file_size.js";
import { icon } from "../../lib/icons.js";
import { safe } from "../../lib/links.js";
import { loadPart } from "../../lib/load_part.js";
import { slice } from "../../lib/store.js";
import { has, t } from "../../lib/texts.js";
import { openLoaded } from "../../lib/typed_ahead.js";
import { expand, stepsOf } from "../../state/expanded.js";
import * as files from "../../state/files.js";
import { isWithin } from "../../state/rich_text.js";

/**
 * @typedef {import("../../lib/schemas.js").Message} Message
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 */

const broken = slice("broken", { ids: /** @type {Set<string>} */ (new Set()) });
/** Links that were requested again as the one before did not work. @type {Set<string>} */
const tried = new Set();
/** Number of files shown at first, and added with each step. */
const SHOWN = 20;
const STEP = 50;
/** Characters of a file's name. */
const NAME = 200;
/** For so long after a message nobody wonders why its files are not there. */
const SOON_MS = 600_000;

/** The pictures that did not come; another set whenever that changes. */
export function brokenLinks() {
  return broken.get().ids;
}

/**
 * @typedef {object} Attachment
 * @property {string} type
 * @property {string | null} url
 * @property {string | null} title
 * @property {string} id
 * @property {"absent" | "pending" | "stored" | "failed" | null} state
 * @property {string | null} mime
 * @property {number | null} size
 * @property {string | null} link
 * @property {boolean} shown
 * @property {string | null} explanation
 */

/**
 * @param {Message} message
 * @param {Conversation} conversation
 */
export function attachments(message, conversation) {
  const listed = /** @type {Attachment[]} */ (message.attachments);
  // A place is shown by itself, with a map.
  const kept = message.place ? listed.filter(({ type }) => type !== "location") : listed;
  const all = kept.filter(({ link }) => !link || !isWithin(message.id, link));
  const steps = stepsOf(`files ${message.id}`);
  const shown = all.slice(0, SHOWN + steps * STEP);
  return html`
    <ul class="attached">${shown.map((item) => html`<li>${attachment(item, message, conversation)}</li>`)}</ul>
    ${shown.length < all.length ? html`<button class="link-button message-all" @click=${() => expand(`files ${message.id}`, steps + 1)}>${t("attachment.more", { n: all.length - shown.length })}</button>` : nothing}`;
}

/**
 * @param {Attachment} item
 * @param {Message} message
 * @param {Conversation} conversation
 */
function attachment(item, message, conversation) {
  if (item.state === null || item.state === undefined) return elsewhere(item);
  if (item.state !== "stored") return missing(item, message, conversation);
  const url = files.linkOf(item);
  if (!url) return plain(item, sizeOf(item));
  if (broken.get().ids.has(item.id)) return file(item, url, t("attachment.lost"));
  return item.shown ? shown(item, url, message) : file(item, url, sizeOf(item));
}

/**
 * @param {Attachment} attachment
 * @param {string} url
 * @param {Message} message
 */
function shown(attachment, url, message) {
  const gone = () => lost(attachment);
  const name = (/** @type {string} */ family) => beginning(attachment.title ?? "", NAME) || t(`attachment.${family}`);
  switch ((attachment.mime ?? "").split("/")[0]) {
    case "image":
      return picture(attachment, url, message);
    case "video":
      return html`<video class="attached-film" controls preload="metadata" src=${url} aria-label=${name("video")} @error=${gone}></video>`;
    case "audio":
      return html`<audio class="attached-sound" controls preload="none" src=${url} aria-label=${name("audio")} @error=${gone}></audio>`;
    default:
      return file(attachment, url, sizeOf(attachment));
  }
}

/**
 * @param {Attachment} attachment
 * @param {string} url
 * @param {Message} message
 */
function picture(attachment, url, message) {
  const enlarge = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) open(event, attachment);
    else showLarge(event, attachment, message);
  };
  return html`
    <a class="attached-picture" href=${url} target="_blank" rel="noopener noreferrer" aria-haspopup="dialog" @click=${enlarge}>
      <img src=${url} alt=${beginning(attachment.title ?? "", NAME) || t("attachment.picture")} loading="lazy" decoding="async" referrerpolicy="no-referrer" @error=${() => lost(attachment)}>
    </a>`;
}

/**
 * Show a picture at full size, among the other pictures of its message.
 * @param {Event} event
 * @param {Attachment} attachment
 * @param {Message} message
 */
async function showLarge(event, attachment, message) {
  event.preventDefault();
  try {
    await openLoaded(
      () => loadPart(() => import("../admin.js")),
      ({ lightbox }) => lightbox.openLightbox(message, attachment, brokenLinks()),
    );
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

/**
 * @param {Attachment} attachment
 * @param {string} url
 * @param {string} told
 */
function file(attachment, url, told) {
  return html`
    <a class="attached-file" href=${url} target="_blank" rel="noopener noreferrer" @click=${(/** @type {Event} */ event) => open(event, attachment)}>
      ${icon("download")}<span><bdi>${beginning(attachment.title ?? "", NAME) || kindOf(attachment)}</bdi>${told ? html`<span class="muted">${told}</span>` : nothing}</span>
    </a>`;
}

/**
 * Follow a link, with a fresh one where it may have ended.
 * @param {Event} event
 * @param {Attachment} attachment
 */
async function open(event, attachment) {
  if (!files.isOld(attachment.id)) return;
  event.preventDefault();
  try {
    const url = await files.freshen(attachment.id);
    if (url) window.open(url, "_blank", "noopener,noreferrer");
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

/** Request a link that did not work again, once. @param {Attachment} attachment */
async function lost(attachment) {
  if (!tried.has(attachment.id)) {
    tried.add(attachment.id);
    try {
      if (files.isOld(attachment.id) && (await files.freshen(attachment.id))) {
        broken.change(({ ids }) => ({ ids: new Set(ids) })); // drawn again, with the link that is fresh
        return;
      }
    } catch {
      // It is shown as lost below.
    }
  }
  broken.change(({ ids }) => ({ ids: new Set([...ids, attachment.id]) }));
}

/**
 * A file that is not here: it is being fetched, or why it is not.
 * @param {Attachment} attachment
 * @param {Message} message
 * @param {Conversation} conversation
 */
function missing(attachment, message, conversation) {
  const recent = Date.now() - Date.parse(message.sent_at) < SOON_MS;
  if (attachment.state === "pending" || (attachment.state === "absent" && recent))
    return plain(attachment, t("attachment.pending"));
  const address = safe(message.permalink ?? conversation.permalink);
  const again = async (/** @type {Event} */ event) => {
    const pressed = /** @type {HTMLButtonElement} */ (event.currentTarget);
    pressed.disabled = true;
    try {
      await files.retry(attachment.id);
    } catch (error) {
      toast(explain(error).text, { kind: "bad" });
    }
    pressed.disabled = false;
  };
  return html`
    ${plain(attachment, attachment.explanation ?? t("attachment.absent"))}
    <button type="button" class="link-button" @click=${again}>${t("attachment.retry")}</button>
    ${address ? html`<a class="link-button" href=${address.href} target="_blank" rel="noopener noreferrer nofollow">${t("attachment.try")}</a>` : nothing}`;
}

/** Return an attachment that is no file, such as a location, as a link. @param {Attachment} attachment */
function elsewhere(attachment) {
  const url = safe(attachment.url);
  if (!url) return plain(attachment, t(attachment.url ? "attachment.unsafe" : "attachment.not_passed_on"));
  return html`
    <a class="attached-file" href=${url.href} target="_blank" rel="noopener noreferrer nofollow">
      ${icon("attachment")}<span><bdi>${beginning(attachment.title ?? "", NAME) || kindOf(attachment)}</bdi><span class="muted"><bdi>${url.host}</bdi></span></span>
    </a>`;
}

/**
 * @param {Attachment} attachment
 * @param {string} why
 */
function plain(attachment, why) {
  return html`<span class="attached-file">${icon("attachment")}<span><bdi>${beginning(attachment.title ?? "", NAME) || kindOf(attachment)}</bdi>${why ? html`<span class="muted">${why}</span>` : nothing}</span></span>`;
}

/** @param {Attachment} each */
function sizeOf({ size }) {
  return size ? sized(size) : "";
}

/** @param {Attachment} each */
function kindOf({ type }) {
  return has(`attachment.${type}`) ? t(`attachment.${type}`) : t("attachment.unknown", { type });
}

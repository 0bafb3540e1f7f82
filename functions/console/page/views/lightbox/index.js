/** Pictures of a message at full size, one after the other. */

import { html, nothing } from "lit-html";
import { open, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { beginning } from "../../lib/excerpt.js";
import { icon } from "../../lib/icons.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as files from "../../state/files.js";

/**
 * @typedef {import("../conversation/message_attachments.js").Attachment} Attachment
 * @typedef {import("../../lib/schemas.js").Message} Message
 */

/**
 * @typedef {object} Picture
 * @property {string} name
 * @property {() => string} url
 * @property {() => void} [freshen] has a link that holds, before the picture is looked at for longer
 */

/** Characters of a picture's name. */
const NAME = 200;

/**
 * Show a picture among those of its message.
 * @param {Message} message
 * @param {Attachment} first
 * @param {Set<string>} broken the ids of files that did not come
 */
export function openLightbox(message, first, broken) {
  const listed = /** @type {Attachment[]} */ (message.attachments);
  const pictures = listed.filter((file) => file === first || (isPicture(file) && !broken.has(file.id)));
  const shown = pictures.map((file) => ({
    name: beginning(file.title ?? "", NAME),
    url: () => files.linkOf(file),
    freshen: () => freshen(file),
  }));
  return show(shown, pictures.indexOf(first));
}

/**
 * Show a picture of a formatted mail among the others of this mail.
 * @param {Element} page
 * @param {Element} chosen its button
 */
export function openPicturesOf(page, chosen) {
  const buttons = [...page.querySelectorAll(".rich-picture")];
  const images = buttons.map((button) => /** @type {HTMLImageElement} */ (button.firstElementChild));
  const shown = images.map(({ alt, src }) => ({ name: beginning(alt, NAME), url: () => src }));
  return show(shown, buttons.indexOf(chosen));
}

/**
 * Show pictures one after the other; the focus goes back to where it was.
 * @param {Picture[]} pictures
 * @param {number} at the first that is shown
 */
async function show(pictures, at) {
  const opener = document.activeElement;
  const step = (/** @type {number} */ by) => {
    at = (at + by + pictures.length) % pictures.length;
    pictures[at].freshen?.();
    schedule();
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    if (!(event.key in steps) || pictures.length < 2 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(steps[event.key]);
  };
  pictures[at].freshen?.();
  document.addEventListener("keydown", press);
  await open(t("lightbox.title"), () => body(pictures, at, step), { wide: true, kind: "lightbox" });
  document.removeEventListener("keydown", press);
  if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
}

/** @param {Attachment} file */
function isPicture({ state, shown, mime }) {
  return state === "stored" && shown && (mime ?? "").startsWith("image/");
}

/**
 * @param {Picture[]} pictures
 * @param {number} at
 * @param {(by: number) => void} step
 */
function body(pictures, at, step) {
  const { name, url: linkOf } = pictures[at];
  const url = linkOf();
  const many = pictures.length > 1;
  return html`
    <figure class="lightbox">
      <img src=${url} alt=${name || t("attachment.picture")} decoding="async" referrerpolicy="no-referrer">
      <figcaption aria-live="polite"><bdi>${name}</bdi>${many ? html`<span class="muted">${t("lightbox.place", { at: at + 1, all: pictures.length })}</span>` : nothing}</figcaption>
    </figure>
    <div class="lightbox-foot">
      ${many ? html`<button type="button" class="button" aria-keyshortcuts="ArrowLeft" @click=${() => step(-1)}>${icon("back")}${t("lightbox.previous")}</button>` : nothing}
      <a class="button quiet" href=${url} target="_blank" rel="noopener noreferrer">${t("lightbox.original")}</a>
      ${many ? html`<button type="button" class="button next" aria-keyshortcuts="ArrowRight" @click=${() => step(1)}>${t("lightbox.next")}${icon("back")}</button>` : nothing}
    </div>`;
}

/** Have a link that holds, before the picture is looked at for longer. @param {Attachment} picture */
async function freshen(picture) {
  if (!files.isOld(picture.id)) return;
  try {
    await files.freshen(picture.id);
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

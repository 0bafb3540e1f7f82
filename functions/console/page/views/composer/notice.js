/**
 * Notices above the composer: messages that came in between, and why a reply was not sent. Nothing that was typed is
 * lost.
 */

import { html, nothing } from "lit-html";
import { ApiError, Offline, SignedOut } from "../../lib/api.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { connection } from "../../lib/offline.js";
import { t } from "../../lib/texts.js";
import * as sending from "../../state/sending.js";
import { nameOf, reveal } from "../conversation/message.js";

/** @typedef {import("../../lib/schemas.js").Conversation} Conversation */

/**
 * @param {Conversation} conversation
 * @param {{send: (anyway: boolean) => void, edit: () => void}} what
 */
export function notice(conversation, { send, edit }) {
  const { stale, by, error, busy } = sending.outcome();
  if (stale) return missed(conversation, stale, by, send, edit);
  if (error) return failed(error, busy, () => send(false));
  return connection.get().lost
    ? html`<p class="composer-notice warn" role="status">${icon("alert")}<span>${t("notice.offline")}</span></p>`
    : nothing;
}

/**
 * @param {Conversation} conversation
 * @param {string[]} ids
 * @param {string | null} by the colleague who answered; null where it was the customer
 * @param {(anyway: boolean) => void} send
 * @param {() => void} edit
 */
function missed(conversation, ids, by, send, edit) {
  const messages = conversation.messages.filter((message) => ids.includes(message.id));
  const change = () => {
    sending.reset();
    edit();
  };
  return html`
    <div class="composer-notice warn" role="alert">
      ${icon("alert")}
      <div class="notice-what">
        <strong>${by === null ? t("notice.stale", { n: Math.max(1, ids.length) }) : t("notice.answered", { name: by || t("notice.colleague") })}</strong>
        ${messages.map(
          (message) =>
            html`<button type="button" class="notice-message" @click=${() => reveal(message.id)}><bdi>${nameOf(message)}</bdi> <q dir="auto">${[...(message.text ?? t("message.no_text"))].slice(0, 240).join("")}</q></button>`,
        )}
      </div>
      <div class="notice-ways">
        <button type="button" class="button small" @click=${change}>${t("notice.edit")}</button>
        <button type="button" class="button small primary" @click=${() => send(true)}>${t("notice.anyway")}</button>
      </div>
    </div>`;
}

/**
 * @param {unknown} error
 * @param {boolean} busy
 * @param {() => void} again
 */
function failed(error, busy, again) {
  return html`
    <div class="composer-notice bad" role="alert">
      ${icon("alert")}
      <div class="notice-what"><strong>${t("notice.not_sent")}</strong><span>${why(error)}</span></div>
      <div class="notice-ways"><button type="button" class="button small" ?disabled=${busy} @click=${again}>${icon("refresh")}${t("notice.again")}</button></div>
    </div>`;
}

/** @param {unknown} error */
function why(error) {
  if (error instanceof sending.ArrivedAfterAll) return t("notice.arrived");
  if (error instanceof Offline) return t("notice.lost");
  if (error instanceof SignedOut) return t("notice.signed_out");
  if (error instanceof ApiError && error.status >= 500) return t("notice.down");
  return explain(error).text;
}

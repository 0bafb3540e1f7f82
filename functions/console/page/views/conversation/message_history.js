/** Earlier versions of an edited message. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { moment } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as openConversation from "../../state/open_conversation.js";
import { rating } from "./message_rating.js";
import { words } from "./message_text.js";

/**
 * @typedef {import("../../lib/schemas.js").Message} Message
 * @typedef {Message["earlier"][number]} Version
 */

/** Expanded histories, by message. */
export const unfolded = slice("unfolded", {
  history: /** @type {Set<string>} */ (new Set()),
  /**
   * Complete version lists of messages whose first versions were left out, with the edit they belong to.
   * @type {Map<string, {at: string | null, items: Version[]} | "fetching">}
   */
  versions: new Map(),
});

/**
 * @param {Message} message
 * @param {boolean} open
 */
export function edited(message, open) {
  const toggle = () =>
    unfolded.change(({ history: known }) => {
      const next = new Set(known);
      if (!next.delete(message.id)) next.add(message.id);
      return { history: next };
    });
  const at = moment(message.edited_at ?? "");
  if (!message.earlier?.length) return html`<span class="message-role" title=${at}>${t("message.edited")}</span>`;
  return html`<button class="message-edited" aria-expanded=${open} title=${at} @click=${toggle}>${t("message.edited")}${icon("down")}</button>`;
}

/** @param {Message} message */
export function history(message) {
  const fetched = unfolded.get().versions.get(message.id);
  const isComplete = typeof fetched === "object" && fetched.at === message.edited_at;
  const versions = isComplete ? fetched.items : message.earlier;
  return html`
    <ol class="message-history" aria-label=${t("message.history")}>
      ${message.earlier_left && !isComplete ? html`<li>${rest(message, fetched === "fetching")}</li>` : nothing}
      ${versions.map(
        (version, index) => html`
          <li>
            <span class="message-role">${t("message.before")} <time datetime=${version.at}>${moment(version.at)}</time></span>
            ${version.rating ? rating(version.rating) : nothing}
            ${version.text ? words(`${message.id} ${index}`, version.text) : nothing}
          </li>`,
      )}
    </ol>`;
}

/**
 * A button that fetches the versions that the answer left out.
 * @param {Message} message
 * @param {boolean} fetching
 */
function rest(message, fetching) {
  const label = fetching ? t("conversation.fetching") : t("message.history.rest", { n: message.earlier_left ?? 0 });
  return html`<button class="button small" ?disabled=${fetching} @click=${() => fetchVersions(message)}>${label}</button>`;
}

/** @param {Message} message */
async function fetchVersions({ id, edited_at: at }) {
  keep(id, "fetching");
  try {
    const path = openConversation.path(`/versions?message=${encodeURIComponent(id)}`);
    const { items } = await api.getAll(path);
    keep(id, { at, items });
  } catch (error) {
    keep(id, null);
    toast(explain(error).text, { kind: "bad" });
  }
}

/** @param {string} id @param {{at: string | null, items: Version[]} | "fetching" | null} loaded */
function keep(id, loaded) {
  unfolded.change(({ versions: known }) => {
    const versions = new Map(known);
    if (loaded) versions.set(id, loaded);
    else versions.delete(id);
    return { versions };
  });
}

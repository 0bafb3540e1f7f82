/** Mails with their formatting, read when one is shown; what makes them harmless is loaded then. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import { t } from "../lib/texts.js";
import * as openConversation from "./open_conversation.js";

/** @typedef {{shown: boolean, busy: boolean, page: HTMLElement | null, error: unknown}} Rich */

const rich = slice("rich_text", { of: /** @type {Map<string, Rich>} by message */ (new Map()) });

/** @param {string} id of the message */
export function richOf(id) {
  return rich.get().of.get(id);
}

/** Tell whether a file is shown as a picture within the formatting of its message. @param {string} id @param {string} link */
export function isWithin(id, link) {
  const known = richOf(id);
  return Boolean(
    known?.shown && [...(known.page?.querySelectorAll("img") ?? [])].some(({ src }) => bare(src) === bare(link)),
  );
}

/** Return a link without its signature. @param {string} link */
function bare(link) {
  return link.split("?")[0];
}

/** @param {string} id @param {Partial<Rich>} changed */
function change(id, changed) {
  const known = richOf(id) ?? { shown: true, busy: false, page: null, error: null };
  rich.change(({ of }) => ({ of: new Map([...of, [id, { ...known, ...changed }]]) }));
}

/** Show the formatting of a message, or its text again. @param {string} id @param {boolean} shown */
export async function show(id, shown) {
  const known = richOf(id);
  if (!shown || known?.page || known?.busy) return change(id, { shown });
  change(id, { shown, busy: true, error: null });
  try {
    const [{ safePage }, { html, pictures }] = await Promise.all([
      import("../lib/safe_html.js"),
      api.get(`${openConversation.path("/rich-text")}?message=${encodeURIComponent(id)}`),
    ]);
    const words = {
      quoted: t("message.folded.quoted"),
      picture: t("rich.picture"),
      large: t("rich.large"),
      leadsTo: (/** @type {string} */ host) => t("message.leads_to", { host }),
    };
    change(id, { busy: false, page: safePage(html, pictures, words) });
  } catch (error) {
    change(id, { busy: false, shown: false, error });
  }
}

/** Picker of tags; several can be added and removed at once. */

import { html } from "lit-html";
import * as api from "../../lib/api.js";
import { icon } from "../../lib/icons.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { Chooser, openPick, plain } from "./dialog.js";

/** The most characters of a tag that the API accepts. */
const LONGEST = 50;

/**
 * Ask for tags. Resolves with what changed, as `PUT …/tags` takes it.
 * @param {Element | null | undefined} anchor what opened it
 * @param {{tags: string[][], team: string}} now the tags of each conversation, and the team whose tags are proposed
 * @returns {Promise<{add: string[], remove: string[]} | undefined>}
 */
export function openTags(anchor, { tags, team }) {
  /** @type {Map<string, "true" | "false" | "mixed">} */
  const before = new Map();
  for (const tag of new Set(tags.flat())) before.set(tag, tags.every((tags) => tags.includes(tag)) ? "true" : "mixed");
  const chosen = new Map(before);
  /** @type {string[]} */
  let proposed = [];
  proposals(team).then((found) => {
    proposed = found;
    schedule();
  });
  const chooser = new Chooser({
    placeholder: t("pick.tags.placeholder"),
    none: t("pick.tags.none"),
    several: true,
    choices: (text) => choicesOf([...chosen.keys(), ...proposed], chosen, text),
    take: (id) => {
      chosen.set(id, chosen.get(id) === "true" ? "false" : "true");
      chooser.text = "";
      schedule();
    },
  });
  const changes = () => ({
    add: [...chosen].filter(([tag, is]) => is === "true" && before.get(tag) !== "true").map(([tag]) => tag),
    remove: [...chosen].filter(([tag, is]) => is === "false" && before.has(tag)).map(([tag]) => tag),
  });
  return openPick(anchor, t("pick.tags.title"), (close) => {
    const press = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) close(changes());
    };
    const { add, remove } = changes();
    return html`
      <div @keydown=${press}>
        ${chooser.template()}
        <div class="pick-foot">
          <button class="button primary" ?disabled=${!add.length && !remove.length} @click=${() => close(changes())}>${t("pick.tags.done")}</button>
        </div>
      </div>`;
  });
}

/**
 * @param {string[]} known
 * @param {Map<string, "true" | "false" | "mixed">} chosen
 * @param {string} text
 * @returns {import("./dialog.js").Choice[]}
 */
function choicesOf(known, chosen, text) {
  const tags = [...new Set(known)];
  /** @type {import("./dialog.js").Choice[]} */
  const choices = tags.map((tag) => ({ id: tag, label: tag, chosen: chosen.get(tag) ?? "false", sign: icon("tag") }));
  const typed = text.replace(/\s+/g, " ").slice(0, LONGEST);
  if (typed && !tags.some((tag) => plain(tag) === plain(typed))) {
    choices.push({ id: typed, label: typed, hint: t("pick.tags.new"), chosen: "false", sign: icon("plus") });
  }
  return choices;
}

/** The tags that a team uses; none where they cannot be had, since one can still be typed. @param {string} team */
async function proposals(team) {
  try {
    const { items } = await api.get(`/teams/${encodeURIComponent(team)}/tags`);
    return items.map((/** @type {string | {tag?: string, name?: string}} */ item) =>
      typeof item === "string" ? item : (item.tag ?? item.name ?? ""),
    );
  } catch {
    return [];
  }
}

/** People who speak for the company: read when they are shown, and thanked by an answer that the agent sends. */

import * as api from "../lib/api.js";
import { go, hashOf } from "../lib/router.js";
import { slice } from "../lib/store.js";
import * as answering from "./answering.js";
import * as drafts from "./drafts.js";
import { me } from "./workspace.js";

/**
 * @typedef {import("../lib/schemas.js").Advocate} Advocate
 * @typedef {Advocate["said"][number]} Words
 */

export const advocates = slice("advocates", {
  /** @type {{items: Advocate[], conversations: number, complete: boolean} | null} */
  found: null,
  /** @type {unknown} */
  error: null,
  team: "",
});

/** Read those of a team, or of all. @param {string} team */
export async function load(team) {
  advocates.change(({ found, team: before }) => ({ found: before === team ? found : null, team, error: null }));
  try {
    const found = await api.get(`/advocates${team ? `?${new URLSearchParams({ team })}` : ""}`);
    if (advocates.get().team === team) advocates.change(() => ({ found }));
  } catch (error) {
    if (advocates.get().team === team) advocates.change(() => ({ error }));
  }
}

/** Open the conversation with words of thanks in the field, which the agent changes and sends; what is typed there stays. @param {Words} words */
export async function thank({ conversation, message, suggestion }) {
  // The drafts of an agent are loaded with the first conversation, which this may be.
  drafts.start((await me()).id);
  answering.choose(conversation, message);
  if (!drafts.draftOf(conversation).text.trim()) drafts.change(conversation, { text: suggestion });
  await go(hashOf("c", conversation));
}

/** The workspace: the signed-in agent, the colleagues, the teams, the channels. Read seldom, kept in the state. */

import * as api from "../lib/api.js";
import { session } from "../lib/session.js";
import { slice } from "../lib/store.js";
import { t } from "../lib/texts.js";

/**
 * @typedef {import("../lib/schemas.js").Agent} Agent
 * @typedef {import("../lib/schemas.js").Me} Me
 * @typedef {Me["teams"][number]} Team
 */

/** Milliseconds for which the list of colleagues is not read again. */
const KEPT_MS = 60_000;
/** Seconds for which a message is held back where the workspace's own number is not known yet. */
const USUAL_UNDO_SECONDS = 5;

export const workspace = slice("workspace", {
  /** @type {Me | null} */
  me: null,
  /** @type {Agent[]} */
  agents: [],
  /** @type {Team[]} */
  teams: [],
});

/** @type {Promise<Me> | null} */
let arriving = null;
let agentsAsked = 0;

/** Return the signed-in agent, read once. Throws what `api.get` throws. */
export function me() {
  arriving ??= api.get("/me").then(
    (agent) => {
      workspace.change(({ teams }) => ({ me: agent, teams: teams.length ? teams : agent.teams }));
      return agent;
    },
    (error) => {
      arriving = null;
      throw error;
    },
  );
  return arriving;
}

/** The colleagues to hand something to, asked at most once a minute. Throws what `api.get` throws. */
export async function colleagues() {
  if (Date.now() - agentsAsked < KEPT_MS) return workspace.get().agents;
  const { items } = await api.getAll("/agents");
  agentsAsked = Date.now();
  workspace.change(() => ({ agents: items }));
  return workspace.get().agents;
}

/** Return the id of the agent who is signed in: also before more is known of them, since their token has it. */
export function myId() {
  return workspace.get().me?.id ?? session.get().claims?.sub ?? "";
}

/** Return for how many seconds what the agent sends can be taken back. */
export function undoSeconds() {
  return workspace.get().me?.settings?.undo_seconds ?? USUAL_UNDO_SECONDS;
}

/**
 * Return the team for what an agent begins: the preferred one, else their own, else the first; empty while none is known.
 * @param {string} [preferred]
 */
export function usualTeam(preferred = "") {
  const { teams } = workspace.get();
  return (teams.find(({ name }) => name === preferred) ?? teams.find(({ member }) => member) ?? teams[0])?.name ?? "";
}

/** Return the label of a team. @param {string} name */
export function teamLabel(name) {
  return workspace.get().teams.find((team) => team.name === name)?.label || name;
}

/** Return the label of a channel. @param {string} name */
export function channelLabel(name) {
  if (name === "phone" || name === "visit") return t(`channel.${name}`);
  return workspace.get().me?.channels?.find((channel) => channel.name === name)?.label || name;
}

/** Return one or two letters for a name, for its avatar. @param {string} name */
export function initials(name) {
  const words = name.split(/[\s.@_-]+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends
    .map((word) => [...word][0])
    .join("")
    .toLocaleUpperCase();
}

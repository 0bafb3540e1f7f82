/** Lists that the administration pages share: teams, agents and channels. Read once, and again on request. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";

/**
 * @typedef {import("../lib/schemas.js").Agent} Agent
 * @typedef {import("../lib/schemas.js").Team} Team
 * @typedef {{name: string, label: string}} Channel
 */

export const lists = slice("admin_lists", {
  /** @type {Team[] | null} */
  teams: null,
  /** @type {Agent[] | null} */
  agents: null,
  /** @type {Channel[]} */
  channels: [],
  /** @type {string[]} The teams to which the agent belongs. */
  own: [],
  /** @type {unknown} */
  error: null,
});

/** Read the teams and channels, unless they are here. Throws what `api.get` throws. */
export async function open() {
  if (lists.get().teams) return;
  await refresh();
}

/** Read the teams and channels. Throws what `api.get` throws. */
export async function refresh() {
  const [teams, me] = await Promise.all([api.getAll("/teams"), api.get("/me")]);
  const own = (me.teams ?? []).filter((/** @type {{member?: boolean}} */ { member }) => member);
  lists.change(() => ({
    teams: teams.items,
    channels: me.channels ?? [],
    own: own.map((/** @type {{name: string}} */ { name }) => name),
  }));
}

/** Read who works here, unless they are here. Throws what `api.get` throws. */
export async function openAgents() {
  if (lists.get().agents) return;
  const agents = await api.getAll("/agents");
  lists.change(() => ({ agents: agents.items }));
}

/** The teams, by what people call them. */
export function teams() {
  return (lists.get().teams ?? []).toSorted((one, other) => labelOf(one).localeCompare(labelOf(other)));
}

/** Name a team. @param {{name: string, label?: string}} team */
export function labelOf(team) {
  return team.label || team.name;
}

/** Return the label of the team with this name. @param {string | null | undefined} name */
export function teamLabel(name) {
  const team = lists.get().teams?.find((team) => team.name === name);
  return team ? labelOf(team) : (name ?? "");
}

/** Return the label of the channel with this name. @param {string} name */
export function channelLabel(name) {
  return lists.get().channels.find((channel) => channel.name === name)?.label ?? name[0]?.toUpperCase() + name.slice(1);
}

/** Return the name of an agent. @param {string | null | undefined} id */
export function agentName(id) {
  return lists.get().agents?.find((agent) => agent.id === id)?.name ?? "";
}

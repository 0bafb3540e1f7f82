/** Order in which agents are offered something: by status, and by how much they hold. */

/**
 * @typedef {import("./schemas.js").AgentStatus} AgentStatus
 * @typedef {"here" | "full" | "away"} Presence
 */

/** @type {Presence[]} */
const ORDER = ["here", "full", "away"];

/**
 * Return how an agent is: away where nothing is known, and full with as many conversations as they want.
 * @param {AgentStatus | undefined} found
 * @returns {Presence}
 */
export function presenceOf(found) {
  if (!found || found.status === "away") return "away";
  const isFull = found.status === "full" || (found.capacity !== null && (found.held ?? 0) >= found.capacity);
  return isFull ? "full" : "here";
}

/**
 * Return agents in the order in which they are offered: who is here and holds least first, who is away last.
 * @template {{id: string, name: string}} T
 * @param {T[]} agents
 * @param {AgentStatus[]} statuses
 * @returns {{agent: T, presence: Presence, status: AgentStatus | undefined}[]}
 */
export function offered(agents, statuses) {
  const rows = agents.map((agent) => {
    const status = statuses.find((each) => each.agent.id === agent.id);
    return { agent, status, presence: presenceOf(status) };
  });
  return rows.sort(
    (one, other) =>
      ORDER.indexOf(one.presence) - ORDER.indexOf(other.presence) ||
      (one.status?.held ?? 0) - (other.status?.held ?? 0) ||
      one.agent.name.localeCompare(other.agent.name),
  );
}

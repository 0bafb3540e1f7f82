/** The steps of a proposal that are open to an agent, and its place in the list that is worked off. Pure. */

/**
 * @typedef {"claim" | "write" | "release" | "dismiss" | "approve" | "send_back" | "post"} Step
 * @typedef {{id: string | null} | null | undefined} Somebody
 * @typedef {object} Steppable
 * @property {string} status
 * @property {Somebody} [claimed_by]
 * @property {{by: Somebody, approval: string, by_hand: boolean} | null} [offer]
 * @property {{state: string}} permitted
 * @property {object | null} [tact] the rule by which it is left alone now
 */

/**
 * The conditions of each step, for a proposal and whether the agent has it in hand.
 * @type {Record<Step, (proposal: Steppable, isMine: boolean, agent: string) => boolean>}
 */
const OPEN = {
  claim: ({ status }) => status === "new",
  write: (proposal, isMine) =>
    OPEN.dismiss(proposal, isMine, "") && proposal.permitted.state !== "impossible" && !proposal.tact,
  release: ({ status }, isMine) => status === "claimed" && isMine,
  dismiss: ({ status }, isMine) => status === "new" || (status === "claimed" && isMine),
  approve: (proposal, _isMine, agent) =>
    proposal.status === "claimed" && waits(proposal) && proposal.offer?.by?.id !== agent,
  send_back: (proposal, isMine, agent) => OPEN.approve(proposal, isMine, agent) && !isMine,
  post: (proposal) => isByHand(proposal) || isLate(proposal),
};

/**
 * Return what an agent can do with a proposal now.
 * @param {Steppable} proposal
 * @param {string} agent
 * @returns {Set<Step>}
 */
export function stepsOf(proposal, agent) {
  const isMine = proposal.claimed_by?.id === agent;
  const names = /** @type {Step[]} */ (Object.keys(OPEN));
  return new Set(names.filter((name) => OPEN[name](proposal, isMine, agent)));
}

/**
 * Return what a list says of a proposal: its status, or what it waits for.
 * @param {Steppable} proposal
 * @param {string} agent
 */
export function stateOf(proposal, agent) {
  const { status, claimed_by: holder } = proposal;
  if (status === "offered") return isByHand(proposal) ? "by_hand" : "leaving";
  if (status !== "claimed") return status;
  if (waits(proposal)) return OPEN.approve(proposal, false, agent) ? "approve" : "waits";
  return holder?.id === agent ? "mine" : "taken";
}

/** Tell whether a text waits for a second person. @param {{offer?: {approval: string} | null}} proposal */
export function waits({ offer }) {
  return offer?.approval === "waiting";
}

/** Tell whether a person has to post the text on the platform now. @param {{status: string, offer?: {by_hand: boolean} | null}} proposal */
export function isByHand({ status, offer }) {
  return status === "offered" && offer?.by_hand === true;
}

/** Tell whether nobody said in time that a text was posted by hand. @param {{status: string, offer?: {by_hand: boolean} | null}} proposal */
export function isLate({ status, offer }) {
  return status === "expired" && offer?.by_hand === true;
}

/**
 * Return the proposals of a list, those first that wait for the approval of this agent.
 * @template {Steppable} T
 * @param {T[]} items
 * @param {string} agent
 */
export function inOrder(items, agent) {
  const needsMe = (/** @type {T} */ each) => stepsOf(each, agent).has("approve");
  return [...items.filter(needsMe), ...items.filter((each) => !needsMe(each))];
}

/**
 * Return the id beside one in a list; the first for one that is not in it, empty at its ends.
 * @param {{id: string}[]} items
 * @param {string} id
 * @param {1 | -1} by
 */
export function beside(items, id, by) {
  const at = items.findIndex((each) => each.id === id);
  if (at < 0) return items[0]?.id ?? "";
  return items[at + by]?.id ?? "";
}

/**
 * Return the id of the proposal that comes next once one is done: the one after it, else the one before, else none.
 * @param {{id: string}[]} items
 * @param {string} id
 */
export function following(items, id) {
  return beside(items, id, 1) || (items.length > 1 ? beside(items, id, -1) : "");
}

/**
 * Put what was read again of some proposals into a list: changed ones in their places, new ones first, and those that are
 * gone taken out, except for one that is shown.
 * @template {{id: string}} T
 * @param {T[]} items
 * @param {T[]} fresh the first page
 * @param {string} shown
 * @param {boolean} isWhole there are no further pages
 */
export function merged(items, fresh, shown, isWhole) {
  const byId = new Map(fresh.map((each) => [each.id, each]));
  const known = new Set(items.map(({ id }) => id));
  const last = fresh.at(-1)?.id;
  const reach = items.findIndex(({ id }) => id === last);
  const kept = items
    .map((each, at) => byId.get(each.id) ?? (each.id === shown || (!isWhole && at > reach) ? each : null))
    .filter((each) => each !== null);
  return [...fresh.filter(({ id }) => !known.has(id)), ...kept];
}

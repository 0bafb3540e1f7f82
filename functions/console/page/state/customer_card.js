/** A customer's card: read, changed, joined with others. */

import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";
import { me, usualTeam } from "./workspace.js";

/** @typedef {import("../lib/schemas.js").CustomerCard} CustomerCard */

export const part = slice("customer_card", {
  /** @type {CustomerCard | null} */
  card: null,
  /** @type {unknown} */
  error: null,
  busy: false,
});

/** @param {string} id */
export async function load(id) {
  part.change(() => ({ card: null, error: null, busy: true }));
  await run(() => api.get(pathOf(id)));
}

/** Change the card that is open. @param {object} body */
export function change(body) {
  return run((card) => api.send("PATCH", pathOf(card.id), body));
}

/** Say that another customer is the same person. @param {string} other */
export function join(other) {
  return run((card) => api.send("POST", `${pathOf(card.id)}/identities`, { customer: other }));
}

/** Take an identity out again. @param {string} identity */
export function separate(identity) {
  return run((card) => api.send("DELETE", `${pathOf(card.id)}/identities/${identity}`));
}

/**
 * Log a call or visit of the customer, in the team of their last conversation, or in the agent's own.
 * @param {CustomerCard} card
 * @param {{kind: string, summary: string, resolve: boolean}} call
 */
export function logCall({ id, conversations }, call) {
  return run(async () => {
    if (!conversations.length) await me();
    const team = conversations[0]?.team ?? usualTeam();
    await api.send("POST", "/conversations", { ...call, customer: id, team });
    return api.get(pathOf(id));
  });
}

/**
 * Return all that is known of a customer, for leads and admins: the card, each conversation with its messages, and posts
 * that searches found, with the offers. Throws what `api.get` throws.
 * @param {string} id
 */
export async function everything(id, read = api.get) {
  const path = `${pathOf(id)}/export`;
  let page = await read(path);
  const known = { card: page.card, conversations: [...page.items], proposals: [...page.proposals] };
  while (page.cursor) {
    page = await read(`${path}?cursor=${encodeURIComponent(page.cursor)}`);
    known.conversations.push(...page.items);
    known.proposals.push(...page.proposals);
  }
  return known;
}

/** @param {(card: CustomerCard) => Promise<CustomerCard>} ask @returns {Promise<boolean>} whether it was done */
async function run(ask) {
  part.change(() => ({ busy: true }));
  try {
    const card = await ask(/** @type {CustomerCard} */ (part.get().card));
    part.change(() => ({ card, error: null, busy: false }));
    return true;
  } catch (error) {
    part.change(() => ({ error, busy: false }));
    return false;
  }
}

/** @param {string} id */
function pathOf(id) {
  return `/customers/${encodeURIComponent(id)}`;
}

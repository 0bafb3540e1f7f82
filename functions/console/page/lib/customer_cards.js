/** Changes of a customer's card, and customers with whom it could be joined. */

/** @typedef {import("./schemas.js").CustomerCard} CustomerCard */

/**
 * Return customers among conversations that were found, each once, without those who are on the card already.
 * @param {Pick<CustomerCard, "identities">} card
 * @param {{card?: string, channel: string, customer: {name?: string | null} | null}[]} found
 */
export function candidates(card, found) {
  const known = new Set(card.identities.map(({ id }) => id));
  const others = new Map();
  for (const head of found) {
    if (head.card && !known.has(head.card) && !others.has(head.card)) others.set(head.card, head);
  }
  return [...others.values()].map(({ card: id, channel, customer }) => ({ id, channel, name: customer?.name ?? "" }));
}

/**
 * Return the change of a field, as the API takes it.
 * @param {{team: string, name: string}} field
 * @param {string} value
 */
export function fieldChange({ team, name }, value) {
  return { fields: [{ team, name, value }] };
}

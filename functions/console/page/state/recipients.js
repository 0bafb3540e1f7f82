/**
 * The recipients and the subject of an answer to a mail: those that the API names, or those that the agent chose. From the
 * first letter on they stay, so that no words go to a person who wrote meanwhile.
 */

/**
 * @typedef {import("../lib/schemas.js").Conversation} Conversation
 * @typedef {import("./drafts.js").Draft} Draft
 * @typedef {{to: string[], cc: string[], subject: string}} Envelope
 */

const ADDRESS = /^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/;

/** Return the addresses in a text, with or without names. @param {string} text */
export function addressesIn(text) {
  const pieces = text.split(/[,;\n]/).map((piece) => (/<([^<>]*)>\s*$/.exec(piece)?.[1] ?? piece).trim());
  return [...new Set(pieces.filter(Boolean))];
}

/**
 * Return to whom a draft goes, and under which subject; nothing where messages name no recipients.
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @returns {Envelope | null}
 */
export function envelopeOf({ answer }, draft) {
  if (!answer) return null;
  return {
    to: draft.to === null ? answer.to : addressesIn(draft.to),
    cc: addressesIn(draft.cc),
    subject: draft.subject ?? answer.subject ?? "",
  };
}

/**
 * Return what the request says of them; the recipients always, as the agent sees them.
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @returns {{to?: string[], cc?: string[], subject?: string}}
 */
export function fieldsOf(conversation, draft) {
  const envelope = envelopeOf(conversation, draft);
  if (!envelope) return {};
  const { to, cc } = envelope;
  const subject = envelope.subject.trim();
  const isOther = subject !== "" && subject !== conversation.answer?.subject;
  return { ...(to.length ? { to } : {}), ...(cc.length ? { cc } : {}), ...(isOther ? { subject } : {}) };
}

/**
 * Return the reason not to send, as the key of a text; empty for none.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function unsendable(conversation, draft) {
  const envelope = envelopeOf(conversation, draft);
  if (!envelope) return "";
  if (draft.to !== null && !envelope.to.length) return "recipients.none";
  const chosen = [...(draft.to === null ? [] : envelope.to), ...envelope.cc];
  return chosen.every((address) => ADDRESS.test(address)) ? "" : "recipients.wrong";
}

/**
 * Return what to keep of the recipients while the agent types: who they are, as soon as there are words.
 * @param {Conversation} conversation
 * @param {Draft} draft
 * @param {string} text
 * @returns {Partial<Draft>}
 */
export function pinned({ answer }, draft, text) {
  if (!answer) return {};
  if (text.trim()) return draft.to === null ? { to: answer.to.join(", "), toFor: answer.to[0] ?? "" } : {};
  return draft.to === draft.toFor ? { to: null, toFor: "" } : {};
}

/**
 * Return the address of the person who wrote since the recipients were fixed, and gets no answer; empty for nobody.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function passedOver(conversation, draft) {
  const writer = conversation.answer?.to[0] ?? "";
  if (draft.to === null || !writer || writer === draft.toFor) return "";
  return envelopeOf(conversation, draft)?.to.includes(writer) ? "" : writer;
}

/** Return the name of a person of the exchange; empty where none is known. @param {Conversation} conversation @param {string} address */
export function nameOf({ answer }, address) {
  return answer?.people.find(({ id }) => id === address)?.name ?? "";
}

/**
 * Return the others of the exchange, to whom a draft does not go.
 * @param {Conversation} conversation
 * @param {Draft} draft
 */
export function others(conversation, draft) {
  const envelope = envelopeOf(conversation, draft);
  const known = [...(envelope?.to ?? []), ...(envelope?.cc ?? [])];
  return (conversation.answer?.people ?? []).flatMap(({ id }) => (id && !known.includes(id) ? [id] : []));
}

/** The recipients of a draft that says nothing of them. @type {Pick<Draft, "to" | "toFor" | "cc" | "subject">} */
export const USUAL = { to: null, toFor: "", cc: "", subject: null };

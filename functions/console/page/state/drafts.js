/**
 * Drafts: text that was typed and not sent, per agent and conversation. It stands in this browser's storage, so that it
 * survives a reload, a sign-out and a crash; it is removed when it was sent, or after a month.
 */

/**
 * `attempt` is a request of which nobody knows whether it arrived: asked again with its key, it is done once.
 *
 * @typedef {{after?: string, at?: string, text?: string, template?: string, visibility?: "public" | "private",
 *   language?: "en" | "de"}} Wish a follow-up
 *   as an agent asks for it
 * @typedef {{text: string, visibility?: "public" | "private", private?: {text: string}, files?: string[], follow_up?: Wish,
 *   resolve?: boolean, split?: boolean, seen?: string, hold_seconds?: number, to?: string[], cc?: string[], subject?: string,
 *   reply_to?: string}} ReplyBody as `POST …/replies` takes it
 * @typedef {{key: string, body: ReplyBody, at: number}} Attempt
 * @typedef {{id: string, name: string, type: string, size: number, at: number}} Sendable a file that was uploaded, and when
 * @typedef {object} Draft
 * @property {string} text
 * @property {string} note
 * @property {"reply" | "note"} mode
 * @property {"" | "public" | "private"} visibility where it goes; empty for the natural way
 * @property {boolean} both also privately
 * @property {string} privately what is written there
 * @property {string} replyTo the id of the one message in a public thread that is answered; empty for none
 * @property {Wish | null} wish
 * @property {Sendable[]} files that go along
 * @property {Record<string, string>} mentions names that were chosen in the note, with their agents' ids
 * @property {string | null} to of a mail, as it was typed; null for the usual one
 * @property {string} toFor the person who had written last when that was fixed
 * @property {string} cc
 * @property {string | null} subject null for the usual one
 * @property {boolean} addressing these fields are open
 * @property {Attempt | null} attempt
 * @property {number} at milliseconds
 */

const PREFIX = "nachfrage.draft.";
const DAYS_MS = 30 * 24 * 3600 * 1000;
const QUIET_MS = 250;

/** @type {Map<string, Draft>} */
const drafts = new Map();
/** @type {Map<string, ReturnType<typeof setTimeout>>} */
const timers = new Map();
let owner = "";

/** @returns {Draft} */
function blank() {
  return {
    text: "",
    note: "",
    mode: "reply",
    visibility: "",
    both: false,
    privately: "",
    replyTo: "",
    wish: null,
    files: [],
    mentions: {},
    to: null,
    toFor: "",
    cc: "",
    subject: null,
    addressing: false,
    attempt: null,
    at: 0,
  };
}

/**
 * Load the drafts of an agent. Others who sign in here have their own.
 * @param {string} agent
 */
export function start(agent) {
  if (owner === agent) return;
  flush();
  owner = agent;
  drafts.clear();
  prune();
}

/** The draft of a conversation. @param {string} id @returns {Draft} */
export function draftOf(id) {
  const known = drafts.get(id) ?? read(id);
  drafts.set(id, known);
  return known;
}

/** Tell whether something is typed and not sent. @param {string} id */
export function isKept(id) {
  return hasWords(draftOf(id));
}

/**
 * Change a draft; it is kept within a moment.
 * @param {string} id
 * @param {Partial<Draft>} changed
 */
export function change(id, changed) {
  const draft = Object.assign(draftOf(id), changed, { at: Date.now() });
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => write(id), QUIET_MS),
  );
  return draft;
}

/** Change a draft, and keep it before anything else happens. @param {string} id @param {Partial<Draft>} changed */
export function keep(id, changed) {
  change(id, changed);
  write(id);
}

/** Keep all that is waiting to be kept. */
export function flush() {
  for (const id of [...timers.keys()]) write(id);
}

/** @param {string} id */
function write(id) {
  clearTimeout(timers.get(id));
  timers.delete(id);
  const draft = drafts.get(id);
  if (!draft) return;
  try {
    if (hasWords(draft)) localStorage.setItem(nameOf(id), JSON.stringify(draft));
    else localStorage.removeItem(nameOf(id));
  } catch {
    // The storage is full, or the browser forbids it: the draft lives on in this page.
  }
}

/** @param {string} id @returns {Draft} */
function read(id) {
  try {
    return { ...blank(), ...JSON.parse(localStorage.getItem(nameOf(id)) ?? "{}") };
  } catch {
    return blank();
  }
}

/** @param {Draft} draft */
function hasWords(draft) {
  return Boolean(
    draft.text.trim() ||
      draft.note.trim() ||
      draft.privately.trim() ||
      draft.files.length ||
      draft.to !== null ||
      draft.cc.trim() ||
      draft.subject !== null ||
      draft.attempt,
  );
}

/** @param {string} id */
function nameOf(id) {
  return `${PREFIX}${owner}.${id}`;
}

/** Forget what nobody came back to for a month. */
function prune() {
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(PREFIX)) continue;
    if (ageOf(name) > DAYS_MS) localStorage.removeItem(name);
  }
}

/** @param {string} name */
function ageOf(name) {
  try {
    return Date.now() - (JSON.parse(localStorage.getItem(name) ?? "{}").at ?? 0);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

globalThis.addEventListener?.("pagehide", flush);
globalThis.document?.addEventListener("visibilitychange", flush);

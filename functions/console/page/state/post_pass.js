/** The pass over the open comments below one post: which is next, what is done with it, and what takes that back. */

import * as api from "../lib/api.js";
import { entriesOf, expand, marked, nextOf, openIn, previousOf } from "../lib/pass_queue.js";
import { slice } from "../lib/store.js";
import { undoSeconds } from "./workspace.js";

/**
 * @typedef {import("../lib/schemas.js").Conversation} Conversation
 * @typedef {import("../lib/schemas.js").Message} Message
 * @typedef {import("../lib/pass_queue.js").Entry} Entry
 * @typedef {{place: number, text: string, run: () => Promise<unknown>}} Step what was done, and what takes it back
 */

/** Conversations per request. */
const PAGE = 100;
/** Messages of a conversation that are read. */
const MESSAGES = 50;

export const pass = slice("post_pass", nothing());

/** Conversations as they were read, by id. @type {Map<string, Promise<Conversation>>} */
let read = new Map();
/** Grows with each post that is opened, so that an older answer is not taken for it. */
let generation = 0;

function nothing() {
  return {
    id: "",
    /** @type {import("../lib/schemas.js").CommentedPost | null} */
    post: null,
    /** @type {Entry[]} */
    entries: [],
    place: -1,
    /** @type {Conversation | null} */
    conversation: null,
    /** @type {Message | null} */
    message: null,
    text: "",
    /** @type {Step[]} */
    steps: [],
    loading: true,
    busy: false,
    /** @type {unknown} */
    error: null,
  };
}

/** Begin with a post. @param {string} id */
export async function begin(id) {
  generation += 1;
  const mine = generation;
  read = new Map();
  pass.change(() => ({ ...nothing(), id }));
  try {
    const { post, ids } = await all(id);
    if (mine !== generation) return;
    pass.change(() => ({ post, entries: entriesOf(ids) }));
    await goTo(nextOf(pass.get().entries, 0));
  } catch (error) {
    if (mine === generation) pass.change(() => ({ error, loading: false }));
  }
}

/** Forget all: another place is shown. */
export function end() {
  generation += 1;
  pass.change(() => nothing());
}

/** Read which conversations have open comments below a post. @param {string} id */
async function all(id) {
  const ids = [];
  let post = null;
  let cursor = null;
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor ? { cursor } : {}) });
    const page = await api.get(`/posts/${encodeURIComponent(id)}/conversations?${query}`);
    post ??= page.post;
    ids.push(...page.items.map((/** @type {{id: string}} */ head) => head.id));
    cursor = page.cursor;
  } while (cursor);
  return { post, ids: [...new Set(ids)] };
}

/** @param {string} id @param {string} [more] */
function path(id, more = "") {
  return `/conversations/${encodeURIComponent(id)}${more}`;
}

/** @param {string} id @returns {Promise<Conversation>} */
function conversationOf(id) {
  const known = read.get(id) ?? api.get(`${path(id)}?messages=${MESSAGES}`);
  read.set(id, known);
  known.catch(() => read.delete(id));
  return known;
}

/** Show the entry at a place, and read the one after it. @param {number} place */
async function goTo(place) {
  const mine = generation;
  const entry = pass.get().entries[place];
  if (!entry) {
    pass.change(() => ({ place: -1, conversation: null, message: null, loading: false }));
    return;
  }
  pass.change(() => ({ loading: true, error: null }));
  const conversation = await conversationOf(entry.conversation);
  if (mine !== generation) return;
  const ids = openIn(conversation).map(({ id }) => id);
  const entries = expand(pass.get().entries, entry.conversation, ids);
  const shown = entries[place];
  const message = conversation.messages.find(({ id }) => id === shown?.message) ?? null;
  pass.change(() => ({ entries }));
  if (!message) {
    // Somebody else was faster: there is nothing open in it any more.
    const rest = shown?.message ? marked(entries, place, true) : entries;
    pass.change(() => ({ entries: rest }));
    await goTo(nextOf(rest, place));
    return;
  }
  pass.change(() => ({ place, conversation, message, text: "", loading: false }));
  const following = entries[nextOf(entries, place + 1)];
  if (following && following !== shown) conversationOf(following.conversation).catch(() => {});
}

/** Leave the comment for later, and show the next one. */
export function skip() {
  const { entries, place } = pass.get();
  return guarded(() => goTo(nextOf(entries, place + 1)));
}

/** Show the comment before this one. */
export function back() {
  const { entries, place } = pass.get();
  return guarded(() => goTo(place < 0 ? nextOf(entries, 0) : previousOf(entries, place)));
}

/** @param {string} text what is being written */
export function write(text) {
  pass.change(() => ({ text }));
}

/** Like the comment: that is enough. */
export function like() {
  return moderate("like", "unlike");
}

/** Hide the comment on the platform. */
export function hide() {
  return moderate("hide", "show");
}

/** Say that the comment needs nothing. */
export function needsNothing() {
  return step("nothing", async ({ conversation, message }) => {
    const address = path(conversation.id, `/messages/${encodeURIComponent(message.id)}/attention`);
    await api.send("PUT", address, { state: "none" });
    return () => api.send("PUT", address, { state: "open" });
  });
}

/** Answer the comment with what was written. */
export function answer() {
  const text = pass.get().text.trim();
  if (!text) return Promise.resolve();
  return step("answer", async ({ conversation, message }) => {
    const body = { text, hold_seconds: undoSeconds(), seen: conversation.seen ?? undefined, reply_to: message.id };
    const sent = await api.send("POST", path(conversation.id, "/replies"), body);
    return async () => {
      await api.send("DELETE", path(conversation.id, `/replies/${encodeURIComponent(sent.id)}`));
      return text;
    };
  });
}

/** @param {"like" | "hide"} action @param {"unlike" | "show"} inverse */
function moderate(action, inverse) {
  if (!permits(action)) return Promise.resolve();
  return step(action, async ({ conversation, message }) => {
    const address = path(conversation.id, "/moderations");
    await api.send("POST", address, { action, message_id: message.id });
    return () => api.send("POST", address, { action: inverse, message_id: message.id });
  });
}

/** Tell whether the platform permits this with the comment that is shown. @param {"like" | "hide"} action */
export function permits(action) {
  return Boolean(pass.get().message?.moderations?.includes(action));
}

/**
 * Do something with the comment that is shown, note what takes it back, and go on.
 * @param {string} text
 * @param {(shown: {conversation: Conversation, message: Message}) => Promise<() => Promise<unknown>>} run
 */
function step(text, run) {
  const { conversation, message, place } = pass.get();
  if (!conversation || !message) return Promise.resolve();
  return guarded(async () => {
    const undo = await run({ conversation, message });
    read.delete(conversation.id);
    pass.change(({ entries, steps }) => ({
      entries: marked(entries, place, true),
      steps: [...steps, { place, text, run: undo }],
    }));
    await goTo(nextOf(pass.get().entries, place + 1));
  });
}

/** Take the last step back, and show its comment again, with the text that was written. */
export function undo() {
  const { steps } = pass.get();
  const last = steps.at(-1);
  if (!last) return Promise.resolve();
  return guarded(async () => {
    const text = await last.run().catch((error) => {
      // An answer that has left stays; the steps before it can still be taken back.
      if (error instanceof api.ApiError && error.code === "left") pass.change(() => ({ steps: steps.slice(0, -1) }));
      throw error;
    });
    const entry = pass.get().entries[last.place];
    read.delete(entry.conversation);
    pass.change(({ entries }) => ({ entries: marked(entries, last.place, false), steps: steps.slice(0, -1) }));
    await goTo(last.place);
    if (typeof text === "string") write(text);
  });
}

/** Do one thing at a time; throws what the API throws. @param {() => Promise<unknown>} run */
async function guarded(run) {
  if (pass.get().busy) return;
  pass.change(() => ({ busy: true }));
  try {
    await run();
  } finally {
    pass.change(() => ({ busy: false, loading: false }));
  }
}

/** The proposal that is shown: read with its context, the text that is written to it, and the steps that are taken. */

import * as api from "../lib/api.js";
import { following, stepsOf } from "../lib/proposal_steps.js";
import { slice } from "../lib/store.js";
import * as drafts from "./drafts.js";
import * as list from "./proposals.js";
import { me, myId } from "./workspace.js";

/**
 * @typedef {import("../lib/schemas.js").Proposal} Proposal
 * @typedef {{rule: string, message: string}} Refusal of the text: by a rule of tact, or by the platform
 */

export const opened = slice("proposal", nothing());

let generation = 0;

function nothing() {
  return {
    id: "",
    /** @type {Proposal | null} */
    proposal: null,
    /** @type {unknown} */
    error: null,
    busy: false,
    /** The picture of the post, as an address of its own bytes; empty where it was asked for and cannot be had. @type {string | null} */
    picture: null,
    /** @type {Refusal | null} */
    refusal: null,
    /** The text as it is typed; null before anything was. @type {string | null} */
    words: null,
    /** The agent says that the rules of the place permit an answer. */
    isConfirmed: false,
    /** The address that is typed in after posting by hand. */
    address: "",
    /** @type {Refusal | null} */
    addressRefusal: null,
  };
}

/** Read a proposal; what the list has of it is shown meanwhile. @param {string} id */
export async function begin(id) {
  generation += 1;
  const known = list.proposals.get().items?.find((each) => each.id === id) ?? null;
  opened.change(() => ({ ...nothing(), id, proposal: known }));
  list.show(id);
  drafts.start(String((await me().catch(() => null))?.id ?? ""));
  await read();
}

/** Forget it: another place is shown. */
export function end() {
  generation += 1;
  opened.change(() => nothing());
  list.show("");
}

/** Read it again. */
export async function read() {
  const mine = generation;
  const { id } = opened.get();
  try {
    const proposal = await api.get(path(id));
    if (mine !== generation) return;
    take(proposal);
  } catch (error) {
    if (mine === generation) opened.change(() => ({ error }));
  }
}

/** Fetch the picture of the post, which is not kept. Throws what `api.get` throws. */
export async function showPicture() {
  const mine = generation;
  const { picture } = await api.get(path(opened.get().id, "picture"));
  if (mine !== generation) return;
  opened.change(() => ({ picture: picture ? `data:${picture.mime};base64,${picture.content}` : "" }));
}

/** @param {string} id @param {string} [step] */
function path(id, step = "") {
  return `/proposals/${encodeURIComponent(id)}${step && `/${step}`}`;
}

/** Show a proposal as it is now; steps do not tell its context again. @param {Proposal} fresh */
function take(fresh) {
  opened.change(({ proposal }) => ({
    proposal: { ...fresh, context: fresh.context ?? proposal?.context },
    error: null,
  }));
  list.put(fresh);
}

/** The steps that are open to this agent now. */
export function steps() {
  const { proposal } = opened.get();
  return proposal ? stepsOf(proposal, myId()) : new Set();
}

// -- the text ----------------------------------------------------------------------------------------------------------

/** @param {string} id */
function draftName(id) {
  return `proposal.${id}`;
}

/** The text that is being written; to begin with, the one that waits for approval, or that was not offered before. */
export function text() {
  const { id, proposal, words } = opened.get();
  if (words !== null) return words;
  const kept = id ? drafts.draftOf(draftName(id)).text : "";
  return kept || (proposal?.status === "claimed" && proposal.offer?.text) || proposal?.draft?.text || "";
}

/** @param {string} words */
export function write(words) {
  const { id } = opened.get();
  if (id) drafts.change(draftName(id), { text: words });
  opened.change(() => ({ words, refusal: null }));
}

/** Say whether the rules of the place permit an answer. @param {boolean} isConfirmed */
export function confirm(isConfirmed) {
  opened.change(() => ({ isConfirmed }));
}

/** @param {string} address */
export function writeAddress(address) {
  opened.change(() => ({ address, addressRefusal: null }));
}

// -- steps -------------------------------------------------------------------------------------------------------------

/** Take it in hand. What stands below the post may be read by then. Throws what `api.send` throws. */
export async function claim() {
  const isDone = await step("claim");
  if (isDone && !opened.get().proposal?.context?.answers) read();
  return isDone;
}

/** Give it back. Throws what `api.send` throws. */
export function release() {
  return step("release");
}

/** Note that its author does not want to be approached. Throws what `api.send` throws. */
export async function optOut() {
  const { id } = opened.get();
  await api.send("PUT", path(id, "person/opt-out"));
  await read();
  list.refresh();
}

/** Return all that is known of its author by found posts, for leads and admins. Throws what `api.get` throws. */
export async function everything() {
  const { id } = opened.get();
  let page = await api.get(path(id, "person"));
  const { person, declined, offered_at: offered } = page;
  const known = { person, declined, offered_at: offered, proposals: [...page.proposals] };
  while (page.cursor) {
    page = await api.get(`${path(id, "person")}?cursor=${encodeURIComponent(page.cursor)}`);
    known.proposals.push(...page.proposals);
  }
  return known;
}

/** Erase its author with all that is kept of them. Throws what `api.send` throws. @param {boolean} keepOut they are not to be found again */
export async function erasePerson(keepOut) {
  const { id } = opened.get();
  await api.send("DELETE", `${path(id, "person")}?keep_out=${keepOut}`);
  drop(id);
  list.remove(id);
}

/** Close it without an offer. Throws what `api.send` throws. @param {Proposal["dismissal"]} reason */
export async function dismiss(reason) {
  const isDone = await step("dismiss", { reason });
  if (isDone) drop(opened.get().id);
  return isDone;
}

/**
 * Offer the text that was written. What tact, the platform or its rules for texts refuse is kept beside the field; throws
 * what else `api.send` throws.
 */
export async function offer() {
  const { id, proposal, isConfirmed } = opened.get();
  const words = text().trim();
  if (!words) return false;
  const confirmed = proposal?.permitted.confirm ? { rules_confirmed: isConfirmed } : {};
  const isDone = await refusable("refusal", () => step("offer", { text: words, ...confirmed }));
  if (isDone) drop(id);
  return isDone;
}

/** Approve exactly the text that is shown. Throws what `api.send` throws. */
export function approve() {
  const { proposal } = opened.get();
  return refusable("refusal", () => step("approve", { digest: proposal?.offer?.digest }));
}

/** Say where our post stands; the platform may have told it first. Throws what else `api.send` throws. */
export async function notePosted() {
  const wasPosted = opened.get().proposal?.status === "posted";
  try {
    return await refusable("addressRefusal", () => step("posted", { url: opened.get().address.trim() }));
  } catch (error) {
    if (!wasPosted && opened.get().proposal?.status === "posted") return true;
    throw error;
  }
}

/** Return the id of the proposal that comes after the one that is shown; empty for none. */
export function next() {
  return following(list.listed(), opened.get().id);
}

/** Forget what was written to a proposal. @param {string} id */
function drop(id) {
  drafts.keep(draftName(id), { text: "" });
  if (opened.get().id === id) opened.change(() => ({ words: null }));
}

/** Milliseconds after which an offer that leaves is looked at again. */
const LOOKS_MS = [3000, 10_000, 30_000];

/** Tell whether the offer is on its way still, or the conversation that it begins. @param {Proposal} proposal */
function isLeaving({ status, offer, conversation }) {
  return (status === "offered" && offer?.by_hand === false) || (status === "posted" && !conversation);
}

/** Read a proposal again until its offer has left, a few times. @param {number} mine */
function watch(mine) {
  for (const pause of LOOKS_MS) {
    setTimeout(() => {
      const { proposal } = opened.get();
      if (mine === generation && proposal && isLeaving(proposal)) read();
    }, pause);
  }
}

/**
 * Take a step, once at a time; returns whether it was taken. Where somebody else was faster, it is read again.
 * @param {string} name
 * @param {object} [body]
 */
async function step(name, body) {
  const { id, busy } = opened.get();
  if (busy || !id) return false;
  const mine = generation;
  opened.change(() => ({ busy: true, refusal: null, addressRefusal: null }));
  try {
    const proposal = await api.send("POST", path(id, name), body, { key: crypto.randomUUID() });
    if (mine === generation) take(proposal);
    if (isLeaving(proposal)) watch(mine);
    return true;
  } catch (error) {
    if (mine === generation && error instanceof api.ApiError && error.status === 409) await read();
    throw error;
  } finally {
    if (mine === generation) opened.change(() => ({ busy: false }));
  }
}

/**
 * Run a step, and keep why it was refused where that is about what was typed.
 * @param {"refusal" | "addressRefusal"} where
 * @param {() => Promise<boolean>} run
 */
async function refusable(where, run) {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof api.ApiError) || error.status !== 422) throw error;
    const refusal = { rule: String(error.details.rule ?? error.code), message: error.message };
    opened.change(() => ({ [where]: refusal }));
    return false;
  }
}

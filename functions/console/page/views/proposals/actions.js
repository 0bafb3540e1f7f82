/** The steps of a proposal, by key and by button, and what is said of them. */

import { announce, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import * as keys from "../../lib/keys.js";
import { safe } from "../../lib/links.js";
import { beside, isByHand } from "../../lib/proposal_steps.js";
import { go } from "../../lib/router.js";
import { draw, schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { focusOn } from "../../lib/typed_ahead.js";
import * as one from "../../state/open_proposal.js";
import * as proposals from "../../state/proposals.js";
import { myId } from "../../state/workspace.js";
import { Chooser, openPick } from "../pick/dialog.js";
import { hash } from "./list.js";

/** @typedef {import("../../lib/schemas.js").Proposal} Proposal */

export const FIELD = "proposal-text";
export const ADDRESS = "proposal-address";
export const HEAD = "proposal-who";
/** @type {NonNullable<Proposal["dismissal"]>[]} */
const REASONS = ["wrong_topic", "too_old", "not_an_ask", "tactless", "competitor", "spam"];

/** Register the keys; returns what takes them back. */
export function register() {
  const may = (/** @type {import("../../lib/proposal_steps.js").Step} */ step) => () => one.steps().has(step);
  return keys.register("proposals", [
    { key: "j", text: "keys.proposals.next", run: () => move(1) },
    { key: "k", text: "keys.proposals.previous", run: () => move(-1) },
    { key: "c", text: "keys.proposals.claim", run: claim, when: may("claim") },
    { key: "r", text: "keys.proposals.write", run: write, when: may("write") },
    { key: "t", text: "keys.proposals.template", run: chooseTemplate, when: may("write") },
    { key: "x", text: "keys.proposals.dismiss", run: dismiss, when: may("dismiss") },
    { key: "u", text: "keys.proposals.release", run: release, when: may("release") },
    { key: "a", text: "keys.proposals.approve", run: approve, when: may("approve") },
    { key: "o", text: "keys.proposals.open", run: openPost, when: () => one.opened.get().proposal !== null },
    { key: "p", text: "keys.proposals.post", run: postByHand, when: isToBePosted },
    { key: "Mod+Enter", text: "keys.send", typed: true, run: () => {} },
  ]);
}

function isToBePosted() {
  const { proposal } = one.opened.get();
  return proposal !== null && isByHand(proposal);
}

/** Do something, and say what became of it; returns whether it was done. @param {() => Promise<boolean>} run @param {string} [said] */
async function act(run, said = "") {
  try {
    const isDone = await run();
    if (isDone && said) toast(said, { kind: "good" });
    return isDone;
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 8 });
    return false;
  } finally {
    keepPlace();
  }
}

/** Put the focus at the head of the proposal where the step removed what had it. */
function keepPlace() {
  schedule();
  draw();
  if (document.activeElement === document.body) document.getElementById(HEAD)?.focus({ preventScroll: true });
}

/** Show the proposal beside the one that is shown. @param {1 | -1} by */
export function move(by) {
  const id = beside(proposals.listed(), one.opened.get().id, by);
  if (id) go(hash(id));
}

/** Show the one that comes after a step, or the list where none is left. @param {string} id */
function proceed(id) {
  go(hash(id));
  document.getElementById(id ? HEAD : "main")?.focus({ preventScroll: true });
  if (!id) announce(t("proposals.none.title"));
}

export function claim() {
  return act(one.claim, t("proposals.done.claim"));
}

export function release() {
  return act(one.release, t("proposals.done.release"));
}

/** Give back the text of somebody else, who asked for approval. */
export function sendBack() {
  return act(one.release, t("proposals.done.send_back"));
}

/** Go into the field, which takes it in hand. */
export function write() {
  focusOn(field);
}

/** Take it in hand as soon as somebody begins to write, so that nobody else writes the same. */
export async function claimToWrite() {
  if (one.steps().has("claim") && !one.opened.get().busy) await act(one.claim);
}

function field() {
  return /** @type {HTMLTextAreaElement | null} */ (document.getElementById(FIELD));
}

/** Ask for the reason, dismiss, and go on to the next. @param {Event} [event] */
export async function dismiss(event) {
  const anchor = event?.currentTarget instanceof Element ? event.currentTarget : document.getElementById("dismiss");
  const reason = await openPick(anchor, t("proposals.dismiss_why"), (close) => {
    chooser ??= new Chooser({
      placeholder: t("proposals.dismiss_why"),
      choices: () => REASONS.map((id, at) => ({ id, label: t(`proposals.dismissal.${id}`), hint: String(at + 1) })),
      take: close,
    });
    return chooser.template();
  });
  chooser = null;
  if (!reason) return;
  const next = one.next();
  if (await act(() => one.dismiss(reason), t("proposals.done.dismiss"))) proceed(next);
}

/** The list of the dialog that is open. @type {Chooser | null} */
let chooser = null;

/** Choose one of the team's templates for the text. @param {Event} [event] */
export async function chooseTemplate(event) {
  const templates = suggested();
  if (!templates.length) return void toast(t("proposals.no_templates"));
  const anchor = event?.currentTarget instanceof Element ? event.currentTarget : field();
  const chosen = await openPick(anchor, t("proposals.templates"), (close) => {
    chooser ??= new Chooser({
      placeholder: t("proposals.templates"),
      choices: () => templates.map(({ id, title, text }) => ({ id, label: title, hint: text.slice(0, 80) })),
      take: close,
    });
    return chooser.template();
  });
  chooser = null;
  const found = templates.find(({ id }) => id === chosen);
  if (found) use(found.text);
}

/** Return the team's texts for this person, those in the post's language first. */
export function suggested() {
  const found = one.opened.get().proposal?.context?.templates ?? [];
  return found.map((template) => ({ ...template, id: `${template.name}.${template.language}` }));
}

/** Put a text into the field. @param {string} text */
export function use(text) {
  one.write(text);
  return write();
}

/** Offer what was written; refused, the reason stands at the field. */
export async function offer() {
  const next = one.next();
  const isDone = await act(one.offer);
  const { proposal, refusal } = one.opened.get();
  if (refusal) {
    announce(refusal.message);
    focusOn(field);
  }
  if (!isDone || !proposal) return;
  field()?.blur();
  if (proposal.status === "claimed") toast(t("proposals.done.waits"), { kind: "good" });
  // What is to be posted by hand is posted now, by the agent who wrote it.
  if (isByHand(proposal)) return;
  if (proposal.status === "offered") toast(t("proposals.done.offered"), { kind: "good" });
  proceed(next);
}

export async function approve() {
  const before = one.opened.get().proposal;
  if (await act(one.approve, t("proposals.done.approve"))) return;
  const after = one.opened.get().proposal;
  // Somebody changed the text meanwhile: what was read is not what would leave.
  if (before?.offer?.digest !== after?.offer?.digest) announce(t("proposals.text_changed"));
}

/** Open the post on its platform. */
export function openPost() {
  const link = safe(one.opened.get().proposal?.post.url);
  if (link) open(link.href, "_blank", "noopener,noreferrer");
}

/** Copy the approved text, and open the platform's own page for answering. */
export async function postByHand() {
  const { proposal } = one.opened.get();
  if (!proposal?.offer) return;
  try {
    await navigator.clipboard.writeText(proposal.offer.text);
    toast(t("proposals.done.copied"), { kind: "good" });
  } catch {
    // The browser forbids it: the text stands there, to be copied by hand.
    toast(t("proposals.not_copied"), { kind: "bad" });
  }
  const link = composer(proposal);
  if (link) open(link.href, "_blank", "noopener,noreferrer");
  document.getElementById(ADDRESS)?.focus();
}

/** Return the address at which the platform lets people answer. @param {Proposal} proposal */
export function composer({ offer, post }) {
  return safe(offer?.compose_url) ?? safe(post.url);
}

export async function notePosted() {
  if (await act(one.notePosted, t("proposals.done.posted"))) return;
  const { addressRefusal } = one.opened.get();
  if (!addressRefusal) return;
  announce(addressRefusal.message);
  focusOn(() => document.getElementById(ADDRESS));
}

/** Tell whether the agent wrote the text that waits. @param {Proposal} proposal */
export function isOwnText(proposal) {
  return proposal.offer?.by.id === myId();
}

/**
 * Files beside messages: links to those that came, which hold for some minutes, and uploads of those that go along. What
 * is uploaded stands in the draft; what is still on its way stands here.
 */

import * as api from "../lib/api.js";
import { against, typeOf } from "../lib/file_rules.js";
import { sized } from "../lib/file_size.js";
import { schedule, slice } from "../lib/store.js";
import { t } from "../lib/texts.js";
import * as drafts from "./drafts.js";
import * as openConversation from "./open_conversation.js";

/**
 * @typedef {import("./drafts.js").Sendable} Sendable
 * @typedef {{key: string, name: string, share: number, stop: () => void}} Upload
 * @typedef {{id: string, link: string | null, state: string | null}} Stored
 */

/** A link is requested again once it is this old; it holds for five minutes. */
const OLD_MS = 240_000;
/** Uploads that were not sent are gone after a day. */
const KEPT_MS = 20 * 3600 * 1000;

const files = slice("files", {
  /** Uploads under way, by conversation. @type {Record<string, Upload[]>} */
  underWay: {},
  /** The problem of the last upload, by conversation. @type {Record<string, string>} */
  problems: {},
});

/** @type {Map<string, {url: string, at: number}>} */
const links = new Map();

/**
 * Return the link of a file. The first link stays as long as it may, so that a picture is not loaded with every
 * reading.
 * @param {Stored} file
 */
export function linkOf(file) {
  const known = links.get(file.id);
  if (known && (Date.now() - known.at < OLD_MS || !file.link)) return known.url;
  if (file.link) links.set(file.id, { url: file.link, at: Date.now() });
  return file.link ?? "";
}

/** Tell whether a link may have expired. @param {string} id */
export function isOld(id) {
  return Date.now() - (links.get(id)?.at ?? 0) >= OLD_MS;
}

/** A fresh link. Throws what `api.get` throws. @param {string} id */
export async function freshen(id) {
  const { link } = await api.get(openConversation.path(`/files/${encodeURIComponent(id)}`));
  if (link) links.set(id, { url: link, at: Date.now() });
  schedule();
  return link ?? "";
}

/** Request the download of a file again that did not arrive. Throws what `api.send` throws. @param {string} id */
export async function retry(id) {
  await api.send("POST", openConversation.path(`/files/${encodeURIComponent(id)}/retry`));
  await openConversation.refresh();
}

// -- what goes along --------------------------------------------------------------------------------------------------

/** @param {string} conversation */
export function underWay(conversation) {
  return files.get().underWay[conversation] ?? [];
}

/** @param {string} conversation */
export function problem(conversation) {
  return files.get().problems[conversation] ?? "";
}

/** The uploads of a draft that are still there. @param {string} conversation */
export function ready(conversation) {
  return drafts.draftOf(conversation).files.filter((file) => Date.now() - file.at < KEPT_MS);
}

/**
 * Upload files for an answer, each unless something stands against it.
 * @param {string} conversation
 * @param {import("../lib/text_length.js").Route | undefined} route
 * @param {Iterable<File>} chosen
 */
export function add(conversation, route, chosen) {
  say(conversation, "");
  for (const file of chosen) {
    const count = ready(conversation).length + underWay(conversation).length;
    const wrong = against(route?.files, file, count);
    if (wrong) say(conversation, t(wrong[0], { ...wrong[1], size: sized(Number(wrong[1].bytes ?? 0)) }));
    else upload(conversation, route?.visibility ?? "", file);
  }
}

/**
 * Have the files of a template go along with an answer: those that are not there yet are copied to it.
 * @param {string} conversation
 * @param {string} visibility of the answer; empty for that of the conversation
 * @param {import("../lib/schemas.js").TemplateFile[]} kept
 */
export async function addKept(conversation, visibility, kept) {
  say(conversation, "");
  for (const file of kept) {
    try {
      const path = openConversation.path(`/template-files/${encodeURIComponent(file.id)}`, conversation);
      const { id, name, type, size } = await api.send("POST", path, visibility ? { visibility } : {});
      drafts.keep(conversation, { files: [...ready(conversation), { id, name, type, size, at: Date.now() }] });
    } catch (error) {
      say(conversation, explained(error, file.name));
    }
  }
}

/** @param {string} conversation @param {string} id */
export function remove(conversation, id) {
  drafts.change(conversation, { files: ready(conversation).filter((file) => file.id !== id) });
  say(conversation, "");
}

/**
 * @param {string} conversation
 * @param {string} visibility
 * @param {File} file
 */
async function upload(conversation, visibility, file) {
  const stopped = new AbortController();
  /** @type {Upload} */
  const one = { key: crypto.randomUUID(), name: file.name, share: 0, stop: () => stopped.abort() };
  change(conversation, (all) => [...all, one]);
  try {
    const asked = { name: file.name.slice(-200), type: typeOf(file), size: file.size };
    const body = visibility ? { ...asked, visibility } : asked;
    const offer = await api.send("POST", openConversation.path("/files", conversation), body, {
      signal: stopped.signal,
    });
    await put(offer.upload, file, stopped.signal, (share) => {
      change(conversation, (all) => all.map((item) => (item.key === one.key ? { ...item, share } : item)));
    });
    const sendable = { id: offer.id, name: file.name, type: typeOf(file), size: file.size, at: Date.now() };
    drafts.keep(conversation, { files: [...ready(conversation), sendable] });
  } catch (error) {
    if (!stopped.signal.aborted) say(conversation, explained(error, file.name));
  } finally {
    change(conversation, (all) => all.filter((item) => item.key !== one.key));
  }
}

/**
 * Send the bytes of a file to where the API takes them.
 * @param {{url: string, headers: Record<string, string>}} where
 * @param {File} file
 * @param {AbortSignal} signal
 * @param {(share: number) => void} progress
 * @returns {Promise<void>}
 */
export function put({ url, headers }, file, signal, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how far an upload is
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(`upload ${request.status}`)));
    request.onerror = () => reject(new Error("upload"));
    signal.addEventListener("abort", () => request.abort());
    request.onabort = () => reject(new Error("aborted"));
    request.send(file);
  });
}

/**
 * @param {unknown} error
 * @param {string} name
 */
function explained(error, name) {
  return error instanceof api.ApiError ? error.message : t("files.failed", { name });
}

/**
 * @param {string} conversation
 * @param {(all: Upload[]) => Upload[]} fn
 */
function change(conversation, fn) {
  files.change(({ underWay: all }) => ({ underWay: { ...all, [conversation]: fn(all[conversation] ?? []) } }));
}

/**
 * @param {string} conversation
 * @param {string} text
 */
function say(conversation, text) {
  files.change(({ problems }) => ({ problems: { ...problems, [conversation]: text } }));
}

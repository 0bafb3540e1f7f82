/**
 * The only module that talks to the API.
 *
 * A read that fails on the way is repeated quietly. A write carries an `Idempotency-Key` and is repeated once, with the
 * same key, so that it happens once however often it arrives.
 */

import * as offline from "./offline.js";
import * as session from "./session.js";
import { language } from "./texts.js";

/** A refusal of the API: `message` is a sentence for the agent, `details` the figures beside it. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {Record<string, unknown>} details
   */
  constructor(status, code, message, details) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** The API cannot be reached. */
export class Offline extends Error {
  constructor() {
    super("offline");
    this.name = "Offline";
  }
}

/** The session has ended; the page has said so already. */
export class SignedOut extends Error {
  constructor() {
    super("signed out");
    this.name = "SignedOut";
  }
}

const AGAIN_MS = [300, 1200];
const PASSING = new Set([429, 502, 503, 504]);

/**
 * Read. Throws `ApiError`, `Offline`, `SignedOut`, and `AbortError` where `signal` says so.
 * @param {string} path below /api, with its query
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 */
export function get(path, { signal } = {}) {
  return attempt("GET", path, undefined, {}, AGAIN_MS, signal);
}

/**
 * Read all pages of a list: one answer holds at most four megabytes. Throws what `get` throws.
 * @param {string} path below /api, with its query
 * @param {string} [name] of the list in each page
 * @returns {Promise<any>} the first page, with the items of all pages under `name`
 */
export async function getAll(path, name = "items") {
  const first = await get(path);
  const items = [...first[name]];
  for (let { cursor } = first; cursor; ) {
    const page = await get(`${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`);
    items.push(...page[name]);
    cursor = page.cursor;
  }
  return { ...first, [name]: items, cursor: null };
}

/**
 * Read what may not have changed: null where it is still what was answered with `tag`. It is requested once, since the caller
 * asks again. Throws what `get` throws.
 * @param {string} path below /api, with its query
 * @param {string} tag of the answer before; empty for none
 * @returns {Promise<{content: any, tag: string} | null>}
 */
export async function getIfChanged(path, tag) {
  const answer = await allowed("GET", path, undefined, tag ? { "If-None-Match": tag } : {});
  if (answer.status === 304) return null;
  return { content: await contentOf(answer), tag: answer.headers.get("ETag") ?? "" };
}

/**
 * Read a file, such as CSV. Throws what `get` throws.
 * @param {string} path below /api, with its query
 * @returns {Promise<Blob>}
 */
export async function file(path) {
  let answer = await request("GET", path, undefined, {});
  if (answer.status === 401 && (await session.renew())) answer = await request("GET", path, undefined, {});
  if (answer.status === 401) throw new SignedOut();
  if (!answer.ok) throw refused(answer, await read(answer));
  return answer.blob();
}

/**
 * Write. Throws what `get` throws. Give the same `key` again where the agent asks for the same thing again.
 * @param {"POST" | "PUT" | "DELETE" | "PATCH"} method
 * @param {string} path below /api
 * @param {object} [body]
 * @param {{key?: string, signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 */
export function send(method, path, body, { key = crypto.randomUUID(), signal } = {}) {
  return attempt(method, path, body, { "Idempotency-Key": key }, AGAIN_MS.slice(0, 1), signal);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object | undefined} body
 * @param {Record<string, string>} headers
 * @param {number[]} pauses
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function attempt(method, path, body, headers, pauses, signal) {
  try {
    return await once(method, path, body, headers, signal);
  } catch (error) {
    const passing = error instanceof Offline || (error instanceof ApiError && PASSING.has(error.status));
    if (!passing || !pauses.length || signal?.aborted) throw error;
    await new Promise((resolve) => setTimeout(resolve, pauses[0]));
    return attempt(method, path, body, headers, pauses.slice(1), signal);
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object | undefined} body
 * @param {Record<string, string>} headers
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function once(method, path, body, headers, signal) {
  return contentOf(await allowed(method, path, body, headers, signal));
}

/**
 * The answer to a request; one that came too late for its token is asked once more with a new one.
 * @param {string} method
 * @param {string} path
 * @param {object | undefined} body
 * @param {Record<string, string>} headers
 * @param {AbortSignal} [signal]
 */
async function allowed(method, path, body, headers, signal) {
  let answer = await request(method, path, body, headers, signal);
  if (answer.status === 401 && (await session.renew())) answer = await request(method, path, body, headers, signal);
  if (answer.status === 401) throw new SignedOut();
  return answer;
}

/** Return the content of an answer; throws `ApiError` where it is a refusal. @param {Response} answer */
async function contentOf(answer) {
  const content = await read(answer);
  if (answer.ok) return content;
  throw refused(answer, content);
}

/**
 * @param {Response} answer
 * @param {any} content
 */
function refused(answer, content) {
  const { error, message, ...details } = content ?? {};
  return new ApiError(answer.status, error ?? `http_${answer.status}`, message ?? answer.statusText, details);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object | undefined} body
 * @param {Record<string, string>} headers
 * @param {AbortSignal} [signal]
 */
async function request(method, path, body, headers, signal) {
  const token = await session.token();
  if (!token) throw new SignedOut();
  try {
    const answer = await fetch(new URL(`api${path}`, document.baseURI), {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        ...headers,
        Authorization: token,
        "Accept-Language": language(),
        "Time-Zone": Intl.DateTimeFormat().resolvedOptions().timeZone,
        "Content-Type": "application/json",
      },
      signal,
      cache: "no-store",
    });
    offline.reached();
    return answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    offline.missed();
    throw new Offline();
  }
}

/** @param {Response} answer */
async function read(answer) {
  const text = await answer.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    // What stands between here and the API may answer in HTML. It has nothing to say to an agent.
    return null;
  }
}

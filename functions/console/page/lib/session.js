/**
 * The session: the authorization code flow with PKCE against Cognito's pages. Tokens live in this page's memory and
 * nowhere else; after a reload Cognito's own cookie signs in again without a question.
 */

import { config, home } from "./config.js";
import { slice } from "./store.js";
import * as worker from "./worker.js";

/**
 * @typedef {{id_token: string, access_token: string, refresh_token: string, expires_in: number}} Tokens
 * @typedef {{sub: string, email: string, name: string, nonce?: string, exp: number, "cognito:groups"?: string[],
 *   identities?: object[]}} Claims
 * @typedef {{state: string, nonce: string, verifier: string, place: string}} Attempt
 */

export const RENEW_SECONDS = 300;
const ATTEMPT = "nachfrage.sign-in";
const SCOPES = "openid email profile";
/** The scope with which agents set up two-step sign-in. The directory's accounts have theirs there. */
const OWN_ACCOUNT_SCOPE = "aws.cognito.signin.user.admin";
/** Part of the address: sign in with a password instead of the company's directory. It holds for the browser's tab. */
const WITH_PASSWORD = "with-password";

/** @type {Tokens | null} */
let tokens = null;
let expires = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {Promise<boolean> | null} */
let renewing = null;

export const session = slice("session", {
  /** @type {Claims | null} */
  claims: null,
  /** True after a session that cannot be renewed. */
  ended: false,
});

/** Signing in did not work. `code` is OAuth's word for it. */
export class SignInFailed extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * Take up what Cognito sent back, or go there. Resolves with the place to show once somebody is signed in, and never
 * resolves where the page is left. Throws `SignInFailed`.
 * @returns {Promise<string>}
 */
export async function start() {
  const answer = new URLSearchParams(location.search);
  if (answer.has(WITH_PASSWORD)) sessionStorage.setItem(WITH_PASSWORD, "yes");
  const code = answer.get("code");
  const error = answer.get("error");
  if (!code && !error) return signIn();
  const attempt = takeAttempt();
  history.replaceState(null, "", home + (attempt?.place ?? location.hash));
  if (!attempt || attempt.state !== answer.get("state")) {
    // An old answer, of a bookmark or the history. It is not ours to use.
    return signIn(attempt?.place);
  }
  if (error || !code) throw new SignInFailed(error ?? "no_code");
  await exchange(code, attempt);
  return attempt.place;
}

/**
 * Leave for Cognito's pages, and come back to `place`.
 * @param {string} [place]
 * @returns {Promise<never>}
 */
export async function signIn(place = location.hash) {
  const attempt = { state: random(), nonce: random(), verifier: random(), place };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(attempt.verifier));
  const question = new URLSearchParams({
    response_type: "code",
    ...client(),
    redirect_uri: home,
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
    lang: document.documentElement.lang,
  });
  location.replace(`${config.sign_in_url}/oauth2/authorize?${question}`);
  return new Promise(() => {});
}

/** Make the tokens worthless, end Cognito's own session, and come back to a page that asks who you are. */
export async function signOut() {
  const refresh = tokens?.refresh_token;
  forget();
  await worker.remove().catch(() => {});
  if (refresh) {
    // Whether or not this succeeds: what matters more is to be signed out here.
    await cognito("RevokeToken", { Token: refresh, ClientId: client().client_id }).catch(() => {});
  }
  const question = new URLSearchParams({ client_id: client().client_id, logout_uri: home });
  location.replace(`${config.sign_in_url}/logout?${question}`);
}

/** The token that the API asks for, renewed if it is about to expire; empty when the session has ended. */
export async function token() {
  if (tokens && Date.now() > expires - RENEW_SECONDS * 1000) await renew();
  return tokens?.id_token ?? "";
}

/** The token with which an agent may ask Cognito about the own account. */
export async function accessToken() {
  await token();
  return tokens?.access_token ?? "";
}

/** Get new tokens; says whether there are any. Several who ask at once get one answer. */
export function renew() {
  renewing ??= renewOnce().finally(() => {
    renewing = null;
  });
  return renewing;
}

/** Tell whether the agent has one of these groups. @param {string[]} groups */
export function is(...groups) {
  const own = session.get().claims?.["cognito:groups"] ?? [];
  return groups.some((group) => own.includes(group));
}

/**
 * An operation of Cognito's API; these take a token instead of a signature. Throws an `Error` named as Cognito names it.
 * @param {string} operation
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function cognito(operation, body) {
  const answer = await fetch(`${config.cognito_url}/`, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const content = text ? JSON.parse(text) : {};
  if (answer.ok) return content;
  const error = new Error(content.message ?? operation);
  error.name = String(content.__type ?? "Error").replace(/.*#/, "");
  throw error;
}

async function renewOnce() {
  if (!tokens) return false;
  const refresh = tokens.refresh_token;
  /** @type {Response} */
  let answer;
  try {
    answer = await ask({ grant_type: "refresh_token", refresh_token: refresh });
  } catch {
    // Offline. The token may still be good, and if not, the API will say so.
    keepFresh(30);
    return true;
  }
  if (answer.ok) {
    keep({ refresh_token: refresh, ...(await answer.json()) });
    return true;
  }
  if (answer.status >= 500 || answer.status === 429) {
    keepFresh(30);
    return true;
  }
  forget();
  session.change(() => ({ ended: true }));
  return false;
}

/**
 * @param {string} code
 * @param {Attempt} attempt
 */
async function exchange(code, attempt) {
  const answer = await ask({
    grant_type: "authorization_code",
    code,
    redirect_uri: home,
    code_verifier: attempt.verifier,
  });
  const content = await answer.json();
  if (!answer.ok) throw new SignInFailed(content.error ?? "token");
  if (claimsOf(content.id_token).nonce !== attempt.nonce) throw new SignInFailed("nonce");
  keep(content);
}

/**
 * Return the client to sign in with: the company's directory where there is one, without Cognito's own page between.
 * @returns {{client_id: string, scope: string, identity_provider?: string}}
 */
function client() {
  const { client_id, directory_client_id, directory } = config;
  if (!directory_client_id || !directory || sessionStorage.getItem(WITH_PASSWORD)) {
    return { client_id, scope: `${SCOPES} ${OWN_ACCOUNT_SCOPE}` };
  }
  return { client_id: directory_client_id, scope: SCOPES, identity_provider: directory };
}

/** @param {Record<string, string>} form */
function ask(form) {
  return fetch(`${config.sign_in_url}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({ client_id: client().client_id, ...form }),
  });
}

/** @param {Tokens} fresh */
function keep(fresh) {
  tokens = fresh;
  expires = Date.now() + fresh.expires_in * 1000;
  session.change(() => ({ claims: claimsOf(fresh.id_token), ended: false }));
  keepFresh(Math.max(1, fresh.expires_in - RENEW_SECONDS));
}

/** @param {number} seconds */
function keepFresh(seconds) {
  clearTimeout(timer);
  timer = setTimeout(renew, seconds * 1000);
}

function forget() {
  clearTimeout(timer);
  tokens = null;
}

/** @returns {Attempt | null} */
function takeAttempt() {
  const kept = sessionStorage.getItem(ATTEMPT);
  sessionStorage.removeItem(ATTEMPT);
  return kept ? JSON.parse(kept) : null;
}

/**
 * Return the claims of a token. It came from Cognito itself over TLS, so its signature is the API's business.
 * @param {string} jwt
 * @returns {Claims}
 */
export function claimsOf(jwt) {
  const payload = jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** @param {Uint8Array} bytes */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

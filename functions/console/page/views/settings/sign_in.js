/**
 * Connecting an account by its platform's own sign-in: the browser goes to the platform, where access is allowed, and comes
 * back with a code that the server changes for a token. No token is ever in the page.
 */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { home } from "../../lib/config.js";
import { open, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { isWebAddress } from "../../lib/links.js";
import { go, hashOf, place } from "../../lib/router.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";

/**
 * @typedef {import("../../lib/schemas.js").Connection} Connection
 * @typedef {{id: string, name: string, connected: boolean}} Account
 * @typedef {{channel: string, name: string, team?: string, secrets?: object, options?: object, renews?: boolean}} Wanted
 */

/** Path beside the page to which platforms send people back; the server leads from there to the page. */
const RETURN = "connected";

const part = slice("settings.connections.sign_in", { busy: false, wrong: "" });

/**
 * The form that begins a sign-in: what the connection is called, and the app where a person has to register one.
 * @param {{label: string, hasApp: boolean, fields: unknown, more: unknown, wanted: () => Wanted, byHand: () => void,
 *   close: (value?: any) => void}} parts
 */
export function form({ label, hasApp, fields, more, wanted, byHand, close }) {
  const { busy, wrong } = part.get();
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    leaveFor(wanted(), close);
  };
  return html`
    <form class="connect-form" @submit=${submit}>
      <p>${t("settings.connections.sign_in.lead", { channel: label })}</p>
      ${fields}
      ${hasApp ? returnAddress() : nothing}
      ${more}
      ${wrong ? html`<p class="wrong" role="alert">${icon("alert")}<span>${wrong}</span></p>` : nothing}
      <div class="buttons">
        <button type="button" class="button" @click=${() => close(false)}>${t("dialog.cancel")}</button>
        <button class="button primary" ?disabled=${busy}>${busy ? t("settings.connections.sign_in.leaving", { channel: label }) : t("settings.connections.sign_in.do", { channel: label })}</button>
      </div>
      <p><button type="button" class="button slight" @click=${byHand}>${icon("edit")}${t("settings.connections.sign_in.by_hand")}</button></p>
    </form>`;
}

/** Return the address that an app has to know. */
function returnAddress() {
  return html`
    <div class="field">
      <span class="label">${t("settings.connections.sign_in.redirect")}</span>
      <div class="stored-address"><code class="webhook-url">${home}${RETURN}</code></div>
      <span class="hint">${t("settings.connections.sign_in.redirect_hint")}</span>
    </div>`;
}

/** Forget what an earlier form said. */
export function reset() {
  part.change(() => ({ busy: false, wrong: "" }));
}

/**
 * Sign in again for a connection that is there: it gets a new token.
 * @param {Connection} connection
 */
export async function again({ channel, name }) {
  try {
    await leave({ channel, name, renews: true });
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 10 });
  }
}

/**
 * @param {Wanted} wanted
 * @param {(value?: any) => void} close
 */
async function leaveFor(wanted, close) {
  part.change(() => ({ busy: true, wrong: "" }));
  try {
    await leave(wanted, close);
  } catch (error) {
    part.change(() => ({ busy: false, wrong: explain(error).text }));
  }
}

/**
 * Go to the platform's page. What was typed is with the server by then, so nobody is asked whether it may be lost.
 * @param {Wanted} wanted
 * @param {() => void} [close]
 */
async function leave(wanted, close = () => {}) {
  const { address } = await api.send("POST", "/connections/sign-in", wanted);
  if (!isWebAddress(address)) throw new Error("address");
  close();
  requestAnimationFrame(() => requestAnimationFrame(() => location.assign(address)));
}

/**
 * Finish a sign-in whose answer stands in the address, and take it from there at once; `done` when an account was connected.
 * @param {() => void} done
 */
export async function arrive(done) {
  const { query } = place();
  const [state, code, error] = ["state", "code", "error"].map((name) => query.get(name) ?? "");
  if (!state || (!code && !error)) return;
  await go(hashOf("settings", "connections"), { replace: true });
  const path = `/connections/sign-in/${encodeURIComponent(state)}`;
  try {
    let answer = await api.send("POST", path, code ? { code } : { error });
    if (!answer.connection) {
      const account_id = await choose(answer.accounts);
      if (!account_id) return;
      answer = await api.send("POST", `${path}/account`, { account_id });
    }
    const { account_name, name } = answer.connection;
    toast(t("settings.connections.sign_in.done", { name: account_name || name }), { kind: "good", seconds: 8 });
  } catch (refused) {
    await say(explain(refused).text);
  }
  done();
}

/**
 * Ask which of several accounts it shall be; nothing is connected where the question is left.
 * @param {Account[]} accounts
 * @returns {Promise<string>}
 */
async function choose(accounts) {
  const chosen = await open(
    t("settings.connections.sign_in.choose"),
    (close) => html`
      <p>${t("settings.connections.sign_in.choose_text")}</p>
      <ul class="account-choice">
        ${accounts.map(
          ({ id, name, connected }) => html`
            <li><button class="button" ?disabled=${connected} @click=${() => close(id)}><strong><bdi>${name}</bdi></strong>
              <span class="muted">${connected ? t("settings.connections.sign_in.connected") : id}</span></button></li>`,
        )}
      </ul>
      <div class="buttons"><button class="button" @click=${() => close("")}>${t("dialog.cancel")}</button></div>`,
    { kind: "sign-in" },
  );
  return chosen ?? "";
}

/** Say why nothing was connected. @param {string} text */
function say(text) {
  return open(
    t("settings.connections.sign_in.failed"),
    (close) => html`
      <p>${text}</p>
      <div class="buttons"><button class="button primary" autofocus @click=${() => close()}>${t("settings.connections.sign_in.understood")}</button></div>`,
    { kind: "sign-in" },
  );
}

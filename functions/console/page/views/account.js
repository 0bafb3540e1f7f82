/** Two-step sign-in: an optional code from an authenticator app. Cognito keeps the secret. */

import { html, nothing, svg } from "lit-html";
import { encode } from "uqr";
import { config } from "../lib/config.js";
import * as dialogs from "../lib/dialogs.js";
import { accessToken, cognito, session } from "../lib/session.js";
import { slice } from "../lib/store.js";
import { t } from "../lib/texts.js";
import { failure } from "./failure.js";

/** @typedef {"unknown" | "off" | "begun" | "on"} Phase */

const MFA = "SOFTWARE_TOKEN_MFA";
const QUIET_ZONE = 4;

const account = slice("account", {
  /** @type {Phase} */
  phase: "unknown",
  /** The secret for the authenticator app, in letters and digits; kept no longer than the dialog. */
  secret: "",
  code: "",
  wrong: "",
  busy: false,
  /** @type {unknown} */
  error: null,
});

/** Show it, and let it be changed. */
export async function open() {
  account.change(() => ({ phase: "unknown", secret: "", code: "", wrong: "", busy: false, error: null }));
  look();
  await dialogs.open(t("account.second.title"), body, { kind: "account" });
  account.change(() => ({ secret: "", code: "" }));
}

async function look() {
  await asked(async (token) => {
    const user = await cognito("GetUser", { AccessToken: token });
    const on = (user.UserMFASettingList ?? []).includes(MFA);
    account.change(() => ({ phase: on ? "on" : "off" }));
  });
}

async function begin() {
  await asked(async (token) => {
    const { SecretCode } = await cognito("AssociateSoftwareToken", { AccessToken: token });
    account.change(() => ({ phase: "begun", secret: SecretCode, code: "", wrong: "" }));
  });
}

/** @param {Event} event */
async function confirm(event) {
  event.preventDefault();
  const UserCode = account.get().code.replace(/\s/g, "");
  await asked(async (token) => {
    try {
      await cognito("VerifySoftwareToken", { AccessToken: token, UserCode });
    } catch (error) {
      if (!(error instanceof Error) || !WRONG_CODE.has(error.name)) throw error;
      account.change(() => ({ wrong: t("account.second.wrong"), code: "" }));
      dialogs.announce(t("account.second.wrong"));
      return;
    }
    await prefer(token, true);
    account.change(() => ({ phase: "on", secret: "" }));
    dialogs.announce(t("account.second.on"));
  });
}

const WRONG_CODE = new Set(["EnableSoftwareTokenMFAException", "CodeMismatchException", "InvalidParameterException"]);

async function turnOff() {
  await asked(async (token) => {
    await prefer(token, false);
    account.change(() => ({ phase: "off" }));
  });
}

/**
 * @param {string} token
 * @param {boolean} on
 */
function prefer(token, on) {
  return cognito("SetUserMFAPreference", {
    AccessToken: token,
    SoftwareTokenMfaSettings: { Enabled: on, PreferredMfa: on },
  });
}

/** Ask Cognito something, one thing at a time. @param {(token: string) => Promise<void>} ask */
async function asked(ask) {
  account.change(() => ({ busy: true, error: null }));
  try {
    await ask(await accessToken());
  } catch (error) {
    account.change(() => ({ error }));
  } finally {
    account.change(() => ({ busy: false }));
  }
}

function body() {
  const { phase, busy, error } = account.get();
  if (error) return failure(error, look);
  if (phase === "unknown") return html`<div class="waiting" aria-label=${t("shell.loading")}></div>`;
  if (phase === "begun") return setUp();
  const on = phase === "on";
  return html`
    <p>${t(on ? "account.second.on" : "account.second.off")}</p>
    <div class="buttons">
      <button class="button ${on ? "" : "primary"}" ?disabled=${busy} @click=${on ? turnOff : begin}>
        ${t(on ? "account.second.turn_off" : "account.second.begin")}
      </button>
    </div>`;
}

function setUp() {
  const { secret, code, wrong, busy } = account.get();
  return html`
    <form class="second-factor" @submit=${confirm}>
      <p>${t("account.second.scan")}</p>
      ${drawn(address(secret))}
      <details>
        <summary>${t("account.second.by_hand")}</summary>
        <code>${secret.match(/.{1,4}/g)?.join(" ")}</code>
      </details>
      <div class="field">
        <label for="second-code">${t("account.second.code")}</label>
        <input class="input" id="second-code" inputmode="numeric" autocomplete="one-time-code" maxlength="7" required
          aria-describedby="second-wrong" aria-invalid=${wrong ? "true" : "false"} .value=${code} @input=${type}>
        <span class="wrong" id="second-wrong">${wrong || nothing}</span>
      </div>
      <div class="buttons">
        <button class="button primary" ?disabled=${busy}>${t("account.second.confirm")}</button>
      </div>
    </form>`;
}

/** @param {Event} event */
function type(event) {
  const { value } = /** @type {HTMLInputElement} */ (event.target);
  account.change(() => ({ code: value, wrong: "" }));
}

/** Return the address that an authenticator app reads: whose secret it is, and for what. @param {string} secret */
export function address(secret) {
  const label = `${config.brand}:${session.get().claims?.email ?? ""}`;
  const query = new URLSearchParams({ secret, issuer: config.brand });
  return `otpauth://totp/${encodeURIComponent(label)}?${query}`;
}

/** A QR code, dark on light in every theme: cameras know no other. @param {string} text */
function drawn(text) {
  const { data, size } = encode(text, { border: QUIET_ZONE });
  const modules = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return html`<svg class="qr" role="img" aria-label=${t("account.second.picture")} viewBox="0 0 ${size} ${size}">${svg`<path d=${modules.join("")}/>`}</svg>`;
}

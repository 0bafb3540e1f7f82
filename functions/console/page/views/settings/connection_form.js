/** The forms of a connection: which channel, and what it asks for. Secrets are written here and never read. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { announce, open, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { glyph } from "../../lib/glyphs.js";
import { icon } from "../../lib/icons.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { focusOn } from "../../lib/typed_ahead.js";
import * as adminLists from "../../state/admin_lists.js";
import * as guides from "../../state/guides.js";
import * as form from "./form.js";
import { besideGuide } from "./guides.js";
import * as signIn from "./sign_in.js";

/** @typedef {import("../../lib/schemas.js").Connection} Connection */

/**
 * @typedef {{name: string, label: string, hint: string | null, required: boolean, chosen: boolean}} Field
 * @typedef {{name: string, label: string, on_request: boolean, account: Field | null, secrets: Field[], options: Field[],
 *   signing_secret: string | null, webhook: {pattern: string, by_hand: boolean} | null, polls: boolean, renews: boolean, document: string,
 *   sign_in: {secrets: Field[], options: Field[]} | null, lead: string | null}} Channel
 * @typedef {{name: string, team: string, account_id: string, account_name: string, rotate: boolean,
 *   secrets: Record<string, string>, options: Record<string, string>}} Draft
 */

const RANDOM_BYTES = 24;

/** @type {Draft} */
const EMPTY = { name: "", team: "", account_id: "", account_name: "", rotate: false, secrets: {}, options: {} };
const part = slice("settings.connections.form", {
  /** @type {Channel | null} What a new account is connected on. */
  chosen: null,
  draft: EMPTY,
  /** The secrets are entered here, though the platform has a sign-in. */
  byHand: false,
  busy: false,
  wrong: "",
  /** @type {string[]} Secrets that were made up here, and may be seen until the form is closed. */
  made: [],
});

/** @param {Partial<Draft>} changed */
function change(changed) {
  part.change(({ draft }) => ({ draft: { ...draft, ...changed }, wrong: "" }));
}

/**
 * Change one of the secrets or options. Several fields can be filled before the next frame draws, as a password manager
 * does, so what was drawn may not be what is.
 * @param {"secrets" | "options"} group
 * @param {string} name
 * @param {string} value
 */
function changeOne(group, name, value) {
  change({ [group]: { ...part.get().draft[group], [name]: value } });
}

/** @param {Partial<Draft>} draft */
function begin(draft) {
  part.change(() => ({ draft: { ...EMPTY, ...draft }, byHand: false, busy: false, wrong: "", made: [], chosen: null }));
  signIn.reset();
}

/**
 * Choose a channel and connect an account on it; says whether one was. It is one dialog, so that the agent who leaves it is
 * where the button is.
 * @param {Channel[]} channels
 * @returns {Promise<boolean>}
 */
export async function connect(channels) {
  begin({});
  const body = (/** @type {(value?: any) => void} */ close) => {
    const { chosen } = part.get();
    return chosen ? newForm(chosen, close) : choice(channels);
  };
  const done = await open(t("settings.connections.connect"), body, { wide: true, kind: "connect" });
  begin({});
  return done === true;
}

/** @param {Channel} chosen */
function choose(chosen) {
  begin({ team: form.teamName(), name: chosen.name });
  part.change(() => ({ chosen }));
  guides.open(chosen.name);
  announce(t("settings.connections.connect_to", { channel: chosen.label }));
  focusOn(() => document.getElementById("connect-name"));
}

/**
 * Give a connection new secrets or settings; says whether it got them.
 * @param {Channel} channel
 * @param {Connection} connection
 * @returns {Promise<boolean>}
 */
export async function renew(channel, connection) {
  begin({ account_name: connection.account_name, options: { ...connection.options } });
  guides.open(channel.name);
  const title = t("settings.connections.renew_of", { name: connection.account_name || connection.name });
  const done = await open(title, (close) => renewForm(channel, connection, close), { wide: true, kind: "connect" });
  begin({});
  return done === true;
}

/** @param {Channel[]} channels */
function choice(channels) {
  const sorted = channels.toSorted((one, other) => one.label.localeCompare(other.label));
  const group = (/** @type {Channel[]} */ list) => html`
    <ul class="channel-choice">
      ${list.map((channel) => html`<li><button class="button" @click=${() => choose(channel)}>${glyph(channel.name)}<span><strong>${channel.label}</strong>${channel.lead ? html`<span class="muted">${channel.lead}</span>` : nothing}</span></button></li>`)}
    </ul>`;
  const contract = sorted.filter((channel) => channel.on_request);
  return html`
    <p>${t("settings.connections.choose")}</p>
    ${group(sorted.filter((channel) => !channel.on_request))}
    ${contract.length ? html`<h3>${t("settings.connections.by_contract")}</h3><p class="muted">${t("settings.connections.by_contract_text")}</p>${group(contract)}` : nothing}`;
}

/**
 * @param {Channel} channel
 * @param {(value?: any) => void} close
 */
function newForm(channel, close) {
  const fields = channel.sign_in && !part.get().byHand ? signInForm : secretsForm;
  return besideGuide(
    channel.name,
    html`
    <h3>${t("settings.connections.connect_to", { channel: channel.label })}</h3>
    ${channel.lead ? html`<p>${channel.lead}</p>` : nothing}
    ${documentOf(channel)}
    ${fields(channel, close)}`,
  );
}

/**
 * @param {Channel} channel
 * @param {(value?: any) => void} close
 */
function signInForm(channel, close) {
  const { secrets, options } = channel.sign_in ?? { secrets: [], options: [] };
  const byHand = () => {
    part.change(() => ({ byHand: true }));
    focusOn(() => document.getElementById("connect-name"));
  };
  return signIn.form({
    label: channel.label,
    hasApp: secrets.length > 0,
    fields: html`${naming(channel)}${options.map(option)}${secrets.map((field) => secret(field, true))}`,
    more: html`${delivery(channel, addressOf(channel, part.get().draft.name))}${more(channel, true, [...options, ...secrets])}`,
    wanted: () => newBody(channel),
    byHand,
    close,
  });
}

/**
 * @param {Channel} channel
 * @param {(value?: any) => void} close
 */
function secretsForm(channel, close) {
  const { draft } = part.get();
  const ofAccount = channel.account ? { account_id: draft.account_id, account_name: draft.account_name } : {};
  const send = () => submit("POST", "/connections", { ...newBody(channel), ...ofAccount }, close);
  return html`
    <form class="connect-form" @submit=${(/** @type {Event} */ event) => form.prevented(event, send)}>
      ${naming(channel)}
      ${channel.account ? account(channel.account, draft) : nothing}
      ${channel.options.filter(({ required }) => required).map(option)}
      ${channel.secrets.filter(({ required }) => required).map((field) => secret(field, true))}
      ${delivery(channel, addressOf(channel, draft.name))}
      ${more(channel, true)}
      ${foot(t("settings.connections.do_connect"), close)}
    </form>`;
}

/** Return the fields of every new connection: its name, and its team. @param {Channel} channel */
function naming(channel) {
  const { draft } = part.get();
  const teams = adminLists.teams().map((team) => [team.name, adminLists.labelOf(team)]);
  const named = (/** @type {string} */ name) => change({ name });
  const name = form.input("connect-name", draft.name, named, { hint: "name", required: true, maxlength: 63 });
  const hint = t(channel.webhook ? "settings.connections.name_hint" : "settings.connections.name_hint_alone");
  return html`
    ${form.field("connect-name", t("settings.connections.name"), name, { hint })}
    ${form.field(
      "connect-team",
      t("settings.connections.team"),
      form.select("connect-team", draft.team, teams, (team) => change({ team }), { required: true }),
    )}`;
}

/** Return what a new connection is made of, beside its account. @param {Channel} channel */
function newBody(channel) {
  const { draft } = part.get();
  return {
    channel: channel.name,
    name: draft.name.trim(),
    secrets: filled(draft.secrets),
    options: filled(draft.options),
    team: draft.team,
  };
}

/**
 * @param {Channel} channel
 * @param {Connection} connection
 * @param {(value?: any) => void} close
 */
function renewForm(channel, connection, close) {
  const { draft } = part.get();
  const changed = Object.entries(draft.options).filter(([name, value]) => value !== (connection.options[name] ?? ""));
  const secrets = filled(draft.secrets);
  const body = () => ({
    secrets,
    options: Object.fromEntries(changed),
    ...(draft.rotate && channel.signing_secret && secrets[channel.signing_secret] ? { rotation: "begin" } : {}),
  });
  const path = `/connections/${encodeURIComponent(connection.channel)}/${encodeURIComponent(connection.name)}`;
  const send = () => {
    if (Object.keys(secrets).length || changed.length) return submit("PATCH", path, body(), close);
    return close(false);
  };
  const signing = channel.secrets.find(({ name }) => name === channel.signing_secret);
  return besideGuide(
    channel.name,
    html`
    <p>${t("settings.connections.renew_lead")}</p>
    ${documentOf(channel)}
    <form class="connect-form" @submit=${(/** @type {Event} */ event) => form.prevented(event, send)}>
      ${channel.options.filter(({ required }) => required).map(option)}
      ${channel.secrets.filter(({ required }) => required).map((field) => secret(field, false))}
      ${signing ? form.toggle("connect-rotate", t("settings.connections.rotate", { name: signing.label }), draft.rotate, (rotate) => change({ rotate }), t("settings.connections.rotate_hint")) : nothing}
      ${delivery(channel, connection.webhook?.url ?? addressOf(channel, connection.name))}
      ${more(channel, false)}
      ${foot(t("settings.connections.do_renew"), close)}
    </form>`,
  );
}

/** Return where a channel's guide is, if it does not come with the page. @param {Channel} channel */
function documentOf(channel) {
  if (guides.find(channel.name)) return nothing;
  return html`<p class="muted">${t("settings.connections.document", { path: channel.document })}</p>`;
}

/**
 * Return the field for the account, where the platform has to be told.
 * @param {Field} field
 * @param {Draft} draft
 */
function account({ label, hint }, draft) {
  const id = "connect-account";
  const changed = (/** @type {string} */ account_id) => change({ account_id });
  return html`
    ${form.field(id, label, form.input(id, draft.account_id, changed, { hint: hint ?? "", required: true }), { hint: hint ?? "" })}
    ${form.field(
      "connect-account-name",
      t("settings.connections.account_name"),
      form.input("connect-account-name", draft.account_name, (account_name) => change({ account_name })),
    )}`;
}

/**
 * A secret. One that was made up here may be seen, as the platform has to be told.
 * @param {Field} field
 * @param {boolean} fresh
 */
function secret(field, fresh) {
  const { draft, made } = part.get();
  const id = `connect-${field.name}`;
  const changed = (/** @type {string} */ value) => changeOne("secrets", field.name, value);
  const seen = made.includes(field.name);
  const hint = [fresh ? "" : t("settings.connections.as_it_is"), field.hint ?? ""].filter(Boolean).join(" ");
  return html`
    ${form.field(
      id,
      field.label,
      form.input(id, draft.secrets[field.name] ?? "", changed, {
        type: seen ? "text" : "password",
        hint: hint ? "secret" : "",
        required: fresh && field.required,
        maxlength: 4000,
      }),
      { hint },
    )}
    ${field.chosen ? html`<div class="row-actions"><button type="button" class="button slight" @click=${() => makeUp(field)}>${icon("refresh")}${t("settings.connections.make_up")}</button></div>` : nothing}`;
}

/** @param {Field} field */
function makeUp({ name, label }) {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  const value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  part.change(({ draft, made }) => ({
    draft: { ...draft, secrets: { ...draft.secrets, [name]: value } },
    made: [...made, name],
  }));
  announce(t("settings.connections.made_up", { name: label }));
}

/**
 * Return where the platform delivers, and who registers that.
 * @param {Channel} channel
 * @param {string} url
 */
function delivery({ webhook, polls }, url) {
  if (!webhook)
    return html`<p class="muted">${t(polls ? "settings.connections.polls" : "settings.connections.otherwise")}</p>`;
  return html`
    <div class="field">
      <span class="label">${t("settings.connections.webhook")}</span>
      <div class="stored-address"><code class="webhook-url">${url}</code>
        <button type="button" class="button slight" @click=${() => copy(url)}>${icon("copy")}${t("settings.connections.copy")}</button></div>
      <span class="hint">${t(webhook.by_hand ? "settings.connections.by_hand" : "settings.connections.tells")}</span>
    </div>`;
}

/**
 * @param {Channel} channel
 * @param {string} name
 */
function addressOf({ webhook }, name) {
  return webhook?.pattern.replace("{connection}", name.trim() || "…") ?? "";
}

/** @param {string} text */
async function copy(text) {
  await navigator.clipboard.writeText(text);
  toast(t("settings.connections.copied"), { kind: "good" });
}

/**
 * A setting.
 * @param {Field} field
 */
function option({ name, label, hint, required }) {
  const { draft } = part.get();
  const id = `connect-option-${name}`;
  const changed = (/** @type {string} */ value) => changeOne("options", name, value);
  const hintText = hint ?? "";
  const control = form.input(id, draft.options[name] ?? "", changed, { hint: hintText, required, maxlength: 1000 });
  return form.field(id, label, control, { hint: hintText });
}

/**
 * Return the rarely needed fields: optional secrets, and settings; without those that are shown above.
 * @param {Channel} channel
 * @param {boolean} fresh
 * @param {Field[]} above
 */
function more(channel, fresh, above = []) {
  const shown = above.map(({ name }) => name);
  const secrets = channel.secrets.filter(({ name, required }) => !required && !shown.includes(name));
  const options = channel.options.filter(({ name, required }) => !required && !shown.includes(name));
  if (!secrets.length && !options.length) return nothing;
  return html`
    <details class="connect-more">
      <summary>${t("settings.connections.more")}</summary>
      <div class="connect-form">${secrets.map((field) => secret(field, fresh))}${options.map(option)}</div>
    </details>`;
}

/**
 * @param {string} action
 * @param {(value?: any) => void} close
 */
function foot(action, close) {
  const { busy, wrong } = part.get();
  return html`
    ${wrong ? html`<p class="wrong" role="alert" tabindex="-1">${icon("alert")}<span>${wrong}</span></p>` : nothing}
    <div class="buttons">
      <button type="button" class="button" @click=${() => close(false)}>${t("dialog.cancel")}</button>
      <button class="button primary" ?disabled=${busy}>${busy ? t("settings.connections.trying") : action}</button>
    </div>`;
}

/**
 * @param {"POST" | "PATCH"} method
 * @param {string} path
 * @param {object} body
 * @param {(value?: any) => void} close
 */
async function submit(method, path, body, close) {
  part.change(() => ({ busy: true, wrong: "" }));
  try {
    await api.send(method, path, body);
    close(true);
  } catch (error) {
    part.change(() => ({ busy: false, wrong: explain(error).text }));
  }
}

/** @param {Record<string, string>} pairs */
function filled(pairs) {
  return Object.fromEntries(Object.entries(pairs).filter(([, value]) => value.trim()));
}

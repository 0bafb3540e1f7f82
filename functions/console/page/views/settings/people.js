/** People: who works here, with which role and in which teams; invited, switched off and removed by administrators. */

import { html, nothing } from "lit-html";
import { changesOf, ROLES, roleOf } from "../../lib/accounts.js";
import { confirm, open, toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import * as session from "../../lib/session.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import * as state from "../../state/people.js";
import { empty, failure } from "../failure.js";
import * as form from "./form.js";

/** @typedef {import("../../lib/schemas.js").AgentAccount} AgentAccount */

export function enter() {
  if (session.is("admin")) state.load();
}

export function leave() {
  state.close();
}

export function template() {
  if (!session.is("admin")) {
    return html`${form.head("people")}${empty("private", t("settings.people.forbidden.title"), t("settings.people.forbidden.text"))}`;
  }
  const invite = html`<button class="button primary" @click=${() => edit(null)}>${icon("plus")}${t("settings.people.invite")}</button>`;
  return html`${form.head("people", invite)}${list()}`;
}

function list() {
  const { accounts, error } = state.people.get();
  if (error) return failure(error, state.load);
  if (!accounts) return form.skeleton();
  return html`<ul class="admin-card listing people">${accounts.map(row)}</ul>`;
}

/** @param {AgentAccount} account */
function row(account) {
  const role = roleOf(account);
  const facts = [
    role ? t(`settings.people.role.${role}`) : t("settings.people.no_role"),
    ...account.teams.map((team) => adminLists.teamLabel(team)),
  ];
  return html`
    <li class="person ${account.state}">
      <span class="list-sign">${icon("person")}</span>
      <span class="list-main">
        <strong dir="auto">${account.name || account.email}</strong>
        <span class="muted"><bdi>${account.email}</bdi> · ${facts.join(", ")}</span>
        ${account.state === "active" ? nothing : html`<span class="mark-word ${account.state === "off" ? "bad" : "warn"}">${icon(account.state === "off" ? "close" : "clock")}${t(`settings.people.state.${account.state}`)}</span>`}
      </span>
      <span class="buttons">
        ${account.state === "invited" ? html`<button class="button quiet" @click=${() => run(() => state.inviteAgain(account), t("settings.people.sent_again"))}>${t("settings.people.send_again")}</button>` : nothing}
        ${
          account.state === "off"
            ? html`<button class="button quiet" @click=${() => run(() => state.change(account, { active: true }), t("settings.people.switched_on"))}>${t("settings.people.switch_on")}</button>
                <button class="button quiet" @click=${() => remove(account)}>${t("settings.people.remove")}</button>`
            : html`<button class="button quiet" @click=${() => edit(account)}>${icon("edit")}${t("settings.people.edit")}</button>
                <button class="button quiet" @click=${() => switchOff(account)}>${t("settings.people.switch_off")}</button>`
        }
      </span>
    </li>`;
}

/** @param {AgentAccount} account */
async function switchOff(account) {
  const sure = await confirm({
    title: t("settings.people.switch_off_title", { name: account.name }),
    text: t("settings.people.switch_off_text"),
    action: t("settings.people.switch_off"),
    danger: true,
  });
  if (sure) run(() => state.change(account, { active: false }), t("settings.people.switched_off"));
}

/** @param {AgentAccount} account */
async function remove(account) {
  const sure = await confirm({
    title: t("settings.people.remove_title", { name: account.name }),
    text: t("settings.people.remove_text"),
    action: t("settings.people.remove"),
    danger: true,
  });
  if (sure) run(() => state.remove(account), t("settings.people.removed"));
}

/**
 * @param {() => Promise<void>} action
 * @param {string} done
 */
async function run(action, done) {
  try {
    await action();
    toast(done, { kind: "good" });
  } catch (error) {
    toast(explain(error).text, { kind: "bad" });
  }
}

/** Invite somebody, or change role and teams of an account. @param {AgentAccount | null} account */
async function edit(account) {
  const draft = {
    email: "",
    name: "",
    role: account ? roleOf(account) : "agent",
    teams: [...(account?.teams ?? [])],
  };
  let wrong = "";
  let busy = false;
  const save = async (/** @type {SubmitEvent} */ event, /** @type {(done?: boolean) => void} */ close) => {
    event.preventDefault();
    busy = true;
    schedule();
    try {
      if (!account)
        await state.invite({ email: draft.email, name: draft.name, groups: [draft.role], teams: draft.teams });
      else {
        const changed = changesOf(account, draft);
        if (changed) await state.change(account, changed);
      }
      close(true);
    } catch (error) {
      wrong = explain(error).text;
      busy = false;
      schedule();
    }
  };
  const title = account ? account.name || account.email : t("settings.people.invite_title");
  const saved = await open(
    title,
    (close) => html`
      <form class="stacked" @submit=${(/** @type {SubmitEvent} */ event) => save(event, close)}>
        ${account ? nothing : whoFields(draft)}
        ${form.field("person-role", t("settings.people.role"), roleSelect(draft, account), { hint: t("settings.people.role_hint") })}
        ${teamChoice(draft)}
        ${form.problem("person", wrong)}
        <div class="buttons">
          <button type="button" class="button" @click=${() => close()}>${t("dialog.cancel")}</button>
          <button class="button primary" ?disabled=${busy}>${account ? t("settings.save") : t("settings.people.send")}</button>
        </div>
      </form>`,
  );
  if (saved) toast(t(account ? "settings.people.saved" : "settings.people.invited"), { kind: "good" });
}

/** @param {{email: string, name: string}} draft */
function whoFields(draft) {
  const set = (/** @type {"email" | "name"} */ name) => (/** @type {string} */ value) => {
    draft[name] = value;
  };
  return html`
    ${form.field("person-name", t("settings.people.name"), form.input("person-name", draft.name, set("name"), { required: true, maxlength: 100 }))}
    ${form.field("person-email", t("settings.people.email"), form.input("person-email", draft.email, set("email"), { required: true, type: "email", hint: "email", maxlength: 254 }), { hint: t("settings.people.email_hint") })}`;
}

/** @param {{role: string}} draft @param {AgentAccount | null} account */
function roleSelect(draft, account) {
  const options = ROLES.map((role) => [role, t(`settings.people.role.${role}`)]);
  const all = draft.role ? options : [["", t("settings.people.no_role")], ...options];
  const choose = (/** @type {string} */ role) => {
    draft.role = role;
    schedule();
  };
  return form.select("person-role", draft.role, all, choose, {
    hint: "role",
    disabled: account?.directory,
    required: !account,
  });
}

/** @param {{teams: string[]}} draft */
function teamChoice(draft) {
  const toggle = (/** @type {string} */ name, /** @type {boolean} */ isMember) => {
    draft.teams = isMember ? [...draft.teams, name] : draft.teams.filter((team) => team !== name);
    schedule();
  };
  return html`
    <fieldset class="person-teams">
      <legend>${t("settings.people.teams")}</legend>
      ${adminLists.teams().map((team) => form.toggle(`person-team-${team.name}`, adminLists.labelOf(team), draft.teams.includes(team.name), (isMember) => toggle(team.name, isMember)))}
    </fieldset>`;
}

/** Teams: their names and members. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import * as api from "../../lib/api.js";
import { confirm, open, toast } from "../../lib/dialogs.js";
import { inWords } from "../../lib/durations.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { go, hashOf, place } from "../../lib/router.js";
import * as session from "../../lib/session.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { teamEditor } from "../../state/team_editor.js";
import * as customerFields from "./customer_fields.js";
import * as form from "./form.js";

/** @typedef {import("../../lib/schemas.js").Team} Team */

const editor = teamEditor("teams", [
  "label",
  "members",
  "members_only",
  "approve_offers",
  "signature",
  "assign",
  "release_after",
  "customer_fields",
]);

export function enter() {
  const team = place().query.get("team");
  if (team) editor.open(team);
  else editor.close();
  // The agents are read with each visit; without them, the rest of the page is still of use.
  adminLists.openAgents().catch(() => schedule());
}

export function leave() {
  editor.close();
}

export function template() {
  const team = place().query.get("team");
  return team ? one(team) : all();
}

// -- all of them --------------------------------------------------------------------------------------------------------

function all() {
  const admin = session.is("admin");
  return html`
    ${form.head("teams", admin ? html`<button class="button primary" @click=${create}>${icon("plus")}${t("settings.teams.new")}</button>` : nothing)}
    <ul class="admin-card listing">
      ${adminLists.teams().map(
        (team) => html`
          <li>
            <a class="list-row" href=${hashOf("settings", "teams", { team: team.name })}>
              <span class="list-sign">${icon("team")}</span>
              <span class="list-main"><strong dir="auto">${adminLists.labelOf(team)}</strong><span class="muted">${facts(team)}</span></span>
              <span class="list-on forward">${icon("back")}</span>
            </a>
          </li>`,
      )}
    </ul>`;
}

/** @param {import("../../state/admin_lists.js").Team} team */
function facts(team) {
  const target = team.targets?.first_response;
  const count = t("settings.teams.members_count", { n: team.members.length });
  const members = team.members_only ? `${count} · ${t("settings.teams.members_only")}` : count;
  return target ? `${members} · ${t("settings.teams.aims_at", { length: inWords(target) })}` : members;
}

async function create() {
  let label = "";
  let name = "";
  /** The name is made from the label until somebody writes one. */
  let own = false;
  let wrong = "";
  let busy = false;
  const save = async (/** @type {SubmitEvent} */ event, /** @type {(name?: string) => void} */ close) => {
    event.preventDefault();
    busy = true;
    schedule();
    try {
      await api.send("POST", "/teams", { name, label: label.trim() || null });
      await adminLists.refresh();
      close(name);
    } catch (error) {
      wrong = explain(error).text;
      busy = false;
      schedule();
    }
  };
  const created = await open(
    t("settings.teams.new"),
    (close) => html`
      <form class="stacked" @submit=${(/** @type {SubmitEvent} */ event) => save(event, close)}>
        ${form.field(
          "team-label",
          t("settings.teams.label"),
          form.input(
            "team-label",
            label,
            (value) => {
              label = value;
              if (!own) name = nameFrom(value);
              schedule();
            },
            { required: true, hint: "label", maxlength: 80 },
          ),
          { hint: t("settings.teams.label_hint") },
        )}
        ${form.field(
          "team-name",
          t("settings.teams.name"),
          form.input(
            "team-name",
            name,
            (value) => {
              name = value;
              own = true;
              schedule();
            },
            { required: true, hint: "name", wrong, maxlength: 50 },
          ),
          { hint: t("settings.teams.name_hint"), wrong },
        )}
        <div class="buttons">
          <button type="button" class="button" @click=${() => close()}>${t("dialog.cancel")}</button>
          <button class="button primary" ?disabled=${busy || !name}>${t("settings.teams.create")}</button>
        </div>
      </form>`,
  );
  if (created) {
    toast(t("settings.teams.created"), { kind: "good" });
    go(hashOf("settings", "teams", { team: created }));
  }
}

/** A name as it may stand in an address. @param {string} label */
export function nameFrom(label) {
  const german = label
    .toLowerCase()
    .replaceAll("ä", "ae")
    .replaceAll("ö", "oe")
    .replaceAll("ü", "ue")
    .replaceAll("ß", "ss");
  const plain = german.normalize("NFKD").replace(/\p{Mark}/gu, "");
  return plain
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 50);
}

// -- one of them --------------------------------------------------------------------------------------------------------

/** @param {string} team */
function one(team) {
  return html`
    <header class="tab-head">
      <a class="up" href=${hashOf("settings", "teams")}>${icon("back")}${t("settings.tab.teams")}</a>
      <div class="tab-title"><h1 dir="auto">${adminLists.teamLabel(team)}</h1></div>
    </header>
    ${form.shown(editor, (draft) => html`${named(draft)} ${membersOf(draft)} ${assignment(draft)} ${signatureOf(draft)} ${customerFields.template(editor, draft, nameFrom)} ${more(team)} ${form.saveBar(editor)}`)}`;
}

/** @param {Team} draft */
function named(draft) {
  return form.card(
    t("settings.teams.named"),
    form.field(
      "label",
      t("settings.teams.label"),
      form.input(
        "label",
        draft.label,
        (label) =>
          editor.change((draftTeam) => {
            draftTeam.label = label;
          }),
        { hint: "label", wrong: editor.wrong("label"), maxlength: 80 },
      ),
      { hint: t("settings.teams.label_hint"), wrong: editor.wrong("label") },
    ),
  );
}

/** @param {Team} draft */
function membersOf(draft) {
  const { agents: read } = adminLists.lists.get();
  const agents = read ?? [];
  const known = new Set(agents.map(({ id }) => id));
  const gone = draft.members.filter((/** @type {string} */ id) => !known.has(id));
  const shown = [...agents].sort((one, other) => one.name.localeCompare(other.name));
  return form.card(
    t("settings.teams.members"),
    html`
      <ul class="team-members">
        ${shown.map((agent) => member(draft, agent.id, agent.name, agent.email ?? ""))}
        ${gone.map((/** @type {string} */ id) => member(draft, id, read ? t("settings.teams.unknown_agent") : "…", id))}
      </ul>
      ${shown.length ? nothing : html`<p class="muted">${t("settings.teams.nobody_yet")}</p>`}
      ${form.problem("members", editor.wrong("members"))}
      ${toggle(draft, "members_only")} ${toggle(draft, "approve_offers")}`,
    t("settings.teams.members_lead"),
  );
}

/**
 * @param {Team} draft
 * @param {"members_only" | "approve_offers"} field
 */
function toggle(draft, field) {
  const set = (/** @type {boolean} */ on) =>
    editor.change((draftTeam) => {
      draftTeam[field] = on;
    });
  const id = field.replace("_", "-");
  return form.toggle(id, t(`settings.teams.${field}`), draft[field], set, t(`settings.teams.${field}_hint`));
}

/**
 * @param {Team} draft
 * @param {string} id
 * @param {string} name
 * @param {string} email
 */
function member(draft, id, name, email) {
  const is = draft.members.includes(id);
  const change = (/** @type {any} */ event) =>
    editor.change((draftTeam) => {
      const others = draftTeam.members.filter((/** @type {string} */ other) => other !== id);
      draftTeam.members = event.target.checked ? [...others, id] : others;
    });
  return html`
    <li>
      <label class="team-member">
        <input type="checkbox" .checked=${live(is)} @change=${change}>
        <span class="list-main"><bdi>${name}</bdi><span class="muted">${email}</span></span>
      </label>
    </li>`;
}

/** @param {Team} draft */
function signatureOf(draft) {
  const write = (/** @type {"en" | "de"} */ language) => (/** @type {any} */ event) =>
    editor.change((draftTeam) => {
      draftTeam.signature = { ...draftTeam.signature, [language]: event.target.value };
    });
  return form.card(
    t("settings.teams.signature"),
    html`${
      /** @type {const} */ (["en", "de"]).map((language) =>
        form.field(
          `signature-${language}`,
          t(`language.${language}`),
          html`<textarea class="input" id="signature-${language}" rows="3" lang=${language} dir="auto" maxlength="1000"
          .value=${live(draft.signature?.[language] ?? "")} @input=${write(language)}></textarea>`,
        ),
      )
    }${form.problem("signature", editor.wrong("signature"))}`,
    t("settings.teams.signature_lead"),
  );
}

/** Rules by which conversations come to agents, and go back. @param {Team} draft */
function assignment(draft) {
  const change = (/** @type {Partial<Team>} */ changes) =>
    editor.change((draftTeam) => {
      Object.assign(draftTeam, changes);
    });
  return form.card(
    t("settings.teams.assignment"),
    html`
      ${form.toggle(
        "assign",
        t("settings.teams.assign"),
        draft.assign === "round_robin",
        (on) => change({ assign: on ? "round_robin" : "" }),
        t("settings.teams.assign_hint"),
      )}
      ${form.toggle(
        "release",
        t("settings.teams.release"),
        Boolean(draft.release_after),
        (on) => change({ release_after: on ? "PT1H" : "" }),
        t("settings.teams.release_hint"),
      )}
      ${
        draft.release_after
          ? form.duration("release-after", draft.release_after, (release_after) => change({ release_after }), {
              units: ["minute", "hour"],
              label: t("settings.teams.release_after"),
              wrong: editor.wrong("release_after"),
            })
          : nothing
      }`,
    t("settings.teams.assignment_lead"),
  );
}

/** @param {string} team */
function more(team) {
  const links = ["hours", "asking", "templates", "notices"];
  return html`
    ${form.card(
      t("settings.teams.more"),
      html`<ul class="team-links">${links.map((tab) => html`<li><a href=${hashOf("settings", tab, { team })}>${t(`settings.tab.${tab}`)}</a></li>`)}</ul>`,
    )}
    ${session.is("admin") && adminLists.teams().length > 1 ? html`<div class="row-actions"><button class="button quiet-danger" @click=${() => remove(team)}>${icon("trash")}${t("settings.teams.delete")}</button></div>` : nothing}`;
}

/** @param {string} team */
async function remove(team) {
  const agreed = await confirm({
    title: t("settings.teams.delete_title", { team: adminLists.teamLabel(team) }),
    text: t("settings.teams.delete_text"),
    action: t("settings.teams.delete"),
    danger: true,
  });
  if (!agreed) return;
  try {
    await api.send("DELETE", `/teams/${encodeURIComponent(team)}`);
    editor.close();
    await adminLists.refresh();
    toast(t("settings.teams.deleted"), { kind: "good" });
    go(hashOf("settings", "teams"));
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 12 });
  }
}

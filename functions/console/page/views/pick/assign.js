/** Picker of an assignee: the agent, nobody, a colleague, another team; with an optional note. */

import { html, nothing } from "lit-html";
import { offered } from "../../lib/agent_order.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { focusOn } from "../../lib/typed_ahead.js";
import * as load from "../../state/colleague_load.js";
import { colleagues, initials, myId, workspace } from "../../state/workspace.js";
import { Chooser, openPick } from "./dialog.js";

/** @typedef {import("../../state/bulk_actions.js").Assignment} Assignment */

/**
 * Ask who takes it. `now` is how it is; the note is left out for many at once.
 * @param {Element | null | undefined} anchor what opened it
 * @param {{assignee?: {id: string | null} | null, team?: string, withNote?: boolean}} [now]
 * @returns {Promise<Assignment | undefined>}
 */
export function openAssign(anchor, { assignee = null, team = "", withNote = true } = {}) {
  return openPick(anchor, t("pick.assign.title"), body({ assignee: assignee?.id ?? "", team, withNote }));
}

/**
 * @param {{assignee: string, team: string, withNote: boolean}} now
 * @returns {(close: (value?: Assignment) => void) => unknown}
 */
function body(now) {
  /** @type {Assignment | null} */
  let taken = null;
  let note = "";
  let problem = "";
  /** @type {(value?: Assignment) => void} */
  let done = () => {};
  const chooser = new Chooser({
    placeholder: t("pick.assign.placeholder"),
    none: t("pick.assign.none"),
    choices: () => choicesOf(now),
    take: (id) => {
      taken = assignmentOf(id);
      if (!now.withNote || !noting) done(taken);
      else schedule();
    },
  });
  let noting = false;
  colleagues().catch((error) => {
    problem = explain(error).text;
    schedule();
  });
  load.read();
  const write = () => {
    noting = true;
    schedule();
    focusOn(() => document.getElementById(`${chooser.id}-note`));
  };
  const hand = () => {
    if (!taken) return;
    const mentions = taken.assignee && taken.assignee !== myId() ? [taken.assignee] : [];
    done(note.trim() ? { ...taken, note: note.trim(), mentions } : taken);
  };
  const type = (/** @type {Event} */ event) => {
    note = /** @type {HTMLTextAreaElement} */ (event.target).value;
    schedule();
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) hand();
  };
  return (close) => {
    done = close;
    return html`
      ${taken && noting ? html`<p class="pick-taken">${t("pick.assign.to", { who: taken.label })}</p>` : nothing}
      ${chooser.template()}
      ${problem ? html`<p class="pick-none" role="alert">${problem}</p>` : nothing}
      ${now.withNote && !noting ? html`<button class="pick-more" @click=${write}>${icon("note")}${t("pick.assign.add_note")}</button>` : nothing}
      ${
        noting
          ? html`
            <div class="pick-note">
              <label for="${chooser.id}-note">${t("pick.assign.note")}</label>
              <textarea id="${chooser.id}-note" class="input" rows="3" dir="auto" .value=${note} @input=${type} @keydown=${press}></textarea>
              <button class="button primary" ?disabled=${!taken} @click=${hand}>${t("pick.assign.submit")}</button>
            </div>`
          : nothing
      }`;
  };
}

/**
 * @param {{assignee: string, team: string}} now
 * @returns {import("./dialog.js").Choice[]}
 */
function choicesOf(now) {
  const { agents, teams } = workspace.get();
  const me = myId();
  const others = agents.filter(({ id }) => id !== me && id !== now.assignee);
  const current = agents.find(({ id }) => id === now.assignee && id !== me);
  return [
    ...(now.assignee === me ? [] : [{ id: "a:me", label: t("pick.assign.me"), sign: sign("person") }]),
    ...(now.assignee ? [{ id: "a:", label: t("pick.assign.nobody"), sign: sign("close") }] : []),
    ...(current ? [{ ...choiceOf(current), hint: t("pick.assign.now") }] : []),
    ...offered(others, load.loads.get().items).map(({ agent, presence, status }) => {
      const choice = choiceOf(agent);
      return { ...choice, hint: [choice.hint, hintOf(presence, status)].filter(Boolean).join(" · ") };
    }),
    ...teams
      .filter(({ name }) => name !== now.team)
      .map(({ name, label }) => ({
        id: `t:${name}`,
        label: label || name,
        group: t("pick.assign.teams"),
        sign: sign("team"),
      })),
  ];
}

/**
 * Return whether somebody is here, and how much they hold.
 * @param {import("../../lib/agent_order.js").Presence} presence
 * @param {import("../../lib/schemas.js").AgentStatus | undefined} status
 */
function hintOf(presence, status) {
  const word = t(`pick.assign.${presence}`);
  if (status?.held === undefined) return word;
  const { held, capacity } = status;
  const open = capacity ? t("pick.assign.open_of", { held, capacity }) : t("pick.assign.open", { held });
  return `${word} · ${open}`;
}

/** @param {import("../../state/workspace.js").Agent} agent */
function choiceOf({ id, name, email = "" }) {
  const circle = html`<span class="avatar" aria-hidden="true">${initials(name)}</span>`;
  // Two of one name are told apart by their addresses.
  const twice = workspace.get().agents.filter((agent) => agent.name === name).length > 1;
  return { id: `a:${id}`, label: name, hint: twice ? email : "", group: t("pick.assign.people"), sign: circle };
}

/** @param {Parameters<typeof icon>[0]} name */
function sign(name) {
  return html`<span class="pick-sign">${icon(name)}</span>`;
}

/** @param {string} choice @returns {Assignment} */
function assignmentOf(choice) {
  const id = choice.slice(2);
  if (choice.startsWith("t:")) {
    const team = workspace.get().teams.find(({ name }) => name === id);
    return { assignee: null, team: id, label: team?.label || id };
  }
  if (!id) return { assignee: null, label: t("pick.assign.nobody") };
  if (id === "me") return { assignee: myId(), label: t("pick.assign.me") };
  return { assignee: id, label: workspace.get().agents.find((agent) => agent.id === id)?.name ?? id };
}

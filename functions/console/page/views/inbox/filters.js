/** Filters of the list: status, assignee, and everything else behind one button. All of them stand in the address. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { open } from "../../lib/dialogs.js";
import { day, number } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { go } from "../../lib/router.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { addressWith, inbox, STATUSES } from "../../state/inbox.js";
import { betweenDays, daysOf, toggled, valuesOf } from "../../state/list_filters.js";
import { channelLabel, colleagues, initials, me, myId, teamLabel, workspace } from "../../state/workspace.js";
import { Chooser, openPick } from "../pick/dialog.js";
import { viewsAndOrder } from "./views_and_order.js";

/** @typedef {import("../../state/inbox.js").Filters} Filters */

/** Days of the filter by time. */
const DAYS = [1, 7, 30];
/** Choice of days on a calendar. */
const CALENDAR = "calendar";

/** Return the tabs of the statuses. */
export function tabs() {
  const { filters, counts } = inbox.get();
  return html`
    <nav class="tabs" aria-label=${t("inbox.status")}>
      ${STATUSES.map(
        (status) => html`
          <a class="tab" href=${addressWith({ status })} aria-current=${filters.status === status ? "page" : nothing}>
            ${t(`inbox.status.${status}`)}${status === "open" ? badge(counts?.open, "tab-count") : nothing}
          </a>`,
      )}
    </nav>`;
}

/** Return a count, as far as the API counted. @param {number | undefined} count @param {string} shape */
function badge(count, shape) {
  if (!count) return nothing;
  const complete = inbox.get().counts?.complete !== false;
  return html`<span class=${shape}>${complete ? number(count) : t("inbox.most", { n: number(count) })}</span>`;
}

/** @type {{text: string, filter: Partial<Filters>, count?: string}[]} */
const QUICK = [
  { text: "filter.mine", filter: { assignee: "me" }, count: "mine" },
  { text: "filter.unassigned", filter: { assignee: "none" }, count: "unassigned" },
  { text: "filter.unread", filter: { unread: "true" } },
  { text: "filter.not_read", filter: { read: "false" } },
];

/** The filters that everybody uses, the others that are set, and the way to more. */
export function chips() {
  return html`
    <div class="chips" role="group" aria-label=${t("filter.title")}>
      ${QUICK.map(quick)}
      ${viewsAndOrder()}
      ${others().map(
        ({ label, filter }) => html`
          <a class="chip on" href=${addressWith(filter)}><span class="unseen">${t("filter.without")} </span><bdi>${label}</bdi>${icon("close")}</a>`,
      )}
      <button class="chip more" aria-haspopup="dialog" aria-label=${t("filter.more")} title=${t("filter.more")} @click=${openFilters}>${icon("filter")}</button>
    </div>`;
}

/** @param {typeof QUICK[number]} chip */
function quick({ text, filter, count = "" }) {
  const { filters, counts } = inbox.get();
  const [[name, value]] = Object.entries(filter);
  const on = filters[/** @type {keyof Filters} */ (name)] === value;
  const counted =
    count && filters.status === "open"
      ? badge(counts?.[/** @type {"mine" | "unassigned"} */ (count)], "chip-count")
      : nothing;
  return html`
    <button class="chip ${on ? "on" : ""}" aria-pressed=${on} @click=${() => go(addressWith(on ? { [name]: "" } : filter))}>${t(text)}${counted}</button>`;
}

/**
 * List the filters that are set and have no chip of their own.
 * @returns {{label: string, filter: Partial<Filters>}[]}
 */
function others() {
  const { team, channel, tag, assignee, mentioned, visibility, days, since, until } = inbox.get().filters;
  const colleague = assignee && !["me", "none"].includes(assignee);
  return [
    ...(mentioned ? [{ label: t("filter.mentioned"), filter: { mentioned: "" } }] : []),
    ...(team ? [{ label: teamLabel(team), filter: { team: "" } }] : []),
    ...valuesOf(channel).map((each) => ({ label: channelLabel(each), filter: { channel: toggled(channel, each) } })),
    ...valuesOf(tag).map((each) => ({ label: each, filter: { tag: toggled(tag, each) } })),
    ...(visibility ? [{ label: t(`visibility.${visibility}`), filter: { visibility: "" } }] : []),
    ...(days ? [{ label: t("filter.days", { n: Number(days) }), filter: { days: "" } }] : []),
    ...(since || until ? [{ label: rangeOf({ since, until }), filter: { since: "", until: "" } }] : []),
    ...(colleague ? [{ label: agentName(assignee), filter: { assignee: "" } }] : []),
  ];
}

/** Return days in words; both ends are included. @param {{since: string, until: string}} filters */
function rangeOf({ since, until }) {
  const last = until && day(new Date(Date.parse(until) - 1).toISOString());
  if (!since) return t("filter.until", { day: last });
  return until ? t("filter.between", { from: day(since), to: last }) : t("filter.since", { day: day(since) });
}

/** @param {string} id */
function agentName(id) {
  return workspace.get().agents.find((agent) => agent.id === id)?.name ?? t("filter.colleague");
}

/** Toggle between the agent's own conversations and all. */
export function toggleMine() {
  go(addressWith({ assignee: inbox.get().filters.assignee === "me" ? "" : "me" }));
}

/** @param {Event} event */
async function openFilters(event) {
  const anchor = /** @type {Element} */ (event.currentTarget);
  /** @type {string[]} */
  let tags = [];
  tagsInUse().then((inUse) => {
    tags = inUse;
    schedule();
  });
  // Without colleagues there is still everything else to choose.
  colleagues().catch(() => {});
  const chooser = new Chooser({ placeholder: t("filter.placeholder"), choices: () => choicesOf(tags), take: () => {} });
  const chosen = await openPick(anchor, t("filter.title"), (close) => {
    chooser.take = close;
    return chooser.template();
  });
  if (chosen === CALENDAR) openDays();
  else if (chosen) go(addressWith(JSON.parse(chosen)));
}

/** Choose a first and a last day. */
async function openDays() {
  const chosen = daysOf(inbox.get().filters);
  const field = (/** @type {"from" | "to"} */ name) => html`
    <div class="field">
      <label for="days-${name}">${t(`filter.${name}`)}</label>
      <input class="input" type="date" id="days-${name}" .value=${chosen[name]} min=${name === "to" ? chosen.from : ""} @change=${(
        /** @type {any} */ event,
      ) => {
        chosen[name] = event.target.value;
        schedule();
      }}>
    </div>`;
  const isDone = await open(
    t("filter.choose_days"),
    (close) => html`
      <form class="stacked" @submit=${(/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        close(true);
      }}>
        ${field("from")} ${field("to")}
        <div class="buttons">
          <button type="button" class="button" @click=${() => close()}>${t("dialog.cancel")}</button>
          <button class="button primary">${t("filter.apply")}</button>
        </div>
      </form>`,
  );
  if (isDone) go(addressWith(betweenDays(chosen.from, chosen.to)));
}

/** @param {string[]} tags @returns {import("../pick/dialog.js").Choice[]} */
function choicesOf(tags) {
  const { agents, teams, me: own } = workspace.get();
  const people = agents.filter(({ id }) => id !== myId());
  /** @type {import("../pick/dialog.js").Choice} */
  const mentioned = {
    id: JSON.stringify({ mentioned: "me" }),
    label: t("filter.mentioned"),
    sign: html`<span class="pick-sign">${icon("note")}</span>`,
  };
  return [
    mentioned,
    ...section(t("filter.teams"), teams.length > 1 ? teams : [], (item) => ({
      label: item.label || item.name,
      drawing: "team",
      filter: { team: item.name },
    })),
    ...section(t("filter.people"), people, (item) => ({
      label: item.name,
      letters: initials(item.name),
      filter: { assignee: item.id },
    })),
    ...section(t("filter.visibility"), ["public", "private"], (visibility) => ({
      label: t(`visibility.${visibility}`),
      drawing: /** @type {"public" | "private"} */ (visibility),
      filter: { visibility },
    })),
    ...section(t("filter.time"), DAYS, (days) => ({
      label: t("filter.days", { n: days }),
      drawing: "clock",
      filter: { days: String(days), since: "", until: "" },
    })),
    {
      id: CALENDAR,
      label: t("filter.choose_days"),
      group: t("filter.time"),
      sign: html`<span class="pick-sign">${icon("clock")}</span>`,
    },
    ...section(t("filter.tags"), tags, (tag) => ({
      label: tag,
      drawing: "tag",
      on: valuesOf(inbox.get().filters.tag).includes(tag),
      filter: { tag: toggled(inbox.get().filters.tag, tag) },
    })),
    ...section(t("filter.channels"), [...(own?.channels ?? []), { name: "phone" }, { name: "visit" }], ({ name }) => ({
      label: channelLabel(name),
      drawing: "public",
      on: valuesOf(inbox.get().filters.channel).includes(name),
      filter: { channel: toggled(inbox.get().filters.channel, name) },
    })),
  ];
}

/**
 * @template T
 * @param {string} group
 * @param {T[]} items
 * @param {(item: T) => {label: string, drawing?: Parameters<typeof icon>[0], letters?: string, on?: boolean, filter: Partial<Filters>}} describe
 * @returns {import("../pick/dialog.js").Choice[]}
 */
function section(group, items, describe) {
  return items.map(describe).map(({ label, drawing, letters, on, filter }) => ({
    id: JSON.stringify(filter),
    label,
    hint: on ? t("filter.chosen") : "",
    group,
    sign: drawing
      ? html`<span class="pick-sign">${icon(drawing)}</span>`
      : html`<span class="avatar" aria-hidden="true">${letters}</span>`,
  }));
}

/** The tags of all teams; none where they cannot be had. */
async function tagsInUse() {
  try {
    // The list can be there before it is known who reads it, and in which teams.
    await me();
    const paths = workspace.get().teams.map(({ name }) => `/teams/${encodeURIComponent(name)}/tags`);
    const answers = await Promise.all(paths.map((path) => api.get(path)));
    return [...new Set(answers.flatMap(({ items }) => items.map((/** @type {{tag: string}} */ { tag }) => tag)))];
  } catch {
    return [];
  }
}

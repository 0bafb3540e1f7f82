/** Filters of the list: status, assignee, and everything else behind one button. All of them stand in the address. */

import { html, nothing } from "lit-html";
import * as api from "../../lib/api.js";
import { day, number } from "../../lib/format.js";
import { icon } from "../../lib/icons.js";
import { go } from "../../lib/router.js";
import { schedule } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import { addressWith, inbox, STATUSES } from "../../state/inbox.js";
import { since, toggled, valuesOf } from "../../state/list_filters.js";
import { channelLabel, colleagues, initials, myId, teamLabel, workspace } from "../../state/workspace.js";
import { Chooser, openPick } from "../pick/dialog.js";
import { viewsAndOrder } from "./views_and_order.js";

/** @typedef {import("../../state/inbox.js").Filters} Filters */

/** Days of the filter by time. */
const DAYS = [1, 7, 30];

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
  const { team, channel, tag, assignee, mentioned, visibility, since: from } = inbox.get().filters;
  const colleague = assignee && !["me", "none"].includes(assignee);
  return [
    ...(mentioned ? [{ label: t("filter.mentioned"), filter: { mentioned: "" } }] : []),
    ...(team ? [{ label: teamLabel(team), filter: { team: "" } }] : []),
    ...valuesOf(channel).map((each) => ({ label: channelLabel(each), filter: { channel: toggled(channel, each) } })),
    ...valuesOf(tag).map((each) => ({ label: each, filter: { tag: toggled(tag, each) } })),
    ...(visibility ? [{ label: t(`visibility.${visibility}`), filter: { visibility: "" } }] : []),
    ...(from ? [{ label: t("filter.since", { day: day(from) }), filter: { since: "" } }] : []),
    ...(colleague ? [{ label: agentName(assignee), filter: { assignee: "" } }] : []),
  ];
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
  if (chosen) go(addressWith(JSON.parse(chosen)));
}

/** @param {string[]} tags @returns {import("../pick/dialog.js").Choice[]} */
function choicesOf(tags) {
  const { agents, teams, me } = workspace.get();
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
      filter: { since: since(days, Date.now()) },
    })),
    ...section(t("filter.tags"), tags, (tag) => ({
      label: tag,
      drawing: "tag",
      filter: { tag: toggled(inbox.get().filters.tag, tag) },
    })),
    ...section(t("filter.channels"), me?.channels ?? [], ({ name, label }) => ({
      label,
      drawing: "public",
      filter: { channel: toggled(inbox.get().filters.channel, name) },
    })),
  ];
}

/**
 * @template T
 * @param {string} group
 * @param {T[]} items
 * @param {(item: T) => {label: string, drawing?: Parameters<typeof icon>[0], letters?: string, filter: Partial<Filters>}} describe
 * @returns {import("../pick/dialog.js").Choice[]}
 */
function section(group, items, describe) {
  return items.map(describe).map(({ label, drawing, letters, filter }) => ({
    id: JSON.stringify(filter),
    label,
    group,
    sign: drawing
      ? html`<span class="pick-sign">${icon(drawing)}</span>`
      : html`<span class="avatar" aria-hidden="true">${letters}</span>`,
  }));
}

/** The tags of all teams; none where they cannot be had. */
async function tagsInUse() {
  try {
    const paths = workspace.get().teams.map(({ name }) => `/teams/${encodeURIComponent(name)}/tags`);
    const answers = await Promise.all(paths.map((path) => api.get(path)));
    return [...new Set(answers.flatMap(({ items }) => items.map((/** @type {{tag: string}} */ { tag }) => tag)))];
  } catch {
    return [];
  }
}

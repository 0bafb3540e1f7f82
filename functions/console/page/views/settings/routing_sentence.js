/** A routing rule in a sentence. */

import { DAYS } from "../../lib/opening_hours.js";
import { locale, t } from "../../lib/texts.js";
import * as adminLists from "../../state/admin_lists.js";
import { connectionChoices, part } from "../../state/routing_rules.js";

/**
 * @typedef {import("../../lib/schemas.js").RoutingRule} RoutingRule
 * @typedef {RoutingRule & {key: string}} Rule with a key that stays when the rule is moved or renamed
 */

const MONDAY = Date.UTC(2026, 0, 5);

/** A rule in a sentence. @param {Rule} rule */
export function sentence(rule) {
  const { when } = rule;
  const list = new Intl.ListFormat(locale(), { type: "disjunction" });
  const parts = [
    when.channels.length &&
      t("settings.routing.says.channels", { list: list.format(when.channels.map(adminLists.channelLabel)) }),
    when.connections.length &&
      t("settings.routing.says.connections", { list: list.format(when.connections.map(connectionName)) }),
    when.words.length &&
      t("settings.routing.says.words", {
        list: list.format(when.words.map((word) => t("settings.routing.quoted", { word }))),
      }),
    when.languages.length &&
      t("settings.routing.says.languages", {
        list: list.format(when.languages.map((language) => t(`language.${language}`))),
      }),
    when.hours &&
      t("settings.routing.says.hours", {
        from: when.hours.from,
        to: when.hours.to,
        days: days(when.hours.days ?? [...DAYS]),
      }),
  ].filter(Boolean);
  const condition = parts.length ? parts.join(t("settings.routing.says.and")) : t("settings.routing.says.everything");
  return t("settings.routing.says.rule", {
    what: condition[0].toLocaleUpperCase(locale()) + condition.slice(1),
    team: adminLists.teamLabel(rule.team),
    more: moreOf(rule),
  });
}

/** @param {Rule} rule */
function moreOf(rule) {
  const tags = rule.tags.length ? t("settings.routing.says.tags", { tags: rule.tags.join(", ") }) : "";
  const assignee = rule.assignee
    ? t("settings.routing.says.assignee", { name: rule.assignee.name || adminLists.agentName(rule.assignee.id) })
    : "";
  return `${assignee}${tags}`;
}

/** @param {string[]} names */
export function days(names) {
  if (names.length === 7) return t("settings.routing.every_day");
  return new Intl.ListFormat(locale(), { style: "short", type: "conjunction" }).format(
    names.map((name) => dayName(name, "short")),
  );
}

/** @param {string} name @param {"short" | "long"} length */
export function dayName(name, length) {
  const at = MONDAY + DAYS.indexOf(/** @type {any} */ (name)) * 86_400_000;
  return new Intl.DateTimeFormat(locale(), { weekday: length, timeZone: "UTC" }).format(at);
}

/** @param {string} path `channel/name` */
function connectionName(path) {
  const choices = connectionChoices(part.get().connections, adminLists.channelLabel);
  return choices.find(([value]) => value === path)?.[1] ?? path;
}

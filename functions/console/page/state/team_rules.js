/** Rules of teams as the API has them, read once each: the usual delay of a follow-up, and the team's time zone. */

import * as api from "../lib/api.js";
import { byTeamClock } from "../lib/format_list.js";
import { slice } from "../lib/store.js";

const rules = slice("team_rules", {
  /** By team. @type {Map<string, {after: string, zone: string}>} */
  known: new Map(),
});

/** The delay where a team has none. */
const USUALLY = "P7D";

/** Teams whose rules were asked for. @type {Set<string>} */
const asked = new Set();

/** @param {string} team */
function rulesOf(team) {
  if (team && !asked.has(team)) {
    asked.add(team);
    api.get(`/teams/${encodeURIComponent(team)}`).then(
      ({ after, hours }) =>
        rules.change(({ known }) => ({ known: new Map([...known, [team, { after, zone: hours.zone }]]) })),
      // The usual is good enough to name the button, and the reader's time to show; the plan says what will be.
      () => asked.delete(team),
    );
  }
  return rules.get().known.get(team);
}

/** Return the usual delay of a team's follow-ups, as an ISO 8601 duration. @param {string} team */
export function usualAfter(team) {
  return rulesOf(team)?.after ?? USUALLY;
}

/** Return the IANA time zone of a team; empty while it is not known. @param {string} team */
export function zoneOf(team) {
  return rulesOf(team)?.zone ?? "";
}

/**
 * Write a time by the clock of a team, and say whose it is where the reader's shows another.
 * @param {(at: number, now: number) => string} write such as `soon`
 * @param {string | number} at
 * @param {string} team
 */
export function inTeamTime(write, at, team) {
  return byTeamClock(write, at, zoneOf(team));
}

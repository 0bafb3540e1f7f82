/** Targets of a team: how soon it wants to reply and resolve, with an example of when that is due. */

import { html } from "lit-html";
import { lengthOf, msOf } from "../../lib/durations.js";
import { DAY, workedBy } from "../../lib/opening_hours.js";
import { locale, t } from "../../lib/texts.js";
import { editor } from "../../state/business_hours.js";
import { MONDAY } from "./business_hours_week.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/schemas.js").Team} Team
 */

const TARGETS = { first_response: "PT4H", next_response: "PT4H", resolution: "PT24H" };

/** Friday at five: when it shows whether somebody works at weekends. */
const EXAMPLE = 4 * DAY + 17 * 60;

// -- targets ------------------------------------------------------------------------------------------------------------

/** @param {Team} draft */
export function targets(draft) {
  return form.card(
    t("settings.hours.targets"),
    html`<div class="aims">${Object.keys(TARGETS).map((name) => target(draft, /** @type {keyof typeof TARGETS} */ (name)))}</div>`,
    t("settings.hours.targets_lead"),
  );
}

/**
 * @param {Team} draft
 * @param {keyof typeof TARGETS} name
 */
function target(draft, name) {
  const iso = draft.targets[name];
  const id = `target-${name}`;
  const wanted = (/** @type {boolean} */ on) =>
    editor.change((draftTeam) => {
      draftTeam.targets = ordered({ ...draftTeam.targets, [name]: on ? TARGETS[name] : undefined });
    });
  return html`
    <div class="aim">
      ${form.toggle(id, t(`settings.hours.target.${name}`), Boolean(iso), wanted)}
      ${
        iso
          ? html`
            <div class="target-length">
              ${form.duration(
                `${id}-length`,
                iso,
                (length) =>
                  editor.change((draftTeam) => {
                    draftTeam.targets = ordered({ ...draftTeam.targets, [name]: length });
                  }),
                { units: ["minute", "hour"], label: t(`settings.hours.target.${name}`), wrong: editor.wrong(name) },
              )}
              <span class="muted">${example(draft.hours.week, iso)}</span>
              ${form.problem(`${id}-length`, editor.wrong(name))}
            </div>`
          : html`<span class="muted target-length">${t("settings.hours.no_target")}</span>`
      }
    </div>`;
}

/** @param {Record<string, string | undefined>} targets */
function ordered(targets) {
  return Object.fromEntries(
    Object.keys(TARGETS)
      .filter((name) => targets[name])
      .map((name) => [name, targets[name]]),
  );
}

/**
 * Return when a message of Friday at five is due under a target.
 * @param {any} days
 * @param {string} iso
 */
function example(days, iso) {
  const length = lengthOf(iso);
  const due = length && workedBy(days, EXAMPLE, Math.ceil(msOf(length) / 60_000));
  if (!due) return "";
  const when = new Intl.DateTimeFormat(locale(), {
    weekday: "long",
    hour: "numeric",
    minute: "2-digit",
    timeZone: "UTC",
  });
  const weeks = Math.floor(due / (7 * DAY));
  const fields = { written: when.format(MONDAY + EXAMPLE * 60_000), due: when.format(MONDAY + due * 60_000) };
  return weeks > 1 ? t("settings.hours.example_weeks", { ...fields, n: weeks }) : t("settings.hours.example", fields);
}

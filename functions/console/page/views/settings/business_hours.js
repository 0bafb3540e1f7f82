/** Business hours and targets of a team. */

import { html } from "lit-html";
import { icon } from "../../lib/icons.js";
import { DAYS, wrongIn } from "../../lib/opening_hours.js";
import { t } from "../../lib/texts.js";
import { editor, set } from "../../state/business_hours.js";
import { daysOff } from "./business_hours_holidays.js";
import { targets } from "./business_hours_targets.js";
import { spanRow, week } from "./business_hours_week.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/schemas.js").Hours} Hours
 */

export function enter() {
  editor.open(form.teamName());
}

export function leave() {
  editor.close();
}

export function template() {
  return html`
    ${form.head("hours")}
    ${form.teamPicker("hours")}
    ${form.shown(
      editor,
      (draft) => html`
        ${week(draft.hours)} ${daysOff(draft.hours)} ${quiet(draft.hours)} ${targets(draft)}
        ${form.saveBar(editor, { blocked: blocked(draft.hours) })}`,
    )}`;
}

/** Return why the hours cannot be saved; empty where they can. @param {Hours} hours */
function blocked(hours) {
  const wrong = DAYS.map((day) => wrongIn(hours.week[day] ?? [])).find(Boolean);
  return wrong ? t(`settings.hours.wrong.${wrong}`) : "";
}

/** @param {Hours} hours */
export function quiet(hours) {
  const spans = hours.quiet;
  return form.card(
    t("settings.hours.quiet"),
    html`
      <div class="quiet-hours">
        ${joined(spans).map((_, at) =>
          spanRow(joined(spans), at, (changed) =>
            set((draftHours) => {
              draftHours.quiet = changed;
            }),
          ),
        )}
        <button class="button slight" @click=${() =>
          set((draftHours) => {
            draftHours.quiet = [...joined(spans), "21:00-08:00"];
          })}>${icon("plus")}${t("settings.hours.add_quiet")}</button>
        ${form.problem("quiet", editor.wrong("quiet"))}
      </div>`,
    t("settings.hours.quiet_lead"),
  );
}

/** Spans as people say them: what ends at midnight and goes on after it is one. @param {string[]} spans */
function joined(spans) {
  const evening = spans.find((span) => span.endsWith("-24:00") && !span.startsWith("00:00"));
  const morning = spans.find((span) => span.startsWith("00:00-") && !span.endsWith("-24:00"));
  if (!evening || !morning) return spans;
  const night = `${evening.split("-")[0]}-${morning.split("-")[1]}`;
  return [...spans.filter((span) => span !== evening && span !== morning), night];
}

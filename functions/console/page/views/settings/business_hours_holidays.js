/** The days on which a team does not work: public holidays of a country, and its own. */

import { html, nothing } from "lit-html";
import { icon } from "../../lib/icons.js";
import { locale, t } from "../../lib/texts.js";
import { editor, set } from "../../state/business_hours.js";
import * as form from "./form.js";

/**
 * @typedef {import("../../lib/schemas.js").Hours} Hours
 */

// -- days off and quiet hours -------------------------------------------------------------------------------------------

/** @param {Hours} hours */
export function daysOff(hours) {
  return form.card(
    t("settings.hours.days_off"),
    html`
      <div class="grid-two">
        ${form.field(
          "hours-country",
          t("settings.hours.country"),
          form.select(
            "hours-country",
            hours.country,
            [["", t("settings.hours.no_country")], ...countries()],
            (country) =>
              set((draftHours) => {
                draftHours.country = country;
                draftHours.subdivision = "";
              }),
            { wrong: editor.wrong("country") },
          ),
          { wrong: editor.wrong("country") },
        )}
        ${
          hours.country
            ? form.field(
                "hours-part",
                t("settings.hours.subdivision"),
                form.input(
                  "hours-part",
                  hours.subdivision,
                  (part) =>
                    set((draftHours) => {
                      draftHours.subdivision = part.toUpperCase();
                    }),
                  { hint: "part", wrong: editor.wrong("subdivision"), maxlength: 10 },
                ),
                { hint: t("settings.hours.subdivision_hint"), wrong: editor.wrong("subdivision") },
              )
            : nothing
        }
      </div>
      <div class="field">
        <span class="label" id="closed-label">${t("settings.hours.closed_days")}</span>
        ${chips(hours.closed, (closed) =>
          set((draftHours) => {
            draftHours.closed = closed;
          }),
        )}
        <span class="hint">${t("settings.hours.closed_hint")}</span>
      </div>`,
    t("settings.hours.days_off_lead"),
  );
}

/** Countries by their names in the reader's language. */
function countries() {
  const names = new Intl.DisplayNames(locale(), { type: "region", fallback: "none" });
  /** @type {string[][]} */
  const codes = [];
  for (const first of LETTERS) {
    for (const second of LETTERS) {
      const name = names.of(first + second);
      if (name && !NO_COUNTRY.has(first + second)) codes.push([first + second, name]);
    }
  }
  return codes.sort((one, other) => one[1].localeCompare(other[1], locale()));
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** Codes that have a name and are no country: unions, the end of the world, and such that are no more. */
const NO_COUNTRY = new Set("AC AN BU CP CQ CS DD DG EA EU EZ FX IC NT QO SU TA TP UK UN XA XB YD YU ZR ZZ".split(" "));

/**
 * Dates, each of which can be taken away, and a field for another.
 * @param {string[]} dates
 * @param {(dates: string[]) => void} changed
 */
function chips(dates, changed) {
  const add = (/** @type {any} */ event) => {
    const date = event.target.value;
    if (!date) return;
    event.target.value = "";
    changed([...new Set([...dates, date])].sort());
  };
  return html`
    <div class="day-chips">
      ${dates.map(
        (date) => html`
          <span class="day-chip">
            <time datetime=${date}>${dateName(date)}</time>
            <button aria-label=${t("settings.remove_what", { what: dateName(date) })} @click=${() => changed(dates.filter((other) => other !== date))}>${icon("close")}</button>
          </span>`,
      )}
      <input class="input date-input" type="date" aria-labelledby="closed-label" @change=${add}>
    </div>`;
}

/** @param {string} date */
function dateName(date) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }).format(Date.parse(date));
}

/** The field that a refusal of the API is about, so that the form can say it there. */

/** A rule of routing, by its place: "rule 2: name: …" (counted from 1), or "rules[1].name: …" (counted from 0). */
const RULE = /\brule (\d+):|\brules\[(\d+)\]/;
/** A field of a team, also within another: "hours.zone: …", "hours.quiet[0]: …", "targets: resolution: …", "targets.resolution: …". */
const FIELD =
  /\b(?:(hours|zone|week|country|subdivision|closed|quiet|after|patience|spread|cap|template|language|label|members|name)(?:\[\d+\])*|targets(?:: |\.)(\w+)):/;

/**
 * Return the name of the field in a message, `rule` and a number for a rule of routing, or "" where none is named.
 * @param {string} message
 */
export function refusedField(message) {
  const rule = RULE.exec(message);
  if (rule) return `rule ${rule[1] ?? Number(rule[2]) + 1}`;
  const field = FIELD.exec(message);
  return field?.[1] ?? field?.[2] ?? "";
}

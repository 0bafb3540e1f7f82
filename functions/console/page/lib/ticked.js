/** Values that are chosen with checkboxes. Pure. */

/**
 * Return which values are chosen after a box was ticked or cleared, in the order of the choices.
 * @template {string} T
 * @param {readonly (readonly [T, string])[]} choices all that are shown
 * @param {readonly T[]} chosen
 * @param {T} value
 * @param {boolean} isOn
 */
export function toggledAmong(choices, chosen, value, isOn) {
  return choices.map(([name]) => name).filter((name) => (name === value ? isOn : chosen.includes(name)));
}

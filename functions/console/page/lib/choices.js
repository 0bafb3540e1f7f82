/** Choices of a field: what there is, and what the state holds though it is not among them (yet, or no longer). Pure. */

/**
 * Return choices with those held values in front that are not among them. A list can come later than what was chosen from
 * it, or not at all, and a field that showed another choice than the state holds would be saved with what nobody saw.
 * @template {string} T
 * @param {readonly (readonly [T, string])[]} choices values and texts
 * @param {readonly T[]} held
 * @param {(value: T) => string} [nameOf] the text of a held value that is not among them
 * @returns {(readonly [T, string])[]}
 */
export function withHeld(choices, held, nameOf = (value) => value) {
  const known = new Set(choices.map(([value]) => value));
  const others = held
    .filter((value) => !known.has(value))
    .map((value) => /** @type {const} */ ([value, nameOf(value)]));
  return [...others, ...choices];
}

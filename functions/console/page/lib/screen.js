/** Measures of the screen that what is drawn depends on. */

/** A screen with room for one pane alone, as style sheets say it: the list or a conversation, a short hint in a field. */
const NARROW = "(width < 800px)";

/** Return whether there is room for one pane alone. */
export function isNarrow() {
  return matchMedia(NARROW).matches;
}

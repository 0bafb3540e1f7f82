/** Readings of what is about to be opened, begun a moment before: at most one, which is soon too old to be shown. */

/** Milliseconds for which a reading that was begun ahead is taken for one that begins now. */
export const AHEAD_MS = 1000;

/**
 * Return the functions that begin a reading ahead, and hand it over once.
 * @template T
 * @param {(id: string) => Promise<T>} read
 * @param {() => number} now in milliseconds
 */
export function readingAhead(read, now = Date.now) {
  /** @type {{id: string, generation: number, at: number, answer: Promise<T>} | null} */
  let begun = null;

  /** @param {string} id @param {number} generation */
  function isUsable(id, generation) {
    return begun?.id === id && begun.generation === generation && now() - begun.at < AHEAD_MS;
  }

  return {
    /** Begin to read, unless that was just begun. @param {string} id @param {number} generation of what was done here so far */
    begin(id, generation) {
      if (isUsable(id, generation)) return;
      const answer = read(id);
      // Who takes it hears of a failure; where nobody does, nothing was asked for.
      answer.catch(() => {});
      begun = { id, generation, at: now(), answer };
    },
    /** Return the reading that was begun, once; null where there is none, it is too old, or something was done since. @param {string} id @param {number} generation */
    take(id, generation) {
      const answer = isUsable(id, generation) && begun ? begun.answer : null;
      begun = null;
      return answer;
    },
  };
}

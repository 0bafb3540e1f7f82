/** Something that is read after news, not too often, and now and again without any. */

/**
 * @param {() => Promise<void>} read that answers for its own errors
 * @param {{pause: number, longest: number}} paces milliseconds between two readings, at least and at most
 */
export function pacedReading(read, { pause, longest }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let readAt = 0;
  let underway = 0;
  let isStale = false;

  /** Read it after a time. @param {number} wait milliseconds */
  function plan(wait) {
    clearTimeout(timer);
    timer = setTimeout(now, wait);
  }

  function planSoon() {
    plan(Math.max(0, readAt + pause - Date.now()));
  }

  /** Read it at once. */
  async function now() {
    underway += 1;
    isStale = false;
    readAt = Date.now();
    await read();
    underway -= 1;
    if (isStale) planSoon();
    else plan(longest);
  }

  /** Read it again soon. What is being read now may have been looked up before the news: then once more after it. */
  function news() {
    if (underway) isStale = true;
    else planSoon();
  }

  return { now, plan, news };
}

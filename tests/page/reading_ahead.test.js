/** A conversation that is pressed is read ahead, and shown only where that reading is as good as a new one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { AHEAD_MS, readingAhead } from "../../functions/console/page/state/reading_ahead.js";

function begin() {
  const clock = { now: 0 };
  /** @type {string[]} */
  const asked = [];
  const ahead = readingAhead(
    async (/** @type {string} */ id) => {
      asked.push(id);
      return `${id} ${asked.length}`;
    },
    () => clock.now,
  );
  return { ahead, asked, clock };
}

test("what is pressed and opened is read once, and handed over once", async () => {
  const { ahead, asked } = begin();
  ahead.begin("a", 0);
  ahead.begin("a", 0);
  assert.equal(await ahead.take("a", 0), "a 1");
  assert.equal(ahead.take("a", 0), null);
  assert.deepEqual(asked, ["a"]);
});

test("a reading of another conversation is not shown", () => {
  const { ahead } = begin();
  ahead.begin("a", 0);
  assert.equal(ahead.take("b", 0), null);
  assert.equal(ahead.take("a", 0), null);
});

test("a reading from before something was done here is not shown", () => {
  const { ahead } = begin();
  ahead.begin("a", 0);
  assert.equal(ahead.take("a", 1), null);
});

test("a reading that is too old is begun again", async () => {
  const { ahead, asked, clock } = begin();
  ahead.begin("a", 0);
  clock.now = AHEAD_MS;
  assert.equal(ahead.take("a", 0), null);
  ahead.begin("a", 0);
  assert.equal(await ahead.take("a", 0), "a 2");
  assert.equal(asked.length, 2);
});

test("a reading that failed and is not taken fails nobody", async () => {
  const ahead = readingAhead(() => Promise.reject(new Error("offline")));
  ahead.begin("a", 0);
  await new Promise((resolve) => setTimeout(resolve));
  await assert.rejects(/** @type {Promise<unknown>} */ (ahead.take("a", 0)), /offline/);
});

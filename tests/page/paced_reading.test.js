/** Readings that follow news: not too often, and never from before the last of them. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { pacedReading } from "../../functions/console/page/state/paced_reading.js";

const PACES = { pause: 5000, longest: 300_000 };

/** Return a reading whose answers come when the test says so, under the test's clock. */
function begin() {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  /** @type {(() => void)[]} */
  const answers = [];
  const reading = pacedReading(() => new Promise((resolve) => answers.push(() => resolve())), PACES);
  /** @param {number} number */
  const answer = async (number) => {
    answers[number]();
    await new Promise(setImmediate);
  };
  return { reading, answers, answer };
}

test.afterEach(() => mock.timers.reset());

test("news that come while it is read have it read once more, after the pause", async () => {
  const { reading, answers, answer } = begin();
  reading.now();
  mock.timers.tick(1000);
  reading.news();
  mock.timers.tick(1000);
  await answer(0);
  mock.timers.tick(2999);
  assert.equal(answers.length, 1);
  mock.timers.tick(1);
  assert.equal(answers.length, 2);
});

test("news after a reading have it read once, however many they are", async () => {
  const { reading, answers, answer } = begin();
  reading.now();
  await answer(0);
  mock.timers.tick(6000);
  reading.news();
  reading.news();
  mock.timers.tick(0);
  assert.equal(answers.length, 2);
  await answer(1);
  mock.timers.tick(PACES.longest - 1);
  assert.equal(answers.length, 2);
});

test("without any news it is read again in the end", async () => {
  const { reading, answers, answer } = begin();
  reading.plan(2000);
  mock.timers.tick(2000);
  await answer(0);
  mock.timers.tick(PACES.longest);
  assert.equal(answers.length, 2);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { localInput, snoozeChoices } from "../../functions/console/page/lib/times.js";

const hours = (choices) => choices.map(({ id, at }) => `${id} ${localInput(at)}`);

test("choices on a Monday morning are later, evening, tomorrow, and in a week", () => {
  assert.deepEqual(hours(snoozeChoices(new Date(2026, 10, 23, 10, 10))), [
    "later 2026-11-23T12:30",
    "evening 2026-11-23T18:00",
    "tomorrow 2026-11-24T09:00",
    "monday 2026-11-30T09:00",
  ]);
});

test("this evening is not offered in the evening", () => {
  const choices = snoozeChoices(new Date(2026, 10, 25, 20, 0));
  assert.deepEqual(
    choices.map(({ id }) => id),
    ["later", "tomorrow", "monday", "week"],
  );
});

test("late at night there is no later today", () => {
  const choices = snoozeChoices(new Date(2026, 10, 25, 23, 0));
  assert.equal(choices[0].id, "tomorrow");
});

test("on a Sunday, tomorrow and Monday are one choice", () => {
  const choices = snoozeChoices(new Date(2026, 10, 29, 10, 0));
  assert.deepEqual(
    choices.map(({ id }) => id),
    ["later", "evening", "tomorrow", "week"],
  );
});

test("all choices lie ahead, at any time of the year", () => {
  for (let hour = 0; hour < 366 * 24; hour += 1) {
    const now = new Date(2026, 0, 1, hour, 17);
    const times = snoozeChoices(now).map(({ at }) => at.getTime());
    assert.ok(times.every((at) => at > now.getTime()));
  }
});

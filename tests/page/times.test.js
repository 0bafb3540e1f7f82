import assert from "node:assert/strict";
import { test } from "node:test";
import { byClockOf, localInput, snoozeChoices } from "../../functions/console/page/lib/times.js";

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

/** Return the time that the clock of another zone shows, as the page writes it. */
const shown = (at, zone, reader) =>
  new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: reader }).format(
    byClockOf(at, zone, reader),
  );

test("a time stays as it is where the team's clock shows what the reader's does", () => {
  const at = Date.UTC(2026, 11, 7, 2, 21);
  assert.equal(byClockOf(at, "Europe/London", "Europe/London"), at);
  assert.equal(byClockOf(at, "Etc/UTC", "Europe/London"), at);
  assert.equal(byClockOf(at, "Europe/Paris", "Europe/Berlin"), at);
});

test("a time reads as the team's clock shows it, also on another day", () => {
  const at = Date.UTC(2026, 11, 7, 20, 30);
  assert.equal(shown(at, "Etc/UTC", "Europe/Berlin"), "2026-12-07 20:30");
  assert.equal(shown(at, "Europe/Berlin", "Europe/London"), "2026-12-07 21:30");
  assert.equal(shown(at, "Asia/Tokyo", "Europe/London"), "2026-12-08 05:30");
});

test("two zones agree or differ as daylight-saving time begins and ends in each", () => {
  const told = (at) => shown(at, "America/New_York", "Europe/Berlin").slice(-5);
  // New York changes on 8 March, Berlin on 29 March: for three weeks they are five hours apart, not six.
  assert.equal(told(Date.UTC(2026, 2, 7, 12)), "07:00");
  assert.equal(told(Date.UTC(2026, 2, 9, 12)), "08:00");
  assert.equal(told(Date.UTC(2026, 2, 30, 12)), "08:00");
  // Berlin's clocks go forward between the reader's time and the one that reads as New York's.
  assert.equal(told(Date.UTC(2026, 2, 29, 3, 30)), "23:30");
  assert.equal(told(Date.UTC(2026, 2, 29, 0, 59)), "20:59");
});

test("a zone that nobody knows changes nothing", () => {
  const at = Date.UTC(2026, 11, 7);
  assert.equal(byClockOf(at, "Mars/Olympus", "Europe/London"), at);
  assert.equal(byClockOf(at, "", "Europe/London"), at);
});

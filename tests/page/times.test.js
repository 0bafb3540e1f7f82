import assert from "node:assert/strict";
import { test } from "node:test";
import { elsewhere, localInput, snoozeChoices } from "../../functions/console/page/lib/times.js";

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

const LONDON = { reader: "Europe/London", locale: "en-GB" };
const plain = (text) => text.replace(/\s/g, " ");

test("the team's clock is not told where it shows what the reader's does", () => {
  const at = Date.UTC(2026, 11, 7, 2, 21);
  assert.equal(elsewhere(at, "Europe/London", LONDON), "");
  assert.equal(elsewhere(at, "Etc/UTC", LONDON), "");
  assert.equal(elsewhere(at, "Europe/Paris", { reader: "Europe/Berlin", locale: "de" }), "");
});

test("the team's clock is told where it shows another time", () => {
  const at = Date.UTC(2026, 11, 7, 2, 21);
  assert.equal(elsewhere(at, "Etc/UTC", { reader: "Europe/Berlin", locale: "de" }), "02:21");
  assert.equal(elsewhere(at, "Europe/Berlin", LONDON), "03:21");
});

test("another day of the team is told with its time", () => {
  const at = Date.UTC(2026, 11, 7, 20, 30);
  assert.equal(plain(elsewhere(at, "Asia/Tokyo", LONDON)), "Tue 8 Dec, 05:30");
  assert.match(
    plain(elsewhere(at, "Asia/Tokyo", { reader: "Europe/Berlin", locale: "de" })),
    /^Di\., 8\. Dez\., 05:30$/,
  );
});

test("two zones agree or differ as daylight-saving time begins and ends in each", () => {
  const told = (at) => elsewhere(at, "America/New_York", { reader: "Europe/Berlin", locale: "de" });
  // New York changes on 8 March, Berlin on 29 March: for three weeks they are five hours apart, not six.
  assert.equal(told(Date.UTC(2026, 2, 7, 12)), "07:00");
  assert.equal(told(Date.UTC(2026, 2, 9, 12)), "08:00");
  assert.equal(told(Date.UTC(2026, 2, 30, 12)), "08:00");
  // The minute before and after Berlin's clocks go forward.
  const utc = (at) => elsewhere(at, "Etc/UTC", { reader: "Europe/Berlin", locale: "de" });
  assert.equal(utc(Date.UTC(2026, 2, 29, 0, 59)), "00:59");
  assert.equal(utc(Date.UTC(2026, 2, 29, 1, 0)), "01:00");
  // Lisbon and London differ from Reykjavik in summer alone.
  assert.equal(elsewhere(Date.UTC(2026, 0, 5, 9), "Atlantic/Reykjavik", LONDON), "");
  assert.equal(elsewhere(Date.UTC(2026, 6, 5, 9), "Atlantic/Reykjavik", LONDON), "09:00");
});

test("a zone that nobody knows is not told", () => {
  assert.equal(elsewhere(Date.UTC(2026, 11, 7), "Mars/Olympus", LONDON), "");
  assert.equal(elsewhere(Date.UTC(2026, 11, 7), "", LONDON), "");
});

import assert from "node:assert/strict";
import test from "node:test";
import { DAY, grouped, openMinutes, workedBy, wrongIn } from "../../functions/console/page/lib/opening_hours.js";

const WEEK = {
  mon: ["09:00-12:30", "13:30-18:00"],
  tue: ["09:00-12:30", "13:30-18:00"],
  fri: ["09:00-15:00"],
};
const HOUR = 60;

test("a week adds up to its hours", () => {
  assert.equal(openMinutes(WEEK), (8 + 8 + 6) * HOUR);
  assert.equal(openMinutes({}), 0);
  assert.equal(openMinutes({ mon: ["00:00-24:00"] }), DAY);
});

test("neighbouring days with the same hours are told together", () => {
  const groups = grouped(WEEK).map(({ from, to, spans }) => [from, to, spans.length]);
  assert.deepEqual(groups, [
    ["mon", "tue", 2],
    ["wed", "thu", 0],
    ["fri", "fri", 1],
    ["sat", "sun", 0],
  ]);
});

test("a message after work on Friday is due on Monday", () => {
  const fridayAtFive = 4 * DAY + 17 * HOUR;
  assert.equal(workedBy(WEEK, fridayAtFive, 4 * HOUR), 7 * DAY + 14 * HOUR);
});

test("a lunch break is no work", () => {
  assert.equal(workedBy(WEEK, 12 * HOUR, HOUR), 14 * HOUR);
});

test("a team that never works is never due", () => {
  assert.equal(workedBy({ mon: [] }, 0, HOUR), null);
});

test("spans begin before they end, and do not overlap", () => {
  assert.equal(wrongIn(["09:00-12:00", "12:00-18:00"]), "");
  assert.equal(wrongIn(["18:00-09:00"]), "order");
  assert.equal(wrongIn(["13:00-18:00", "09:00-14:00"]), "overlap");
});

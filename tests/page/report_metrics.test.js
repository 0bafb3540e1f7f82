import assert from "node:assert/strict";
import test from "node:test";
import {
  beginOf,
  change,
  comparable,
  counts,
  isEmpty,
  period,
  series,
  weekOf,
  weeksOf,
} from "../../functions/console/page/lib/report_metrics.js";

test("weeks are those of ISO 8601, also around New Year", () => {
  assert.equal(weekOf(Date.UTC(2026, 10, 23)), "2026-W48");
  assert.equal(weekOf(Date.UTC(2026, 11, 31)), "2026-W53");
  assert.equal(weekOf(Date.UTC(2027, 0, 3, 23, 59)), "2026-W53");
  assert.equal(weekOf(Date.UTC(2027, 0, 4)), "2027-W01");
});

test("a week begins where it is said to", () => {
  for (let day = 0; day < 3000; day += 1) {
    const at = Date.UTC(2024, 0, 1 + day);
    const begin = beginOf(weekOf(at));
    assert.ok(begin <= at && at < begin + 7 * 86_400_000);
  }
});

test("all weeks of a period are there, those without figures, too", () => {
  assert.deepEqual(weeksOf("2026-W52", "2027-W02"), ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]);
});

test("the period before ends where this one begins", () => {
  const now = Date.UTC(2026, 10, 23, 12);
  assert.deepEqual(period(now, 4), { from: "2026-W45", to: "2026-W48" });
  assert.deepEqual(period(now, 4, 1), { from: "2026-W41", to: "2026-W44" });
});

test("a week without a figure has none, and counts as nothing", () => {
  const rows = [{ week: "2026-W47", asked: 3, median: null }];
  const weeks = ["2026-W46", "2026-W47"];
  assert.deepEqual(series(rows, weeks, "asked"), [null, 3]);
  assert.deepEqual(series(rows, weeks, "median"), [null, null]);
  assert.deepEqual(counts(rows, weeks, "asked"), [0, 3]);
});

test("a change is told only where there was something before", () => {
  assert.equal(change(150, 100), 0.5);
  assert.equal(change(50, 100), -0.5);
  for (const [now, before] of [
    [5, 0],
    [5, null],
    [null, 5],
    [5, undefined],
  ])
    assert.equal(change(now, before), null);
});

test("a report of nothing is empty", () => {
  assert.ok(isEmpty({ inbound: 0, first_response_median_s: null }));
  assert.ok(!isEmpty({ inbound: 1 }));
});

test("only weeks that are over are compared, with as many before them", () => {
  const now = Date.UTC(2026, 10, 29, 22);
  assert.deepEqual(comparable({ from: "2026-W45", to: "2026-W48" }, now), {
    over: { from: "2026-W45", to: "2026-W47" },
    before: { from: "2026-W42", to: "2026-W44" },
  });
  assert.deepEqual(comparable({ from: "2026-W41", to: "2026-W44" }, now), {
    over: { from: "2026-W41", to: "2026-W44" },
    before: { from: "2026-W37", to: "2026-W40" },
  });
  assert.equal(comparable({ from: "2026-W48", to: "2026-W48" }, now), null);
});

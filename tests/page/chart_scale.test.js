import assert from "node:assert/strict";
import test from "node:test";
import { labelled, path, ticks } from "../../functions/console/page/views/charts/scale.js";

const HOUR = 3600;

test("an axis of counts goes in round steps to beyond the largest", () => {
  assert.deepEqual(ticks(253, "count"), [0, 100, 200, 300]);
  assert.deepEqual(ticks(1, "count"), [0, 1]);
  assert.deepEqual(ticks(8, "count"), [0, 2, 4, 6, 8]);
});

test("an axis of durations goes in steps at which people read clocks", () => {
  assert.deepEqual(ticks(5 * HOUR, "seconds"), [0, 2 * HOUR, 4 * HOUR, 6 * HOUR]);
  assert.deepEqual(ticks(40, "seconds"), [0, 15, 30, 45]);
});

test("an axis never has more steps than can be read", () => {
  for (let largest = 1; largest < 3_000_000; largest = Math.ceil(largest * 1.7)) {
    for (const kind of ["count", "seconds"]) {
      const steps = ticks(largest, kind);
      assert.ok(steps.length <= 5, `${largest} ${kind}: ${steps}`);
      assert.ok(steps.at(-1) >= largest);
    }
  }
});

test("a line is broken off where there is no value", () => {
  const same = (value) => value;
  assert.equal(path([1, 2, null, 4], same, same), "M0 1 L1 2 M3 4");
  assert.equal(path([null, null], same, same), "");
});

test("labels stay apart, and the last week has one", () => {
  assert.deepEqual(labelled(4, 1000, 64), [0, 1, 2, 3]);
  assert.deepEqual(labelled(12, 400, 64), [1, 3, 5, 7, 9, 11]);
});

import assert from "node:assert/strict";
import test from "node:test";
import { isoOf, lengthOf, msOf } from "../../functions/console/page/lib/durations.js";

test("a duration is told in the largest unit in which it is whole", () => {
  assert.deepEqual(lengthOf("P7D"), { count: 7, unit: "day" });
  assert.deepEqual(lengthOf("P1W"), { count: 7, unit: "day" });
  assert.deepEqual(lengthOf("PT90M"), { count: 90, unit: "minute" });
  assert.deepEqual(lengthOf("PT1H30M"), { count: 90, unit: "minute" });
  assert.deepEqual(lengthOf("PT48H"), { count: 2, unit: "day" });
  assert.deepEqual(lengthOf("PT20S"), { count: 20, unit: "second" });
});

test("working time has no days", () => {
  assert.deepEqual(lengthOf("PT24H", "hour"), { count: 24, unit: "hour" });
});

test("an invalid duration, or one of months, has no length", () => {
  for (const written of ["", "P", "PT", "7D", "P1M", null, undefined]) assert.equal(lengthOf(written), null);
});

test("a length is written as the API takes it", () => {
  assert.equal(isoOf({ count: 7, unit: "day" }), "P7D");
  assert.equal(isoOf({ count: 4, unit: "hour" }), "PT4H");
  assert.equal(isoOf({ count: 30, unit: "minute" }), "PT30M");
  assert.equal(msOf({ count: 2, unit: "hour" }), 7_200_000);
});

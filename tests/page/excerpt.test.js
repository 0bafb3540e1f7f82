import assert from "node:assert/strict";
import { test } from "node:test";
import { beginning, excerpt } from "../../functions/console/page/lib/excerpt.js";

test("a text of usual length is shown as a whole", () => {
  for (const text of ["", "Guten Tag", "x".repeat(1600), "a\n".repeat(23)])
    assert.deepEqual(excerpt(text, 0), { shown: text, long: false });
});

test("a long text is folded, and each step shows a part more until it is whole", () => {
  const text = "x".repeat(50_000);
  const shown = [0, 1, 2, 7].map((steps) => excerpt(text, steps).shown.length);
  assert.deepEqual(shown, [1000, 9000, 17_000, 50_000]);
  assert.ok(excerpt(text, 7).long);
});

test("a text of very many lines is folded however short they are", () => {
  const lines = (steps) => excerpt("\n".repeat(100_000), steps).shown.length;
  assert.deepEqual([lines(0), lines(1)], [15, 415]);
});

test("no step ends within a character", () => {
  const text = `a${"😀".repeat(3000)}`;
  assert.equal(excerpt(text, 0).shown, `a${"😀".repeat(499)}`);
});

test("an endless name is cut to its beginning", () => {
  assert.equal(beginning("Jana", 100), "Jana");
  assert.equal(beginning("😀".repeat(50_000), 100), "😀".repeat(100));
});

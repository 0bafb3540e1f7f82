import assert from "node:assert/strict";
import { test } from "node:test";
import { anchored, layout, rowAt, seen, topOf } from "../../functions/console/page/views/inbox/list_layout.js";

const SIZES = { row: 100, head: 30 };
const ids = (count, prefix = "c") => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const plain = (list) => layout(list, () => "", SIZES);

test("rows stand below the headings of their sections", () => {
  const all = layout(["a", "b", "c"], (id) => (id === "c" ? "due" : "late"), SIZES);
  assert.equal(topOf(all, "a"), 30);
  assert.equal(topOf(all, "c"), 260);
  assert.equal(all.height, 360);
});

test("only visible rows of thousands are drawn, and a few more", () => {
  const all = plain(ids(5000));
  const { start, end } = seen(all, all.sections[0], 250_000, 250_800, 5);
  assert.deepEqual([start, end], [2495, 2515]);
});

test("the drawn rows contain the visible ones and change seldom", () => {
  const all = plain(ids(5000));
  const drawn = new Set();
  for (let top = 0; top < 10_000; top += 10) {
    const { start, end } = seen(all, all.sections[0], top, top + 800, 4);
    assert.ok(start * 100 <= Math.max(0, top - 400) && end * 100 >= top + 1200);
    drawn.add(`${start} ${end}`);
  }
  assert.ok(drawn.size <= 51);
});

test("a section out of view draws nothing", () => {
  const all = layout(ids(100), (id) => (id === "c99" ? "due" : "late"), SIZES);
  const { start, end } = seen(all, all.sections[1], 0, 800, 5);
  assert.equal(start, end);
});

test("visible rows stay in place when others come above", () => {
  const before = plain(ids(50));
  const after = plain(["new1", "new2", ...ids(50)]);
  assert.deepEqual(anchored(before, after, 1234), { top: 1434, came: 2 });
});

test("the next row stays in place when the first visible one is gone", () => {
  const list = ids(50);
  const after = plain(list.filter((id) => id !== "c12"));
  assert.deepEqual(anchored(plain(list), after, 1234), { top: 1134, came: 0 });
});

test("a heading above does not count as a row", () => {
  const all = layout(["a", "b"], (id) => id, SIZES);
  assert.equal(rowAt(all, 0), "a");
  assert.equal(rowAt(all, 135), "b");
  assert.equal(rowAt(all, 1000), undefined);
});

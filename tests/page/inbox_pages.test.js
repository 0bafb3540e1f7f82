import assert from "node:assert/strict";
import { test } from "node:test";
import {
  allStale,
  idsOf,
  isBehind,
  needsMore,
  nextCursor,
  nextStale,
  without,
  withPage,
} from "../../functions/console/page/state/inbox_pages.js";

/** A list of these ids, read in pages of `size`; cursors are the positions. */
function read(list, size) {
  let pages = [];
  for (let from = 0; from < list.length; from += size) pages = withPage(pages, pages.length, pageOf(list, from, size));
  return pages;
}

function pageOf(list, from, size) {
  const to = from + size;
  return { from: String(from || ""), to: to < list.length ? String(to) : null, ids: list.slice(from, to) };
}

test("a list read page by page is the list", () => {
  assert.deepEqual(idsOf(read(["a", "b", "c", "d", "e"], 2)), ["a", "b", "c", "d", "e"]);
});

test("a new first conversation pushes the last of the page down, and nothing is lost", () => {
  const pages = read(["a", "b", "c", "d"], 2);
  const fresh = withPage(pages, 0, { from: "", to: "after a", ids: ["new", "a"] });
  assert.deepEqual(idsOf(fresh), ["new", "a", "b", "c", "d"]);
  assert.equal(fresh[1].from, "after a");
});

test("a resolved conversation leaves its page", () => {
  const pages = read(["a", "b", "c", "d"], 2);
  const fresh = withPage(pages, 0, { from: "", to: "after c", ids: ["b", "c"] });
  assert.deepEqual(idsOf(fresh), ["b", "c", "d"]);
});

test("a conversation that moved up is shown once, at its new place", () => {
  const pages = read(["a", "b", "c", "d"], 2);
  const fresh = withPage(pages, 0, { from: "", to: "after a", ids: ["d", "a"] });
  assert.deepEqual(idsOf(fresh), ["d", "a", "b", "c"]);
});

test("a page with no common id is replaced", () => {
  const pages = read(["a", "b", "c", "d"], 2);
  assert.deepEqual(idsOf(withPage(pages, 0, { from: "", to: "after y", ids: ["x", "y"] })), ["x", "y", "c", "d"]);
});

test("a page that is the last ends the list", () => {
  const pages = read(["a", "b", "c", "d"], 2);
  assert.deepEqual(idsOf(withPage(pages, 0, { from: "", to: null, ids: ["a"] })), ["a"]);
});

test("only the top page and visible pages are read again", () => {
  const pages = allStale(read(["a", "b", "c", "d", "e", "f"], 2));
  assert.equal(nextStale(pages, new Set(["e"])), 0);
  const fresh = withPage(pages, 0, pageOf(["a", "b", "c", "d", "e", "f"], 0, 2));
  assert.equal(nextStale(fresh, new Set(["e"])), 2);
  assert.equal(nextStale(fresh, new Set(["a"])), -1);
});

test("a removed conversation leaves the list at once", () => {
  assert.deepEqual(idsOf(without(read(["a", "b", "c"], 2), new Set(["b"]))), ["a", "c"]);
});

/** The API: a cursor is the place of the last row that was shown, wherever that is now. */
function answer(order, from, size) {
  const rest = order.filter((each) => from === "" || each > Number(from));
  const shown = rest.slice(0, size);
  return { from, to: rest.length > size ? String(shown.at(-1)) : null, ids: shown.map(String) };
}

test("reading everything again gives what is there, whatever changed in between", () => {
  const old = Array.from({ length: 60 }, (_, index) => index);
  for (let seed = 1; seed < 300; seed += 1) {
    let pages = [];
    for (let from = ""; from !== null; from = nextCursor(pages)) {
      pages = withPage(pages, pages.length, answer(old, from, 10));
    }
    const come = Array.from({ length: seed % 25 }, (_, index) => ((index * seed) % 60) + 0.5 + index / 1000);
    const now = [...old.filter((each) => (each * seed) % 7 !== 3), ...come].sort((one, other) => one - other);
    const all = new Set([...old, ...now].map(String));
    pages = allStale(pages);
    for (let at = nextStale(pages, all); at >= 0; at = nextStale(pages, all)) {
      pages = withPage(pages, at, answer(now, pages[at].from, 10));
    }
    for (let from = nextCursor(pages); from !== null; from = nextCursor(pages)) {
      pages = withPage(pages, pages.length, answer(now, from, 10));
    }
    assert.deepEqual(idsOf(pages), now.map(String));
  }
});

test("a list is behind when a team that is shown changed since, and not for another team", () => {
  const read = { service: 4, sales: 2 };
  assert.ok(!isBehind("", read, read));
  assert.ok(isBehind("", read, { service: 5, sales: 2 }));
  assert.ok(isBehind("", read, { service: 4, sales: 2, fresh: 1 }));
  assert.ok(!isBehind("sales", read, { service: 5, sales: 2 }));
  assert.ok(isBehind("sales", read, { service: 5, sales: 3 }));
  assert.ok(!isBehind("sales", read, { service: 5 }));
});

test("a list is read on where few rows follow, and not again while a page is on its way", () => {
  const pages = read(["a", "b", "c", "d"], 2).slice(0, 1);
  const seen = new Set(["a", "b"]);
  assert.ok(needsMore(pages, seen, { below: 1, ahead: 60, isReading: false }));
  assert.ok(!needsMore(pages, seen, { below: 1, ahead: 60, isReading: true }));
  assert.ok(!needsMore(pages, seen, { below: 60, ahead: 60, isReading: false }));
  assert.ok(!needsMore([], seen, { below: 0, ahead: 60, isReading: false }));
  assert.ok(!needsMore(read(["a", "b"], 2), seen, { below: 0, ahead: 60, isReading: false }));
});

test("an old page in view is read again, also while another page is on its way", () => {
  const pages = allStale(read(["a", "b", "c", "d"], 2));
  assert.ok(needsMore(pages, new Set(["c"]), { below: 90, ahead: 60, isReading: true }));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  documentOf,
  fromDocument,
  given,
  NO_FILTERS,
  requestOf,
  since,
  toggled,
  valuesOf,
} from "../../functions/console/page/state/list_filters.js";

const filters = (more) => ({ ...NO_FILTERS, ...more });

test("a filter holds several values, and one that is chosen again goes", () => {
  const two = toggled(toggled("", "wlan"), "a, b");
  assert.deepEqual(valuesOf(two), ["wlan", "a, b"]);
  assert.deepEqual(valuesOf(toggled(two, "wlan")), ["a, b"]);
  assert.deepEqual(valuesOf(""), []);
});

test("a request names a parameter once for each value", () => {
  assert.deepEqual(requestOf(filters({ tag: "wlan\nrouter", channel: "email", unread: "true" })), [
    ["status", "open"],
    ["channel", "email"],
    ["tag", "wlan"],
    ["tag", "router"],
    ["unread", "true"],
  ]);
});

test("an order is asked for where conversations can stand in it", () => {
  assert.equal(given(filters({ sort: "newest" })).sort, "newest");
  assert.equal(given(filters({ sort: "longest_waiting", status: "resolved" })).sort, undefined);
  assert.equal(given(filters({ sort: "urgent" })).sort, undefined);
});

test("a saved view leads back to the same filters", () => {
  const before = filters({ tag: "wlan\nrouter", visibility: "private", sort: "newest", assignee: "me" });
  assert.deepEqual(fromDocument(documentOf(before)), before);
  assert.deepEqual(documentOf(before).tag, ["wlan", "router"]);
});

test("a filter of a later version is left out", () => {
  assert.deepEqual(fromDocument({ status: "waiting", colour: "red" }), filters({ status: "waiting" }));
});

test("days before are counted from the full hour", () => {
  assert.equal(since(7, Date.parse("2026-11-20T10:47:12.345Z")), "2026-11-13T10:00:00.000Z");
});

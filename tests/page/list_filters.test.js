import assert from "node:assert/strict";
import { test } from "node:test";
import {
  betweenDays,
  daysOf,
  documentOf,
  fromDocument,
  given,
  NO_FILTERS,
  requestOf,
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

test("days of a calendar begin and end at midnight here, the last one included", () => {
  const { since, until, days } = betweenDays("2026-10-24", "2026-10-25");
  assert.equal(new Date(since).getTime(), new Date(2026, 9, 24).getTime());
  assert.equal(new Date(until).getTime(), new Date(2026, 9, 26).getTime());
  assert.equal(days, "");
  assert.deepEqual(daysOf({ since, until }), { from: "2026-10-24", to: "2026-10-25" });
});

test("an end of days that is left open is no filter", () => {
  assert.deepEqual(betweenDays("", ""), { since: "", until: "", days: "" });
  assert.deepEqual(daysOf({ since: "", until: "" }), { from: "", to: "" });
});

// The order of the table of connections, and the names of accounts in routing rules.

import assert from "node:assert/strict";
import test from "node:test";
import { ordered, pressed } from "../../functions/console/page/state/connection_health.js";

const ROWS = /** @type {const} */ ([
  { account: "Help", channel: "mastodon", team: "Service", tone: "good", at: "2026-11-30T08:00:00Z" },
  { account: "Help", channel: "facebook", team: "Billing", tone: "bad", at: null },
  { account: "Care", channel: "x", team: "Service", tone: "warn", at: "2026-11-29T08:00:00Z" },
]);

/** @param {import("../../functions/console/page/state/connection_health.js").Order} order */
function channelsIn(order) {
  return ordered([...ROWS], order).map(({ channel }) => channel);
}

test("connections are sorted by state, the failing ones first", () => {
  assert.deepEqual(channelsIn({ by: "health", descending: false }), ["facebook", "x", "mastodon"]);
  assert.deepEqual(channelsIn({ by: "health", descending: true }), ["mastodon", "x", "facebook"]);
});

test("accounts of one name are sorted by their channels", () => {
  assert.deepEqual(channelsIn({ by: "account", descending: false }), ["x", "facebook", "mastodon"]);
});

test("a connection that never received anything is older than all others", () => {
  assert.deepEqual(channelsIn({ by: "last_event", descending: false }).at(-1), "facebook");
  assert.deepEqual(channelsIn({ by: "team", descending: false }), ["facebook", "x", "mastodon"]);
});

test("a second press on a column turns its order around, another column begins ascending", () => {
  const once = pressed({ by: "health", descending: false }, "team");
  assert.deepEqual(once, { by: "team", descending: false });
  assert.deepEqual(pressed(once, "team"), { by: "team", descending: true });
  assert.deepEqual(pressed({ by: "team", descending: true }, "team"), { by: "team", descending: false });
});

// The price of a message, told before it is sent.

import assert from "node:assert/strict";
import test from "node:test";
import { costOf, together } from "../../functions/console/page/lib/message_price.js";

const exactly = (/** @type {number} */ amount) => ({ least: amount, most: amount });
const ON_X = { first: exactly(0.01), with_link: exactly(0.2), further: exactly(0.015), per_recipient: false };
const BY_MAIL = {
  first: exactly(0.0001),
  with_link: exactly(0.0001),
  further: exactly(0.0001),
  per_recipient: true,
};
const TEMPLATE = {
  first: { least: 0.0008, most: 0.1597 },
  with_link: { least: 0.0008, most: 0.1597 },
  further: { least: 0.0008, most: 0.1597 },
  per_recipient: false,
};

test("an answer on X says what it costs, and what it would with a link", () => {
  assert.deepEqual(costOf(ON_X, ["Try the other one"]), {
    cost: exactly(0.01),
    linked: exactly(0.2),
    hasLink: false,
  });
  assert.deepEqual(costOf(ON_X, [""])?.cost, exactly(0.01));
});

test("a link is found where X finds one, also without https", () => {
  for (const text of ["See https://example.com/a", "see example.com", "(example.de/x?y=1)"]) {
    assert.deepEqual(costOf(ON_X, [text]), { cost: exactly(0.2), linked: null, hasLink: true });
  }
  for (const text of ["Kim@example.com", "3.5 or so", "end.Begin"]) assert.equal(costOf(ON_X, [text])?.hasLink, false);
});

test("each part costs by what is in it", () => {
  assert.equal(costOf(ON_X, ["one", "two", "three"])?.cost.most, 0.04);
  assert.equal(costOf(ON_X, ["one", "example.com"])?.cost.most, 0.21000000000000002);
});

test("a mail costs for each recipient, and a link in it nothing more", () => {
  assert.deepEqual(costOf(BY_MAIL, ["See example.com"], 3), {
    cost: exactly(0.00030000000000000003),
    linked: null,
    hasLink: false,
  });
  assert.deepEqual(costOf(BY_MAIL, ["Hello"], 0)?.cost, exactly(0.0001));
});

test("a template costs between two ends", () => {
  assert.deepEqual(costOf(TEMPLATE, ["Hello"])?.cost, { least: 0.0008, most: 0.1597 });
});

test("nothing costs nothing", () => {
  assert.equal(costOf(null, ["Hello"]), null);
});

test("a public and a private message cost what both cost", () => {
  const both = together(
    /** @type {NonNullable<ReturnType<typeof costOf>>} */ (costOf(ON_X, ["Hello"])),
    /** @type {NonNullable<ReturnType<typeof costOf>>} */ (costOf(BY_MAIL, ["Hello"])),
  );
  assert.deepEqual(both, { cost: exactly(0.0101), linked: exactly(0.2001), hasLink: false });
});

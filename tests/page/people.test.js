import assert from "node:assert/strict";
import { test } from "node:test";
import * as people from "../../functions/console/page/lib/accounts.js";
import * as card from "../../functions/console/page/lib/customer_cards.js";

const kim = (changed = {}) => ({ id: "k", name: "Kim", groups: ["agent", "lead"], teams: ["service"], ...changed });

test("a person's role is the one with most rights", () => {
  assert.equal(people.roleOf(kim()), "lead");
  assert.equal(people.roleOf(kim({ groups: ["admin", "agent", "lead"] })), "admin");
  assert.equal(people.roleOf(kim({ groups: [] })), "");
});

test("only what was changed of an account goes to the API", () => {
  assert.equal(people.changesOf(kim(), { role: "lead", teams: ["service"] }), null);
  assert.deepEqual(people.changesOf(kim(), { role: "agent", teams: ["service"] }), { groups: ["agent"] });
  assert.deepEqual(people.changesOf(kim(), { role: "lead", teams: [] }), { teams: [] });
  assert.deepEqual(people.changesOf(kim({ teams: ["a", "b"] }), { role: "lead", teams: ["b", "a"] }), null);
  assert.equal(people.changesOf(kim({ groups: [] }), { role: "", teams: ["service"] }), null);
});

test("a changed account takes the place of the one before, in the order of names", () => {
  const ada = kim({ id: "a", name: "Ada" });
  const renamed = people.withAccount([ada, kim()], kim({ groups: ["admin"] }));
  assert.deepEqual(
    renamed.map(({ name, groups }) => [name, groups.length]),
    [
      ["Ada", 2],
      ["Kim", 1],
    ],
  );
});

test("each customer is offered once, and none who is on the card already", () => {
  const found = [
    { card: "1", channel: "email", customer: { name: "Jana" } },
    { card: "2", channel: "x", customer: { name: "J." } },
    { card: "2", channel: "x", customer: { name: "J." } },
    { channel: "email", customer: { name: "Unproven" } },
  ];
  assert.deepEqual(card.candidates({ identities: [{ id: "1" }] }, found), [{ id: "2", channel: "x", name: "J." }]);
});

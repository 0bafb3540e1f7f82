import assert from "node:assert/strict";
import { test } from "node:test";

import * as recipients from "../../functions/console/page/state/recipients.js";

const ANNA = "anna@c15.example";
const BERND = "bernd@c15b.example";
const people = [
  { id: ANNA, name: "Anna Erste" },
  { id: BERND, name: null },
];
const mail = (to = ANNA) => ({ answer: { to: [to], subject: "Re: Netz", people } });
const draft = (changed = {}) => ({ ...recipients.USUAL, ...changed });

test("without a choice an answer goes to whom the API names, and says so", () => {
  assert.deepEqual(recipients.fieldsOf(mail(BERND), draft()), { to: [BERND] });
  assert.deepEqual(recipients.fieldsOf({}, draft()), {});
});

test("addresses are found with and without names, each once", () => {
  const text = `Anna <${ANNA}>, ${BERND};\n${BERND}, "Freund, Ein" <x@y.example>`;
  assert.deepEqual(recipients.addressesIn(text), [ANNA, BERND, '"Freund', "x@y.example"]);
});

test("from the first letter on the recipients stay, and an empty text frees them", () => {
  const kept = draft(recipients.pinned(mail(), draft(), "Liebe Anna"));
  assert.deepEqual(recipients.fieldsOf(mail(BERND), kept).to, [ANNA]);
  assert.equal(recipients.passedOver(mail(), kept), "");
  assert.equal(recipients.passedOver(mail(BERND), kept), BERND);
  assert.deepEqual(recipients.pinned(mail(BERND), kept, " "), { to: null, toFor: "" });
  assert.deepEqual(recipients.pinned(mail(BERND), draft({ to: "x@y.example", toFor: ANNA }), ""), {});
});

test("a person who wrote since is not passed over if they get the answer too", () => {
  const kept = draft({ to: `${ANNA}, ${BERND}`, toFor: ANNA });
  assert.equal(recipients.passedOver(mail(BERND), kept), "");
});

test("Cc and a changed subject go along, an unchanged one does not", () => {
  const changed = draft({ cc: BERND, subject: " Erstattung " });
  assert.deepEqual(recipients.fieldsOf(mail(), changed), { to: [ANNA], cc: [BERND], subject: "Erstattung" });
  assert.deepEqual(recipients.fieldsOf(mail(), draft({ subject: "Re: Netz" })), { to: [ANNA] });
  assert.deepEqual(recipients.fieldsOf(mail(), draft({ subject: " " })), { to: [ANNA] });
});

test("what is no address stands against sending", () => {
  assert.equal(recipients.unsendable(mail(), draft()), "");
  assert.equal(recipients.unsendable({}, draft()), "");
  assert.equal(recipients.unsendable(mail(), draft({ to: " " })), "recipients.none");
  assert.equal(recipients.unsendable(mail(), draft({ cc: "anna" })), "recipients.wrong");
  assert.equal(recipients.unsendable(mail(), draft({ to: `Anna <${ANNA}>`, cc: BERND })), "");
});

test("others of the exchange are offered, by the names that are known", () => {
  assert.deepEqual(recipients.others(mail(), draft()), [BERND]);
  assert.equal(recipients.nameOf(mail(), ANNA), "Anna Erste");
  assert.equal(recipients.nameOf(mail(), BERND), "");
});

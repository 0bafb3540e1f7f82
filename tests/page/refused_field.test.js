import assert from "node:assert/strict";
import { test } from "node:test";
import { refusedField } from "../../functions/console/page/lib/refused_field.js";

for (const [message, field] of [
  ["These rules are not valid: zone: an IANA time zone", "zone"],
  ["These rules are not valid: targets: resolution: a duration of hours and minutes like PT4H", "resolution"],
  ["These rules are not valid: rule 2: name: 1 to 100 characters in one line", "rule 2"],
  ["The request is not what this address takes: cap: 0 to 1000", "cap"],
  ["The request is not what this address takes: hours.quiet[0]: of the form ^[0-9]", "quiet"],
  ["The request is not what this address takes: targets.resolution: of the form ^PT", "resolution"],
  ["The request is not what this address takes: members[3]: 1 to 100 characters", "members"],
  ["The request is not what this address takes: rules[1].name: 1 to 100 characters", "rule 2"],
  ["The request is not what this address takes: rules[0].when.words[4]: string expected", "rule 1"],
  ["The request is not what this address takes: unknown field colour", ""],
]) {
  test(`field in "${message}"`, () => assert.equal(refusedField(message), field));
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { nextSpeaker } from "../../functions/console/page/lib/next_speaker.js";

const agent = { id: "a", name: "Ada" };

test("one click says the other of helper and bystander", () => {
  assert.equal(nextSpeaker({ speaker: "helper", speaker_by: null }), "bystander");
  assert.equal(nextSpeaker({ speaker: "bystander", speaker_by: null }), "helper");
});

test("further clicks say a colleague, the customer, and then what the rules tell", () => {
  assert.equal(nextSpeaker({ speaker: "bystander", speaker_by: agent }), "company");
  assert.equal(nextSpeaker({ speaker: "company", speaker_by: agent }), "customer");
  assert.equal(nextSpeaker({ speaker: "customer", speaker_by: agent }), null);
});

// The order in which colleagues are offered a conversation.

import assert from "node:assert/strict";
import { test } from "node:test";
import { offered, presenceOf } from "../../functions/console/page/lib/agent_order.js";

const status = (id, more) => ({
  agent: { id, name: id },
  status: "here",
  capacity: null,
  held: 0,
  since: null,
  ...more,
});
const agents = ["Ada", "Bo", "Cy", "Di", "Eli"].map((name) => ({ id: name, name }));

test("who is here and holds least stands first, who is away or unknown last", () => {
  const statuses = [
    status("Ada", { status: "away" }),
    status("Bo", { held: 4 }),
    status("Cy", { held: 1 }),
    status("Di", { capacity: 3, held: 3 }),
  ];
  assert.deepEqual(
    offered(agents, statuses).map(({ agent, presence }) => `${agent.name} ${presence}`),
    ["Cy here", "Bo here", "Di full", "Ada away", "Eli away"],
  );
});

test("an agent is full by their own word, and with as many conversations as they want", () => {
  assert.equal(presenceOf(status("a", { status: "full" })), "full");
  assert.equal(presenceOf(status("a", { capacity: 2, held: 2 })), "full");
  assert.equal(presenceOf(status("a", { capacity: 2, held: 1 })), "here");
  assert.equal(presenceOf(undefined), "away");
});

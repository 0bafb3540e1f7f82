import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { withHeld } from "../../functions/console/page/lib/choices.js";
import { toggledAmong } from "../../functions/console/page/lib/ticked.js";

globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "{}" }) });
globalThis.location = /** @type {any} */ ({ origin: "", pathname: "", hash: "" });
const { myId, undoSeconds, usualTeam, workspace } = await import("../../functions/console/page/state/workspace.js");
const { session } = await import("../../functions/console/page/lib/session.js");

const VIEWS = fileURLToPath(new URL("../../functions/console/page/views/", import.meta.url));
const TEAMS = /** @type {[string, string][]} */ ([
  ["service", "Service"],
  ["billing", "Billing"],
]);

test("a held value that is among the choices changes nothing", () => {
  assert.deepEqual(withHeld(TEAMS, ["billing"]), TEAMS);
});

test("a held value is shown before the list of choices has come, and where it is not in it", () => {
  assert.deepEqual(withHeld([], ["billing"]), [["billing", "billing"]]);
  assert.deepEqual(
    withHeld(TEAMS, ["gone"], (value) => `(${value})`).map(([, text]) => text),
    ["(gone)", "Service", "Billing"],
  );
});

test("a box that is ticked before the list has come keeps what was chosen", () => {
  const shown = withHeld(TEAMS, ["gone"]);
  assert.deepEqual(toggledAmong(shown, ["gone"], "billing", true), ["gone", "billing"]);
  assert.deepEqual(toggledAmong(shown, ["gone", "billing"], "gone", false), ["billing"]);
});

test("the usual team follows the teams when they come", () => {
  assert.equal(usualTeam("billing"), "");
  const teams = ["sales", "billing", "service"].map((name) => ({ name, label: "", member: name === "service" }));
  workspace.change(() => /** @type {any} */ ({ teams }));
  assert.equal(usualTeam("billing"), "billing");
  assert.equal(usualTeam("gone"), "service");
  workspace.change(() => /** @type {any} */ ({ teams: teams.slice(0, 2) }));
  assert.equal(usualTeam(), "sales");
});

test("the agent's id and the seconds to undo are there before the agent was read", () => {
  session.change(() => /** @type {any} */ ({ claims: { sub: "kim" } }));
  assert.equal(myId(), "kim");
  assert.equal(undoSeconds(), 5);
  workspace.change(() => /** @type {any} */ ({ me: { id: "kim", settings: { undo_seconds: 0 } } }));
  assert.equal(undoSeconds(), 0);
});

test("the options of each field are drawn by the one module that shows what the state holds", () => {
  const files = readdirSync(VIEWS, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const others = files.filter((name) => name !== "options.js" && /<option[^>]*>[^<]/.test(source(name)));
  assert.deepEqual(others, []);
});

/** @param {string} name */
function source(name) {
  return readFileSync(join(VIEWS, name), "utf8");
}

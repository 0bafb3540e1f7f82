import assert from "node:assert/strict";
import { test } from "node:test";
import { go, hashOf, hold, parse, start } from "../../functions/console/page/lib/router.js";

test("a place survives being written and read", () => {
  const place = parse(hashOf("c", "a/b c?d#e"));
  assert.equal(place.name, "c");
  assert.equal(place.id, "a/b c?d#e");
});

test("filters stand in the query, and empty ones do not", () => {
  const hash = hashOf("inbox", "", { status: "open", team: "" });
  assert.equal(hash, "#/inbox?status=open");
  assert.equal(parse(hash).query.get("status"), "open");
});

test("an unknown place is the inbox", () => {
  for (const hash of ["", "#", "#/", "#/nowhere/1", "#x"]) assert.equal(parse(hash).name, "inbox");
});

test("a broken escape is shown as it is", () => {
  assert.equal(parse("#/c/%E0%A4%A").id, "%E0%A4%A");
});

/** As much of a browser as there is to moving about: `entries` is what Back goes through. */
function browse(...entries) {
  const moved = [];
  globalThis.location = {
    get hash() {
      return entries.at(-1);
    },
  };
  globalThis.history = {
    pushState: (_state, _title, hash) => entries.push(hash),
    replaceState: (_state, _title, hash) => entries.splice(-1, 1, hash),
  };
  globalThis.addEventListener = (_name, fn) => moved.push(fn);
  const arrived = [];
  start(({ hash }) => arrived.push(hash));
  const back = () => {
    entries.pop();
    return moved[0]();
  };
  return { entries, arrived, back };
}

test("leaving without changes asks nothing, and going back works twice", async () => {
  const { entries, arrived, back } = browse("#/inbox", "#/settings/teams", "#/settings/hours");
  const release = hold(() => true);
  await back();
  await back();
  release();
  assert.deepEqual(entries, ["#/inbox"]);
  assert.deepEqual(arrived, ["#/settings/hours", "#/settings/teams", "#/inbox"]);
});

test("declining keeps the place and its address, and asks no further", async () => {
  const { entries, arrived, back } = browse("#/inbox", "#/reports");
  const releases = [hold(async () => false), hold(() => assert.fail("asked in vain"))];
  await back();
  await go("#/follow-ups");
  for (const release of releases) release();
  assert.deepEqual([entries.at(-1), arrived], ["#/reports", ["#/reports"]]);
});

test("agreeing goes to the new place once all agree", async () => {
  const { entries, arrived, back } = browse("#/inbox", "#/reports");
  const asked = [];
  const releases = ["one", "two"].map((each) => hold(async () => asked.push(each) > 0));
  await back();
  for (const release of releases) release();
  assert.deepEqual([asked, entries.at(-1), arrived.at(-1)], [["one", "two"], "#/inbox", "#/inbox"]);
});

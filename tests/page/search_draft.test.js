import assert from "node:assert/strict";
import { test } from "node:test";
import {
  blank,
  bodyOf,
  draftOf,
  marked,
  missing,
  precisionOf,
  wordsOf,
} from "../../functions/console/page/lib/search_draft.js";

const filled = () => ({ ...blank("service"), name: " Sport ", query: { all: ["headphones"], any: [], none: [] } });
const account = { channel: "x", connection: "x-de", places: [], cents: null };

test("a search needs a word and a place to be tried, and a name to be saved", () => {
  const draft = blank("service");
  assert.equal(missing(draft), "query");
  draft.query.any = ["headphones"];
  assert.equal(missing(draft), "sources");
  draft.feeds = ["forum.example/rss"];
  assert.equal(missing(draft), "feeds");
  draft.feeds = ["", "https://forum.example/rss"];
  assert.equal(missing(draft), "");
  assert.equal(missing(draft, { toSave: true }), "name");
  assert.equal(missing({ ...draft, name: "Sport" }, { toSave: true }), "");
});

test("only words that a post must not have are no search", () => {
  assert.equal(
    missing({ ...blank("service"), query: { all: [], any: [], none: ["sale"] }, accounts: [account] }),
    "query",
  );
});

test("accounts and feeds are sources; what is empty is left out", () => {
  const draft = filled();
  draft.accounts = [account, { channel: "reddit", connection: "r", places: ["headphones"], cents: 50 }];
  draft.feeds = [" https://forum.example/rss ", ""];
  const body = bodyOf(draft);
  assert.deepEqual(body.sources, [
    { channel: "x", connection: "x-de" },
    { channel: "reddit", connection: "r", places: ["headphones"], daily_cents: 50 },
    { feed: "https://forum.example/rss" },
  ]);
  assert.equal(body.name, "Sport");
  assert.deepEqual([body.limits.oldest_hours, body.limits.quiet_from, body.limits.links], [48, 21, 0]);
  for (const name of ["marks", "id", "accounts", "feeds"]) assert.ok(!(name in body), name);
});

test("marks go along, each post once", () => {
  let marks = marked([], { post: "a", fit: true });
  marks = marked(marks, { post: "b", fit: true });
  marks = marked(marks, { post: "a", fit: false });
  assert.deepEqual(bodyOf({ ...filled(), marks }).marks, [
    { post: "b", fit: true },
    { post: "a", fit: false },
  ]);
  assert.equal(precisionOf(marks), 0.5);
  assert.equal(precisionOf([]), null);
});

test("a saved search is edited and sent as it was", () => {
  const saved = {
    id: "s1",
    ...bodyOf({
      ...filled(),
      accounts: [account],
      feeds: ["https://forum.example/rss"],
      limits: { ...blank("").limits, per_day: 4 },
    }),
    limits: { per_day: 4 },
    states: [],
    precision: { fit: 0, judged: 0, share: null },
    pause_reason: null,
  };
  const draft = draftOf(saved);
  assert.deepEqual([draft.id, draft.limits.per_day, draft.limits.per_hour, draft.marks], ["s1", 4, 3, []]);
  assert.deepEqual(bodyOf(draft).sources, saved.sources);
});

test("the words of a search are shown as they are combined", () => {
  const query = { all: ["headphones"], any: ["sport", "go running"], none: ["sale"] };
  assert.equal(wordsOf(query), "headphones · sport / “go running” · −sale");
});

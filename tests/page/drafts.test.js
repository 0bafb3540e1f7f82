import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** A browser's storage, as far as drafts need it. */
class Storage {
  setItem(name, value) {
    this[name] = value;
  }

  getItem(name) {
    return this[name] ?? null;
  }

  removeItem(name) {
    delete this[name];
  }
}

globalThis.localStorage = new Storage();
let fresh = 0;
/** A page that was reloaded: it knows what the browser kept. */
const load = async () => {
  fresh += 1;
  return import(`../../functions/console/page/state/drafts.js?${fresh}`);
};

beforeEach(() => {
  globalThis.localStorage = new Storage();
});

test("a draft survives a reload, of each conversation its own", async () => {
  const before = await load();
  before.start("kim");
  before.change("one", { text: "Hello" });
  before.keep("two", { note: "Note", mode: "note" });
  before.flush();
  const after = await load();
  after.start("kim");
  assert.equal(after.draftOf("one").text, "Hello");
  assert.deepEqual([after.draftOf("two").note, after.draftOf("two").mode], ["Note", "note"]);
  assert.ok(after.isKept("one") && !after.isKept("three"));
});

test("agents who share a browser see only their own drafts", async () => {
  const drafts = await load();
  drafts.start("kim");
  drafts.keep("one", { text: "Kim's" });
  drafts.start("lea");
  assert.equal(drafts.draftOf("one").text, "");
  drafts.keep("one", { text: "Lea's" });
  drafts.start("kim");
  assert.equal(drafts.draftOf("one").text, "Kim's");
});

test("a sent draft is removed", async () => {
  const drafts = await load();
  drafts.start("kim");
  drafts.keep("one", { text: "Hello" });
  drafts.keep("one", { text: "" });
  assert.deepEqual(Object.keys(globalThis.localStorage), []);
});

test("an attempt of unknown outcome is kept with the draft", async () => {
  const drafts = await load();
  drafts.start("kim");
  drafts.keep("one", { attempt: { key: "k", body: { text: "Hello" }, at: 1 } });
  const after = await load();
  after.start("kim");
  assert.equal(after.draftOf("one").attempt.key, "k");
});

test("drafts older than a month are removed, and so are unreadable ones", async () => {
  const drafts = await load();
  localStorage.setItem("nachfrage.draft.kim.old", JSON.stringify({ text: "old", at: Date.now() - 40 * 86_400_000 }));
  localStorage.setItem("nachfrage.draft.kim.young", JSON.stringify({ text: "young", at: Date.now() }));
  localStorage.setItem("nachfrage.draft.kim.broken", "{");
  localStorage.setItem("nachfrage.theme", "dark");
  drafts.start("kim");
  assert.deepEqual(Object.keys(localStorage).sort(), ["nachfrage.draft.kim.young", "nachfrage.theme"]);
});

test("drafts survive in memory when the browser's storage refuses them", async () => {
  const drafts = await load();
  drafts.start("kim");
  localStorage.setItem = () => {
    throw new Error("full");
  };
  drafts.keep("one", { text: "Hello" });
  assert.equal(drafts.draftOf("one").text, "Hello");
});

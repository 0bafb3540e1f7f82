import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "{}" }) });
globalThis.location = /** @type {any} */ ({ origin: "", pathname: "", hash: "" });
const { pagedList } = await import("../../functions/console/page/state/paged_list.js");

/** Return what reads pages, which are given in their order, and the queries it is called with; an error is thrown. */
function reading(...pages) {
  const queries = [];
  const read = async (query) => {
    queries.push(query);
    const page = pages.shift();
    if (page instanceof Error) throw page;
    return page;
  };
  return { queries, read };
}

test("pages are joined in their order, and the cursor is passed on", async () => {
  const { queries, read } = reading(
    { items: [{ id: "a" }], cursor: "next one" },
    { items: [{ id: "b" }], cursor: null },
  );
  const list = pagedList("first", read);
  await list.load();
  await list.load(list.get().cursor);
  assert.deepEqual(
    list.get().items?.map(({ id }) => id),
    ["a", "b"],
  );
  assert.equal(list.get().cursor, null);
  assert.deepEqual(queries, ["", "?cursor=next%20one"]);
});

test("a next page that fails leaves the entries and the cursor, and can be read again", async () => {
  const { read } = reading({ items: [{ id: "a" }], cursor: "more" }, new TypeError("offline"), {
    items: [{ id: "b" }],
    cursor: null,
  });
  const list = pagedList("second", read);
  await list.load();
  await list.load("more");
  assert.ok(list.get().error);
  assert.deepEqual([list.get().items?.length, list.get().cursor, list.get().busy], [1, "more", false]);
  await list.load("more");
  assert.deepEqual([list.get().items?.length, list.get().error], [2, null]);
});

test("an entry that was taken out is gone from the list", async () => {
  const { read } = reading({ items: [{ id: "a" }, { id: "b" }], cursor: null });
  const list = pagedList("third", read);
  await list.load();
  list.remove("a");
  assert.deepEqual(list.get().items, [{ id: "b" }]);
});

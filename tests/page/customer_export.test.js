import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "{}" }) });
globalThis.location = /** @type {any} */ ({ origin: "", pathname: "", hash: "" });
const { everything } = await import("../../functions/console/page/state/customer_card.js");

test("an export has conversations and found posts of all pages", async () => {
  const card = { id: "c" };
  const pages = [
    { card, items: [{ id: "one" }], proposals: [], cursor: "next one" },
    { card, items: [{ id: "two" }], proposals: [{ proposal: "p" }], cursor: null },
  ];
  const paths = [];
  const read = async (path) => {
    paths.push(path);
    return pages.shift();
  };
  assert.deepEqual(await everything("c", read), {
    card,
    conversations: [{ id: "one" }, { id: "two" }],
    proposals: [{ proposal: "p" }],
  });
  assert.deepEqual(paths, ["/customers/c/export", "/customers/c/export?cursor=next%20one"]);
});

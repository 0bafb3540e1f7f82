import assert from "node:assert/strict";
import { test } from "node:test";
import { assertLinear } from "./growth.js";
import { AROUND, UNITS } from "./hostile.js";

globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "{}" }) });
globalThis.location = /** @type {any} */ ({ origin: "", pathname: "", hash: "" });
const page = (name) => import(`../../functions/console/page/${name}.js`);
const { clusters, count } = await page("lib/text_length");
const { beginning, excerpt } = await page("lib/excerpt");
const { unsendable } = await page("lib/file_rules");
const { initials } = await page("state/workspace");
const { parts: links, safe } = await page("lib/links");
const { split } = await page("lib/split_text");
const { upto } = await page("state/read_receipts");
const { parse } = await page("lib/router");
const { pieces } = await page("state/search");
const { askedAt, fieldIn, fitting, mentionsIn } = await page("lib/suggest");
const { rowsOf } = await page("state/thread");
const { anchored, layout } = await page("views/inbox/list_layout");
const { lengthOf } = await page("lib/durations");
const { piecesOf, unknownIn } = await page("lib/template_fields");

/** Work of the page on texts of others, and on what an agent makes of them. */
const WORK = {
  "finding addresses": links,
  "judging an address": safe,
  "cutting off the beginning": (text) => [beginning(text, 100), excerpt(text, 0), excerpt(text, 1), excerpt(text, 9)],
  "counting characters": (text) => count(text, "characters"),
  "counting bytes": (text) => count(text, "bytes"),
  "counting as X counts": (text) => count(text, "weighted"),
  "telling clusters apart": clusters,
  "splitting into parts": (text) => split(text, 1000, (part) => part.length),
  "the letters of a name": initials,
  "highlighting what was found": (text) =>
    pieces(
      text,
      Array.from({ length: 500 }, (_, at) => [2 * at, 2 * at + 1]),
    ),
  "looking for a sign": (text) => askedAt(text, text.length, "/@"),
  "looking for a field": fieldIn,
  "fitting names": (text) => fitting([{ name: text, also: text }], "zz"),
  "looking for names": (text) => mentionsIn(text, { Jana: "1", Ole: "2" }),
  "the fields of a template": (text) => [piecesOf(text, "question"), unknownIn(text, "question")],
  "reading a place": (text) => parse(`#/c/${text}`),
  "reading a duration": (text) => lengthOf(`P${text}`),
  "measuring a text beside files": (text) =>
    unsendable({ most: 1, largest: { "*/*": 9 }, with_text: true, limit: 5 }, [{ type: "a/b", size: 1 }], text),
};

for (const [name, work] of Object.entries(WORK)) {
  test(`${name} takes the time of a text's length, whatever is repeated in it`, () => {
    for (const [unit, repeated] of Object.entries(UNITS)) {
      for (const [before, behind] of AROUND) {
        const made = (size) => before + repeated.repeat(Math.ceil(size / repeated.length)) + behind;
        assertLinear(`${unit} between "${before}" and "${behind}"`, made, work, 5000);
      }
    }
  });
}

test("a hundred thousand characters are no more work for their length", () => {
  for (const repeated of ["x", "\u0301", "\u200d", "\u2067", "\n", "https://a.example/ ", ")"]) {
    const text = `https://a${repeated.repeat(100_000 / repeated.length)}`;
    const began = performance.now();
    links(text);
    clusters(text);
    count(text, "weighted");
    assert.ok(performance.now() - began < 3000, JSON.stringify(repeated));
  }
});

const message = (number, more = {}) => ({
  id: `m${number}`,
  platform_id: `m${number}`,
  direction: "inbound",
  parent_id: null,
  sent_at: new Date(1_790_000_000_000 + number * 1000).toISOString(),
  ...more,
});

test("a thread of replies to replies is ordered in the time of its length", () => {
  const made = (size) => ({
    visibility: "public",
    messages: Array.from({ length: size }, (_, at) => message(at, { parent_id: at ? `m${at - 1}` : null })).reverse(),
  });
  assertLinear("a chain", made, rowsOf, 2000);
});

test("replies in a circle are ordered in the time of their number", () => {
  const made = (size) => ({
    visibility: "public",
    messages: Array.from({ length: size }, (_, at) => message(at, { parent_id: `m${(at + 1) % size}` })),
  });
  assertLinear("a circle", made, rowsOf, 2000);
});

test("events are placed between messages in linear time", () => {
  const made = (size) => ({
    visibility: "private",
    messages: Array.from({ length: size }, (_, at) => message(at)),
    events: Array.from({ length: size }, (_, at) => ({ id: at, at: message(at % 3).sent_at, kind: "tag" })),
  });
  assertLinear("events", made, rowsOf, 2000);
});

test("the last read message is found in linear time", () => {
  const made = (size) => Array.from({ length: size }, (_, at) => message(at));
  assertLinear("unseen", made, (all) => upto(all, "m0", all.slice(1).reverse().map(({ id }) => id)), 5000); // biome-ignore format: one line
});

test("a list of very many rows is placed in the time of their number", () => {
  const sizes = { row: 100, head: 40 };
  const made = (size) => Array.from({ length: size }, (_, at) => `c${at}`);
  const work = (ids) => {
    const before = layout(ids, (id) => (id < "c5" ? "due" : "waiting"), sizes);
    anchored(
      before,
      layout(ids.slice(1), () => "", sizes),
      50 * ids.length,
    );
  };
  assertLinear("rows", made, work, 5000);
});

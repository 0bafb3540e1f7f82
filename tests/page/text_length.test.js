import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parts, split } from "../../functions/console/page/lib/split_text.js";
import { clusters, count, room } from "../../functions/console/page/lib/text_length.js";

/** The same cases that the API's own counting is held to. */
const cases = JSON.parse(readFileSync(new URL("../unit/channels/text_fitting.json", import.meta.url), "utf8"));

const route = {
  way: "public_reply",
  visibility: "public",
  limit: 10,
  unit: "characters",
  person_only: false,
  until: null,
};

test("characters are code points, as the API counts them", () => {
  assert.equal(count("Grüße", "characters"), 5);
  assert.equal(count("🙂", "characters"), 1);
  assert.equal(count("👨‍👩‍👧", "characters"), 5);
  assert.equal(count("e\u0301", "characters"), 2);
  assert.equal(count("a\r\nb", "characters"), 4);
});

test("a unit that the page does not know is left to the API", () => {
  assert.equal(count("text", "syllables"), null);
  assert.equal(room("text", { ...route, unit: "syllables" }), null);
});

test("the limit is warned of before it is reached, and is the last that fits", () => {
  assert.equal(room("12345678", route)?.state, "calm");
  assert.equal(room("123456789", route)?.state, "near");
  assert.deepEqual(room("1234567890", route), { used: 10, limit: 10, left: 0, state: "near" });
  assert.equal(room("12345678901", route)?.state, "over");
  assert.equal(room("🙂".repeat(10), route)?.state, "near");
});

test("no room is known without a route", () => {
  assert.equal(room("text", undefined), null);
});

test("each unit counts as its platforms do", () => {
  const family = "👨‍👩‍👧";
  const lengths = { characters: 5, utf16: 8, bytes: 18, graphemes: 1, weighted: 2 };
  for (const [unit, length] of Object.entries(lengths)) assert.equal(count(family, unit), length, unit);
  assert.equal(count("Grüße", "bytes"), 7);
  assert.equal(count("e\u0301\r\n🇩🇪🇫🇷", "graphemes"), 4);
});

test("X's weights are those the API counts", () => {
  for (const { text, length, page = true } of cases.weighted) {
    if (page) assert.equal(count(text, "weighted"), length, text);
  }
});

test("a text is cut where the API cuts it", () => {
  const characters = (text) => [...text].length;
  for (const { text, limit, parts: wanted } of cases.split) assert.deepEqual(split(text, limit, characters), wanted);
  for (const { text, limit } of cases.unsplittable) assert.deepEqual(split(text, limit, characters), []);
});

test("no part is too long, and nothing is lost but blanks", () => {
  const words = [
    "Strom",
    "Grüße.",
    "z. B.",
    "https://nord.com/weg",
    "@nord.licht",
    "👨‍👩‍👧",
    "日本語の文です。",
    "\n\n",
    "\n- ",
  ];
  let seed = 7;
  const chance = (most) => {
    seed = (seed * 16807) % 2147483647;
    return seed % most;
  };
  for (let round = 0; round < 300; round += 1) {
    const text = Array.from({ length: 1 + chance(60) }, () => words[chance(words.length)]).join(" ");
    for (const unit of ["characters", "utf16", "bytes", "graphemes", "weighted"]) {
      const found = split(text, 40, (part) => count(part, unit) ?? 0);
      if (!found.length) continue;
      assert.ok(found.every((part) => (count(part, unit) ?? 99) <= 40));
      assert.equal(found.join("").replace(/\s/g, ""), text.replace(/\s/g, ""));
      assert.ok(found.every((part) => !part.includes("https") || part.includes("https://nord.com/weg")));
    }
  }
});

test("parts are spoken of only where they help", () => {
  assert.deepEqual(parts("Guten Tag", route), []);
  assert.deepEqual(parts("Guten Tag. Bis bald", route), ["Guten Tag.", "Bis bald"]);
  assert.deepEqual(parts("Guten Tag. Bis bald", { ...route, way: "private_reply" }), []);
  assert.deepEqual(parts("a b ".repeat(200), route), []);
  assert.deepEqual(parts("Guten Tag. Bis bald", undefined), []);
  assert.deepEqual(parts("Guten Tag. Bis bald", { ...route, unit: "syllables" }), []);
});

test("a long text is cut while somebody types", () => {
  const text = "Ein Satz, der nicht aufhört 😀 und weiter geht. ".repeat(600);
  const started = performance.now();
  assert.equal(parts(text, { ...route, limit: 9000 }).length, 4);
  assert.ok(performance.now() - started < 1500);
  assert.equal(clusters("a\u0301b").length, 2);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";
import { found } from "../../functions/console/page/lib/emoji_search.js";
import { groupsOfEmoji } from "../../infra/page/emoji.mjs";

const require = createRequire(new URL("../../infra/page/package.json", import.meta.url));
const groupsOf = (language) => groupsOfEmoji(require.resolve(`emojibase-data/${language}/data.json`));
const signs = (groups, typed, most = 20) => found(groups, typed, most).map(([emoji]) => emoji);

test("emoji are found by their names in the reader's language", () => {
  assert.ok(signs(groupsOf("de"), "umarm").includes("🤗"));
  assert.ok(signs(groupsOf("en"), "hugging").includes("🤗"));
});

test("case, accents and the order of words do not matter in a search", () => {
  const groups = [{ title: "", emoji: [["🎂", "Geburtstags-Torte", "Kuchen süß"]] }];
  for (const typed of ["torte GEBURT", "suss kuchen", "Süß"]) assert.deepEqual(signs(groups, typed), ["🎂"]);
  assert.deepEqual(signs(groups, "Brot"), []);
});

test("names that begin with what was typed come first", () => {
  const groups = [
    {
      title: "",
      emoji: [
        ["1", "broken heart", ""],
        ["2", "face", "heartfelt"],
        ["3", "heart", ""],
        ["4", "sweetheart", ""],
      ],
    },
  ];
  assert.deepEqual(signs(groups, "heart"), ["3", "1", "2", "4"]);
  assert.deepEqual(signs(groups, "heart", 2), ["3", "1"]);
});

test("a search without words finds nothing", () => {
  assert.deepEqual(signs(groupsOf("en"), "  - "), []);
});

test("groups have titles and emoji in both languages, and none is newer than phones of some years", () => {
  const data = JSON.parse(readFileSync(require.resolve("emojibase-data/en/data.json"), "utf8"));
  const late = new Set(data.filter(({ version }) => version > 15).map(({ emoji }) => emoji));
  for (const groups of ["de", "en"].map(groupsOf)) {
    assert.equal(groups.length, 9);
    assert.ok(groups.every(({ title, emoji }) => /^\p{Lu}/u.test(title) && emoji.length > 50));
    assert.ok(groups.every(({ emoji }) => emoji.every(([sign]) => !late.has(sign))));
  }
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";
import { chooseTone, chosenTone, found, TONES, toned } from "../../functions/console/page/lib/emoji_search.js";
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

test("each emoji with skin tones gets them as Unicode writes them", () => {
  const data = JSON.parse(readFileSync(require.resolve("emojibase-data/en/data.json"), "utf8"));
  const written = new Map(data.filter(({ skins }) => skins).map(({ emoji, skins }) => [emoji, skins]));
  const shown = groupsOf("en").flatMap(({ emoji }) => emoji);
  assert.ok(shown.filter(([, , , hasTones]) => hasTones).length > 300);
  for (const emoji of shown) {
    const ofOneTone = (written.get(emoji[0]) ?? []).filter(({ tone }) => new Set([tone].flat()).size === 1);
    for (const skin of ofOneTone) assert.equal(toned(emoji, [skin.tone].flat()[0]), skin.emoji);
    if (!ofOneTone.length) assert.equal(toned(emoji, 5), emoji[0]);
  }
});

test("the skin tone that was chosen is kept, and what is no tone is none", () => {
  const kept = new Map();
  globalThis.localStorage = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
  };
  try {
    assert.equal(chosenTone(), 0);
    chooseTone(4);
    assert.equal(chosenTone(), 4);
    for (const wrong of ["9", "length", "-1", "x"]) {
      for (const name of kept.keys()) kept.set(name, wrong);
      assert.ok(TONES[chosenTone()] === "");
    }
  } finally {
    delete globalThis.localStorage;
  }
});

// Fuzzes what the page does with texts of others:
//
//     node page.mjs SECONDS ARTIFACTS     writes what fails into the folder ARTIFACTS
//     node page.mjs --replay FILE …       fails if one of the files still does

import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UNITS } from "../page/hostile.js";

globalThis.document = { querySelector: () => ({ content: "{}" }) };
globalThis.location = { origin: "", pathname: "", hash: "" };
const page = (name) => import(`../../functions/console/page/${name}.js`);
const { clusters, count } = await page("lib/text_length");
const { beginning, excerpt } = await page("lib/excerpt");
const { initials } = await page("state/workspace");
const { parts: links, safe } = await page("lib/links");
const { split } = await page("lib/split_text");
const { pieces } = await page("state/search");
const { askedAt, fieldIn, fitting, putIn } = await page("lib/suggest");
const { rowsOf } = await page("state/thread");
const { piecesOf, unknownIn } = await page("lib/template_fields");

/** Milliseconds of the processor that one text may take; the longest have some ten thousand characters. */
const LONGEST_MS = 1000;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const joined = (all) => all.map(({ text }) => text).join("");
const letters = (text) => text.replace(/\s/g, "");

/** Properties that hold for every text. @type {Record<string, (text: string) => void>} */
const PROPERTIES = {
  links(text) {
    const found = links(text);
    assert.equal(joined(found), text);
    assert.deepEqual(links(text), found);
    for (const { text: written, href, host } of found) {
      if (!href) continue;
      assert.match(href, /^https?:\/\//);
      assert.doesNotMatch(written, /[\s<>"\p{Bidi_Control}\p{Cc}]/u);
      // The address, or the host beside it, tells where it leads.
      const { host: real } = new URL(href);
      assert.ok(
        host === real ||
          written
            .toLowerCase()
            .replace(/^https?:\/\//, "")
            .startsWith(real),
      );
    }
  },
  safe(text) {
    const url = safe(text);
    assert.ok(url === null || ["http:", "https:"].includes(url.protocol));
  },
  clusters(text) {
    const found = clusters(text);
    assert.equal(found.join(""), text);
    if (text.length < 3000)
      assert.deepEqual(
        found,
        Array.from(segmenter.segment(text), ({ segment }) => segment),
      );
  },
  count(text) {
    for (const unit of ["characters", "utf16", "bytes", "graphemes", "weighted"]) {
      const length = count(text, unit);
      assert.ok(Number.isInteger(length) && length >= 0 && length <= 23 * text.length, `${unit}: ${length}`);
    }
    assert.ok(count(text, "graphemes") <= count(text, "characters"));
  },
  split(text) {
    for (const [limit, unit] of [
      [50, "characters"],
      [280, "weighted"],
      [300, "graphemes"],
    ]) {
      const measure = (part) => count(part, unit);
      const found = split(text, limit, measure);
      if (!found.length) continue;
      assert.ok(found.every((part) => measure(part) <= limit));
      assert.equal(letters(found.join("")), letters(text));
    }
  },
  excerpt(text) {
    let before = -1;
    for (let steps = 0; before < text.length; steps += 1) {
      const { shown, long } = excerpt(text, steps);
      assert.ok(text.startsWith(shown) && shown.length > before && (long || shown === text));
      assert.ok(shown.length <= 1600 + 8000 * steps);
      before = shown.length;
      if (shown === text) break;
    }
    assert.ok([...beginning(text, 7)].length <= 7 && text.startsWith(beginning(text, 7)));
  },
  highlights(text) {
    const found = pieces(text, [
      [1, 3],
      [3, 4],
      [2, 9],
      [-5, 2],
      [20, 10_000],
      [Number.NaN, 4],
    ]);
    assert.equal(joined(found), text);
  },
  suggestions(text) {
    const asked = askedAt(text, text.length, "/@");
    if (asked) assert.ok(putIn(text, asked, "{{ customer }} ").text.endsWith("{{ customer }} "));
    const field = fieldIn(text);
    if (field) assert.match(field.name, /^\w+$/);
    assert.ok(fitting([{ name: text, also: text }], text.slice(0, 9)).length <= 1);
    assert.ok([...initials(text)].length <= 8);
  },
  fields(text) {
    for (const kind of ["question", "answer"]) {
      assert.equal(joined(piecesOf(text, kind)), text);
      assert.ok(unknownIn(text, kind) === null || typeof unknownIn(text, kind) === "string");
    }
  },
  threads(text) {
    // Each sign names the message that its own number answers.
    const messages = [...text].slice(0, 500).map((sign, at) => ({
      id: `m${at}`,
      platform_id: `m${at}`,
      direction: "inbound",
      parent_id: sign === " " ? null : `m${sign.codePointAt(0) % 40}`,
      sent_at: new Date(1_790_000_000_000 + (sign.codePointAt(0) % 90_000) * 1000).toISOString(),
    }));
    for (const visibility of ["public", "private"]) {
      const events = messages.map(({ sent_at }, id) => ({ id, at: sent_at, kind: "tag" }));
      const rows = rowsOf({ visibility, messages, events });
      for (const kind of ["message", "event"]) {
        assert.equal(rows.filter((row) => row.kind === kind).length, messages.length);
      }
    }
  },
};

/** Check one property of one text, and how long it takes. */
function check(name, text) {
  const began = process.cpuUsage();
  PROPERTIES[name](text);
  const { user, system } = process.cpuUsage(began);
  assert.ok(user + system < LONGEST_MS * 1000, `${name} took ${Math.round((user + system) / 1000)} ms`);
}

function replay(files) {
  for (const file of files) {
    const { property, text } = JSON.parse(readFileSync(file, "utf8"));
    check(property, text);
  }
}

async function fuzz(seconds, artifacts) {
  const fc = createRequire(new URL("../../infra/page/package.json", import.meta.url))("fast-check");
  const word = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom(...Object.values(UNITS)),
    fc.constantFrom(
      "{{ customer }}",
      "@jana",
      "https://good.example@evil.example/",
      "http://[::1",
      "z. B.",
      "t.co/a",
      "\n\n",
    ),
  );
  const repeated = fc.tuple(word, fc.constantFrom(1, 1, 1, 2, 31, 300, 3000)).map(([one, times]) => one.repeat(times));
  const texts = fc.array(repeated, { maxLength: 12 }).map((all) => all.join("").slice(0, 60_000));
  const names = Object.keys(PROPERTIES);
  for (const name of names) {
    const path = join(artifacts, name);
    const keep = (text) => writeFileSync(path, JSON.stringify({ property: name, text }));
    const property = fc.property(texts, (text) => {
      keep(text); // if it hangs, this is what is left
      check(name, text);
    });
    const limit = (1000 * seconds) / names.length;
    const result = fc.check(property, { numRuns: 1e9, interruptAfterTimeLimit: limit, markInterruptAsFailure: false });
    if (result.failed) {
      keep(result.counterexample[0]);
      process.stdout.write(`${name}: ${result.error ?? result.errorInstance}\n`);
      process.exitCode = 1;
    } else {
      rmSync(path, { force: true });
      process.stdout.write(`${name}: ${result.numRuns} texts\n`);
    }
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === "--replay") replay(rest);
else await fuzz(Number(first), rest[0]);

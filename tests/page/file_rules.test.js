import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, against, isApart, largest, sizeOf, unsendable } from "../../functions/console/page/lib/file_rules.js";

const PICTURES = { most: 2, largest: { "image/png": 2_000_000, "video/*": 16_000_000 }, with_text: true, limit: null };
const png = (size = 1000) => ({ name: "a.png", type: "image/png", size });

test("a type is taken by its name, by its family, or not at all", () => {
  assert.equal(largest(PICTURES, "image/png"), 2_000_000);
  assert.equal(largest(PICTURES, "video/mp4"), 16_000_000);
  assert.equal(largest(PICTURES, "image/svg+xml"), 0);
  assert.equal(largest({ ...PICTURES, largest: { "*/*": 5 } }, "text/csv"), 5);
});

test("a file that the platform refuses is reported before it is uploaded", () => {
  assert.equal(against(PICTURES, png(), 1), null);
  assert.deepEqual(against(null, png(), 0), ["files.none", {}]);
  assert.deepEqual(against(PICTURES, png(), 2), ["files.many", { n: 2 }]);
  assert.deepEqual(against(PICTURES, png(0), 0), ["files.empty", { name: "a.png" }]);
  assert.deepEqual(against(PICTURES, { name: "x", type: "", size: 1 }, 0), ["files.type", { name: "x" }]);
  assert.deepEqual(against(PICTURES, png(2_000_001), 0), ["files.large", { name: "a.png", bytes: 2_000_000 }]);
});

test("a file that runs something is refused before it is uploaded, whatever stands before its ending", () => {
  const rule = { ...PICTURES, largest: { "*/*": 1000 } };
  for (const name of ["setup.exe", "Rechnung.pdf.JS", "a.lnk ", "b.bat...", "js"])
    assert.deepEqual(against(rule, { name, type: "", size: 1 }, 0), ["files.dangerous", { name }]);
  for (const name of ["plan.pdf", "exe.txt", "notes", "json.json"])
    assert.equal(against(rule, { name, type: "", size: 1 }, 0), null);
});

test("files go out behind the text where the platform takes them in a message of their own", () => {
  const alone = { way: "private_message", files: { ...PICTURES, with_text: false } };
  assert.equal(isApart(alone, [png()], "text"), true);
  assert.equal(isApart(alone, [png()], " "), false);
  assert.equal(isApart(alone, [], "text"), false);
  assert.equal(isApart({ ...alone, way: "private_reply" }, [png()], "text"), false);
  const short = { way: "private_message", files: { ...PICTURES, limit: 3 } };
  assert.equal(isApart(short, [png()], "abc"), false);
  assert.equal(isApart(short, [png()], "abcd"), true);
  assert.equal(unsendable(short, [png()], "abcd"), "");
});

test("files attached for one route are checked again for another", () => {
  assert.equal(unsendable(null, [], "text"), "");
  const once = (rule = {}) => ({ way: "private_reply", files: { ...PICTURES, ...rule } });
  assert.equal(unsendable(once(), [png()], "text"), "");
  assert.equal(unsendable({ files: null }, [png()], "text"), "files.none");
  assert.equal(unsendable(once(), [png(), png(), png()], ""), "files.too_many");
  assert.equal(unsendable(once(), [png(3_000_000)], ""), "files.not_here");
  assert.equal(unsendable(once({ with_text: false }), [png()], "text"), "files.alone");
  assert.equal(unsendable(once({ with_text: false }), [png()], " "), "");
  assert.equal(unsendable(once({ limit: 3 }), [png()], "long"), "composer.too_long");
});

test("the chooser offers the accepted types, and sizes are told in bytes, KB or MB", () => {
  assert.equal(accept(PICTURES), "image/png,video/*");
  assert.equal(accept({ ...PICTURES, largest: { "*/*": 5 } }), "");
  const sizes = [1, 999, 1000, 34_400, 4_194_304].map(sizeOf);
  const [bytes, kb, mb] = ["files.size.bytes", "files.size.kb", "files.size.mb"];
  assert.deepEqual(sizes, [
    [bytes, 1],
    [bytes, 999],
    [kb, 1],
    [kb, 34],
    [mb, 4.2],
  ]);
});

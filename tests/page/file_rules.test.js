import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, against, largest, megabytes, unsendable } from "../../functions/console/page/lib/file_rules.js";

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
  assert.deepEqual(against(PICTURES, png(2_000_001), 0), ["files.large", { name: "a.png", mb: 2 }]);
});

test("files attached for one route are checked again for another", () => {
  assert.equal(unsendable(null, [], "text"), "");
  assert.equal(unsendable(PICTURES, [png()], "text"), "");
  assert.equal(unsendable(null, [png()], "text"), "files.none");
  assert.equal(unsendable(PICTURES, [png(), png(), png()], ""), "files.too_many");
  assert.equal(unsendable(PICTURES, [png(3_000_000)], ""), "files.not_here");
  assert.equal(unsendable({ ...PICTURES, with_text: false }, [png()], "text"), "files.alone");
  assert.equal(unsendable({ ...PICTURES, with_text: false }, [png()], " "), "");
  assert.equal(unsendable({ ...PICTURES, limit: 3 }, [png()], "long"), "composer.too_long");
});

test("the chooser offers the accepted types, and sizes are in megabytes", () => {
  assert.equal(accept(PICTURES), "image/png,video/*");
  assert.equal(accept({ ...PICTURES, largest: { "*/*": 5 } }), "");
  assert.equal(megabytes(4_194_304), 4.2);
});

import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {(event: any) => void} */
let press = () => {};
globalThis.HTMLElement = /** @type {any} */ (class {});
globalThis.document = /** @type {any} */ ({ querySelector: () => null });
globalThis.addEventListener = /** @type {any} */ ((_name, listener) => (press = listener));
const { register, start } = await import("../../functions/console/page/lib/keys.js");
start();

function type(...names) {
  for (const key of names) press({ key, target: null, preventDefault() {} });
}

test("two keys one after the other are one command", () => {
  const done = [];
  const forget = register("test", [
    { key: "g i", text: "", run: () => done.push("inbox") },
    { key: "i", text: "", run: () => done.push("i") },
  ]);
  type("g", "i", "i");
  assert.deepEqual(done, ["inbox", "i"]);
  forget();
});

test("a first key that leads nowhere does not swallow the next one", () => {
  const done = [];
  const forget = register("test", [
    { key: "g i", text: "", run: () => done.push("inbox") },
    { key: "j", text: "", run: () => done.push("j") },
  ]);
  type("g", "j", "i");
  assert.deepEqual(done, ["j"]);
  forget();
});

test("the latest scope handles a key while its condition holds", () => {
  const done = [];
  let wanted = true;
  const forget = [
    register("one", [{ key: "e", text: "", run: () => done.push("one") }]),
    register("two", [{ key: "e", text: "", run: () => done.push("two"), when: () => wanted }]),
  ];
  type("e");
  wanted = false;
  type("e");
  assert.deepEqual(done, ["two", "one"]);
  for (const each of forget) each();
});

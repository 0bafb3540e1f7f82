import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "{}" }), documentElement: {} });
const { questionName } = await import("../../functions/console/page/lib/question_names.js");

test("a question has the title that its team gave it, in whichever language", () => {
  const templates = [
    { name: "router_swap", title: "" },
    { name: "router_swap", title: " Router getauscht " },
    { name: "other", title: "Etwas anderes" },
  ];
  assert.equal(questionName("router_swap", templates), "Router getauscht");
});

test("a question without a title has its name in words", () => {
  assert.equal(questionName("router_swap", [{ name: "router_swap" }]), "Router swap");
});

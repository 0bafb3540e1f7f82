import assert from "node:assert/strict";
import test from "node:test";
import { piecesOf, unknownIn } from "../../functions/console/page/lib/template_fields.js";

test("fields are told from the words around them", () => {
  assert.deepEqual(piecesOf("Hello {{customer}}, {{ topic }}?", "question"), [
    { text: "Hello ", field: "" },
    { text: "{{customer}}", field: "customer" },
    { text: ", ", field: "" },
    { text: "{{ topic }}", field: "topic" },
    { text: "?", field: "" },
  ]);
});

test("text that is no field stays as it is written", () => {
  assert.deepEqual(piecesOf("{{colour}} <b>", "question"), [{ text: "{{colour}} <b>", field: "" }]);
});

test("an unknown field is named", () => {
  assert.equal(unknownIn("{{customer}} {{colour}}", "question"), "colour");
  assert.equal(unknownIn("{{topic}}", "answer"), "topic");
});

test("braces that open no field are found", () => {
  assert.equal(unknownIn("a {{ b", "question"), "");
  assert.equal(unknownIn("{{Customer}}", "question"), "");
});

test("a text that can be filled in has nothing wrong with it", () => {
  assert.equal(unknownIn("{single} braces, {{agent}}", "answer"), null);
});

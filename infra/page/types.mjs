// Writes the types of the API for the page's modules, from the API's description:
//
//     node types.mjs docs/openapi.yaml build/openapi.d.ts
//
// The page's modules reach them through lib/schemas.js; `make types` writes and checks them.

import { readFileSync, writeFileSync } from "node:fs";
import { load } from "js-yaml";
import openapiTS, { astToString } from "openapi-typescript";

const [description, target] = process.argv.slice(2);

/**
 * Return a schema in which what stands beside a `$ref` stands in an `allOf` with it: JSON Schema joins the two,
 * openapi-typescript reads the reference alone.
 */
function joined(schema) {
  if (Array.isArray(schema)) return schema.map(joined);
  if (schema === null || typeof schema !== "object") return schema;
  const { $ref, ...beside } = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, joined(value)]));
  if ($ref === undefined) return beside;
  if (!beside.properties && !beside.required) return { $ref, ...beside };
  return { ...beside, allOf: [...(beside.allOf ?? []), { $ref }] };
}

const document = joined(load(readFileSync(description, "utf8")));
writeFileSync(target, astToString(await openapiTS(document, { silent: true })));

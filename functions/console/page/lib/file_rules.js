/** Rules for files of a route, checked before anything is uploaded. The API decides; this tells the agent sooner. */

/**
 * @typedef {import("./schemas.js").Schemas["FilesRule"]} Rule
 * @typedef {{name: string, type: string, size: number}} Named
 */

const MEGABYTE = 1_000_000;

/**
 * Return the largest size of a file of this type, in bytes; 0 where it is not accepted.
 * @param {Rule} rule
 * @param {string} type
 */
export function largest(rule, type) {
  const family = `${type.split("/")[0]}/*`;
  return rule.largest[type] ?? rule.largest[family] ?? rule.largest["*/*"] ?? 0;
}

/**
 * Return the reason not to accept a file, as the key of a text with its fields; null for none.
 * @param {Rule | null | undefined} rule
 * @param {Named} file
 * @param {number} count how many are there already
 * @returns {[string, Record<string, string | number>] | null}
 */
export function against(rule, file, count) {
  if (!rule) return ["files.none", {}];
  if (count >= rule.most) return ["files.many", { n: rule.most }];
  if (!file.size) return ["files.empty", { name: file.name }];
  const most = largest(rule, typeOf(file));
  if (!most) return ["files.type", { name: file.name }];
  return file.size > most ? ["files.large", { name: file.name, mb: megabytes(most) }] : null;
}

/**
 * Return the reason not to send these files with a text, as the key of a text; empty for none.
 * @param {Rule | null | undefined} rule
 * @param {{type: string, size: number}[]} files
 * @param {string} text
 */
export function unsendable(rule, files, text) {
  if (!files.length) return "";
  if (!rule) return "files.none";
  if (files.length > rule.most) return "files.too_many";
  if (files.some((file) => file.size > largest(rule, file.type))) return "files.not_here";
  if (text.trim() && !rule.with_text) return "files.alone";
  return rule.limit !== null && [...text].length > rule.limit ? "composer.too_long" : "";
}

/** List the types that the file chooser offers. @param {Rule} rule */
export function accept(rule) {
  return Object.keys(rule.largest)
    .filter((type) => type !== "*/*" && type !== "application/*")
    .join(",");
}

/** The type of a file; browsers leave it out where they do not know it. @param {{type: string}} file */
export function typeOf(file) {
  return file.type || "application/octet-stream";
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return Math.round((bytes / MEGABYTE) * 10) / 10;
}

/** Rules for files of a route, checked before anything is uploaded. The API decides; this tells the agent sooner. */

/**
 * @typedef {import("./schemas.js").Schemas["FilesRule"]} Rule
 * @typedef {{name: string, type: string, size: number}} Named
 */

const MEGABYTE = 1_000_000;
/** Endings of files that run something when they are opened; the API refuses them (`conversations/mime.py`). */
export const DANGEROUS = new Set(
  (
    "ade adp apk appx appxbundle bat cab chm cmd com cpl diagcab diagcfg diagpack dll dmg ex ex_ exe hta img ins iso " +
    "isp jar jnlp js jse lib lnk mde mjs msc msi msix msixbundle msp mst nsh pif ps1 scr sct shb sys vb vbe vbs vhd vxd " +
    "wsc wsf wsh xll"
  ).split(" "),
);
/** Ways that take one message only. */
const ONCE = ["private_reply", "template", "replace"];

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
  if (isDangerous(file.name)) return ["files.dangerous", { name: file.name }];
  const most = largest(rule, typeOf(file));
  if (!most) return ["files.type", { name: file.name }];
  return file.size > most ? ["files.large", { name: file.name, bytes: most }] : null;
}

/**
 * Return the reason not to send these files with a text, as the key of a text; empty for none.
 * @param {{way?: string, files?: Rule | null} | undefined} route
 * @param {{type: string, size: number}[]} files
 * @param {string} text
 */
export function unsendable(route, files, text) {
  const rule = route?.files;
  if (!files.length) return "";
  if (!rule) return "files.none";
  if (files.length > rule.most) return "files.too_many";
  if (files.some((file) => file.size > largest(rule, file.type))) return "files.not_here";
  if (isApart(route, files, text)) return "";
  if (text.trim() && !rule.with_text) return "files.alone";
  return rule.limit !== null && [...text].length > rule.limit ? "composer.too_long" : "";
}

/**
 * Tell whether files go out in a message of their own, behind that of the text.
 * @param {{way?: string, files?: Rule | null} | undefined} route
 * @param {unknown[]} files
 * @param {string} text
 */
export function isApart(route, files, text) {
  const rule = route?.files;
  if (!rule || !files.length || !text.trim() || ONCE.includes(route?.way ?? "")) return false;
  return !rule.with_text || (rule.limit !== null && [...text].length > rule.limit);
}

/** Tell whether a file would run something when it is opened. @param {string} name */
export function isDangerous(name) {
  const ending =
    name
      .replace(/[. \t]+$/, "")
      .split(".")
      .at(-1) ?? "";
  return DANGEROUS.has(ending.trim().toLowerCase());
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

/** Return a size in its unit, as the key of a text and its number. @param {number} bytes @returns {[string, number]} */
export function sizeOf(bytes) {
  if (bytes < 1000) return ["files.size.bytes", bytes];
  if (bytes < MEGABYTE) return ["files.size.kb", Math.round(bytes / 1000)];
  return ["files.size.mb", Math.round((bytes / MEGABYTE) * 10) / 10];
}

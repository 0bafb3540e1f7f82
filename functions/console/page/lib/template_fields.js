/** The fields of a template, in double braces: which there are, and what a text has of them. Pure. */

/** @type {Record<"question" | "answer", string[]>} */
export const FIELDS = {
  question: ["customer", "firstname", "agent", "topic", "days"],
  answer: ["customer", "firstname", "agent"],
};

/** Double braces as the API reads them: nothing else may stand in them. */
const BRACES = /\{\{(?:( *[a-z]+ *)\}\})?/g;

/**
 * A text in pieces, of which some are fields.
 * @param {string} text
 * @param {"question" | "answer"} kind
 * @returns {{text: string, field: string}[]}
 */
export function piecesOf(text, kind) {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(BRACES)) {
    const field = (match[1] ?? "").trim();
    if (!FIELDS[kind].includes(field)) continue;
    pieces.push({ text: text.slice(end, match.index), field: "" }, { text: match[0], field });
    end = match.index + match[0].length;
  }
  return [...pieces, { text: text.slice(end), field: "" }].filter((piece) => piece.text);
}

/**
 * The first field that nobody knows; empty for braces that hold none, null where all is well.
 * @param {string} text
 * @param {"question" | "answer"} kind
 */
export function unknownIn(text, kind) {
  for (const [, name] of text.matchAll(BRACES)) {
    if (name === undefined) return "";
    if (!FIELDS[kind].includes(name.trim())) return name.trim();
  }
  return null;
}

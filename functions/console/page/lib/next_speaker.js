/** The correction of a speaker by clicks. */

/** @typedef {"customer" | "helper" | "bystander" | "company"} Speaker */

/**
 * Return what a click on the speaker says next: first the other of helper and bystander, then a colleague, then the
 * customer (who also writes with another account), then what the rules tell.
 * @param {{speaker?: Speaker, speaker_by?: unknown}} message
 * @returns {Speaker | null}
 */
export function nextSpeaker({ speaker, speaker_by: corrected }) {
  if (!corrected) return speaker === "helper" ? "bystander" : "helper";
  if (speaker === "customer") return null;
  return speaker === "company" ? "customer" : "company";
}

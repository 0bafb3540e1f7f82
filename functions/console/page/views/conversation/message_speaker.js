/** The speaker of a message in a public thread, what can be done for somebody who helps, and where the thread went on. */

import { html, nothing } from "lit-html";
import { toast } from "../../lib/dialogs.js";
import { explain } from "../../lib/errors.js";
import { icon } from "../../lib/icons.js";
import { nextSpeaker } from "../../lib/next_speaker.js";
import { hashOf } from "../../lib/router.js";
import { t } from "../../lib/texts.js";
import * as speakers from "../../state/speakers.js";

/**
 * @typedef {import("../../lib/schemas.js").Message} Message
 * @typedef {import("../../lib/schemas.js").Conversation} Conversation
 */

/** The word beside the name of somebody else in a public thread; a click corrects it. @param {Message} message */
export function speakerChip(message) {
  const speaker = message.speaker ?? "bystander";
  const next = nextSpeaker(message);
  const word = t(`speaker.${speaker}`);
  const does = t(`speaker.click.${next ?? "rules"}`);
  const by = message.speaker_by ? t("speaker.by", { who: message.speaker_by.name ?? "" }) : t("speaker.by_rules");
  return html`
    <button type="button" class="speaker is-${speaker}" aria-label=${`${word}. ${does}`} title=${`${by} ${does}`} @click=${() => run(speakers.correct(message, next))}>${word}</button>`;
}

/** Buttons below a tip: thanks, and the mark of the solution. @param {Message} message */
export function helperActions(message) {
  if (message.direction !== "inbound" || message.deleted) return nothing;
  if (message.speaker !== "helper" && !message.accepted) return nothing;
  const helps = message.speaker === "helper";
  return html`
    <p class="helper-actions">
      ${
        message.thanked
          ? html`<span class="helper-done">${icon("check")}${t("speaker.thanked")}</span>`
          : helps
            ? html`<button type="button" class="button small" @click=${() => thank(message)}>${t("speaker.thank")}</button>`
            : nothing
      }
      <button type="button" class="button small" aria-pressed=${message.accepted ? "true" : "false"} @click=${() => run(speakers.toggleSolution(message))}>${t(message.accepted ? "speaker.unsolve" : "speaker.solve")}</button>
    </p>`;
}

/** @param {Message} message */
async function thank(message) {
  await run(
    speakers.thank(message).then((sent) => {
      const undo = () => run(speakers.takeThanksBack(sent));
      const takesBack = sent.held_until ? { action: t("head.undo"), run: undo } : {};
      toast(t("speaker.thanks_sent"), { kind: "good", ...takesBack });
    }),
  );
}

/** @param {Promise<unknown>} doing */
async function run(doing) {
  try {
    await doing;
  } catch (error) {
    toast(explain(error).text, { kind: "bad", seconds: 8 });
  }
}

/**
 * A line that says that a public conversation went on privately, or where a private one came from.
 * @param {Conversation} conversation
 */
export function trail({ continued_privately: continued, came_from: origins }) {
  if (continued !== undefined) {
    const link = continued ? html` <a href=${hashOf("c", continued)}>${t("trail.open")}</a>` : nothing;
    return html`<p class="trail private">${icon("private")}<span>${t("trail.continued")}${link}</span></p>`;
  }
  if (!origins?.length) return nothing;
  const links = origins.map(
    (id, place) =>
      html` <a href=${hashOf("c", id)}>${origins.length > 1 ? t("trail.open_nth", { n: place + 1 }) : t("trail.open")}</a>`,
  );
  return html`<p class="trail public">${icon("public")}<span>${t("trail.came_from")}${links}</span></p>`;
}

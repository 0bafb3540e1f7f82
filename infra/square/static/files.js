// The picture that goes along with what the visitor writes: chosen, shown by its name, and left with the square when it is sent.

import { button, element } from "./elements.js";
import { glyph } from "./glyphs.js";
import { state, text } from "./state.js";

const PICTURES = "image/png,image/jpeg,image/gif,image/webp";

/** Adds the choice of a picture to a form, before another of its elements. */
export function addFileChoice(form, box, before) {
  const input = element("input");
  Object.assign(input, { type: "file", accept: PICTURES, hidden: true });
  const choose = button("quiet icon attach", "", () => input.click());
  choose.append(glyph("attach"));
  const chosen = element("span", "chosen");
  const name = element("bdi");
  const drop = button("quiet icon", "×", () => forgetFile(form));
  chosen.append(name, drop);
  form.choice = { input, choose, chosen, name, drop, box };
  input.addEventListener("change", () => {
    if (input.files[0]) keep(form, input.files[0]);
    input.value = ""; // the same picture may be chosen again
  });
  before.before(chosen, input, choose);
  forgetFile(form);
}

/** Shows the choice where the platform lets customers attach pictures, in the visitor's language. */
export function showFileChoice(form, ability) {
  const { choose, drop } = form.choice;
  choose.hidden = !state.view.can.has(ability);
  if (choose.hidden) forgetFile(form);
  for (const [each, key] of [[choose, "attach"], [drop, "attach_drop"]]) {
    each.title = text(key);
    each.setAttribute("aria-label", text(key));
  }
}

function keep(form, file) {
  const { chosen, name, box } = form.choice;
  form.file = file;
  name.textContent = file.name;
  chosen.hidden = false;
  box.required = false;
  form.classList.add("filled");
}

export function forgetFile(form) {
  const { chosen, box } = form.choice;
  form.file = null;
  chosen.hidden = true;
  box.required = true;
  form.classList.toggle("filled", Boolean(box.value));
}

/** Leaves the chosen picture with the square; returns what a post says of it. Throws with the square's reason. */
export async function attachmentsOf(form) {
  const { file } = form;
  if (!file) return {};
  const answer = await fetch("/_square/files", { method: "POST", headers: { "Content-Type": file.type }, body: file });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error);
  return { attachments: [{ type: "image", url: body.url, name: file.name }] };
}

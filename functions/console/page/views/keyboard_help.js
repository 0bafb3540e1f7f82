/** The dialog that shows the keyboard shortcuts that work now. */

import { html } from "lit-html";
import * as dialogs from "../lib/dialogs.js";
import * as keys from "../lib/keys.js";
import { has, t } from "../lib/texts.js";

export function open() {
  const shown = keys.registered().filter(({ keys: option }) => option.length);
  return dialogs.open(
    t("keys.title"),
    () => html`
      <div class="keys">
        ${shown.map(
          ({ scope, keys: option }) => html`
            <section>
              <h3>${t(`keys.scope.${scope}`)}</h3>
              <dl>
                ${option.map(({ key, text }) => html`<div><dt>${keyCaps(key)}</dt><dd>${t(text)}</dd></div>`)}
              </dl>
            </section>`,
        )}
      </div>`,
    { wide: true, kind: "keys" },
  );
}

/** @param {string} key */
function keyCaps(key) {
  return key.split(/[+ ]/).map((cap) => html`<kbd>${has(`key.${cap}`) ? t(`key.${cap}`) : cap}</kbd>`);
}

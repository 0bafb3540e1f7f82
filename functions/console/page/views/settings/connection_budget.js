/** The budget of a connection whose platform charges: what was used this month, and the limit that an administrator sets. */

import { html, nothing } from "lit-html";
import { dollars } from "../../lib/format_money.js";
import { slice } from "../../lib/store.js";
import { t } from "../../lib/texts.js";
import * as form from "./form.js";

/** @typedef {import("../../lib/schemas.js").Connection} Connection */

const LARGEST = 1_000_000;

const part = slice("settings.connections.budget", {
  /** @type {Record<string, string>} What is typed, by connection. */
  typed: {},
});

/**
 * Return what a connection used this month, in a sentence; nothing where it costs nothing.
 * @param {Connection} connection
 */
export function used({ budget }) {
  if (!budget) return "";
  const fields = { used: dollars(budget.used), limit: dollars(budget.limit ?? 0) };
  return t(budget.limit === null ? "settings.connections.budget.used" : "settings.connections.budget.used_of", fields);
}

/**
 * Return the form of the limit.
 * @param {Connection} connection
 * @param {boolean} disabled
 * @param {(budget: number) => Promise<void>} save
 */
export function budgetForm(connection, disabled, save) {
  const { budget, channel, name } = connection;
  if (!budget) return nothing;
  const key = `${channel}/${name}`;
  const id = `budget-${channel}-${name}`;
  const value = part.get().typed[key] ?? String(budget.limit ?? "");
  const amount = Number(value.trim() || "0");
  const isAmount = Number.isInteger(amount) && amount >= 0 && amount <= LARGEST;
  const type = (/** @type {string} */ text) => part.change(({ typed }) => ({ typed: { ...typed, [key]: text } }));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!isAmount) return;
    await save(amount);
    part.change(({ typed }) => ({ typed: Object.fromEntries(Object.entries(typed).filter(([each]) => each !== key)) }));
  };
  const wrong = isAmount ? "" : t("settings.connections.budget.wrong");
  const input = form.input(id, value, type, { hint: "budget", wrong, maxlength: 7 });
  return html`
    <form class="stacked" @submit=${submit}>
      ${form.field(id, t("settings.connections.budget.limit"), input, { hint: t("settings.connections.budget.hint"), wrong })}
      <div class="row-actions"><button class="button slight" ?disabled=${disabled || !isAmount}>${t("settings.connections.budget.save")}</button></div>
    </form>`;
}

/** What is shown in place of something that could not be loaded: what happened, and what helps. */

import { html, nothing } from "lit-html";
import { ApiError, Offline, SignedOut } from "../api.js";
import { icon } from "../icons.js";
import { SignInFailed } from "../session.js";
import { t } from "../texts.js";

/**
 * A panel for an error; with `again`, a button that tries once more.
 * @param {unknown} error
 * @param {() => void} [again]
 */
export function failure(error, again) {
  const { title, text } = explain(error);
  const needsStep = error instanceof ApiError && error.code === "second_step";
  return html`
    <div class="empty" role="alert">
      <div class="empty-icon bad">${icon("alert")}</div>
      <h2>${title}</h2>
      <p>${text}</p>
      ${needsStep ? html`<button class="button primary" @click=${openAccount}>${t("account.second.menu")}</button>` : nothing}
      ${again ? html`<button class="button" @click=${again}>${t("failure.again")}</button>` : nothing}
    </div>`;
}

/** Where a second step is set up; loaded when it is needed. */
async function openAccount() {
  await (await import("./office.js")).account.open();
}

/**
 * A panel where there is nothing, and that is as it should be.
 * @param {Parameters<typeof icon>[0]} drawing
 * @param {string} title
 * @param {string} text
 * @param {unknown} [action] a button or link that leads on
 */
export function empty(drawing, title, text, action = nothing) {
  return html`
    <div class="empty">
      <div class="empty-icon">${icon(drawing)}</div>
      <h2>${title}</h2>
      <p>${text}</p>
      ${action}
    </div>`;
}

/** An error in a heading and a sentence. @param {unknown} error */
export function explain(error) {
  if (error instanceof Offline) return { title: t("failure.offline.title"), text: t("failure.offline.text") };
  if (error instanceof SignedOut) return { title: t("session.ended.title"), text: t("session.ended.text") };
  if (error instanceof SignInFailed) return { title: t("failure.sign_in.title"), text: t("failure.sign_in.text") };
  if (error instanceof ApiError) return { title: t(`failure.${kindOf(error)}.title`), text: textOf(error) };
  return { title: t("failure.page.title"), text: t("failure.page.text") };
}

/** @param {ApiError} error */
function kindOf(error) {
  if (error.code === "second_step") return "second_step";
  if (error.status === 403) return "forbidden";
  if (error.status === 404) return "gone";
  return error.status >= 500 ? "down" : "refused";
}

/** The API's own sentence, unless it had none. @param {ApiError} error */
function textOf(error) {
  return error.code.startsWith("http_") ? t(`failure.${kindOf(error)}.text`) : error.message;
}

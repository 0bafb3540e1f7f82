/** Errors in words that an agent understands. */

import { ApiError, Offline, SignedOut } from "./api.js";
import { SignInFailed } from "./session.js";
import { t } from "./texts.js";

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

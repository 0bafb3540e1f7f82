/** Loads parts of the page that reading and answering do not need, with their words and their looks, when they are opened. */

import { config } from "./config.js";
import * as texts from "./texts.js";

/** @type {Promise<void> | undefined} */
let looks;

/**
 * Load a module that is not part of the first load; the build finds these calls: `loadPart(() => import("…"))`.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<T>}
 */
export async function loadPart(load) {
  looks ??= addStyle(config.later).catch((error) => {
    looks = undefined;
    throw error;
  });
  const [module] = await Promise.all([load(), texts.addOthers(), looks]);
  return module;
}

/** Add a style sheet of the build; resolves when it holds. @param {string} name @returns {Promise<void>} */
export function addStyle(name) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = `assets/${name}`;
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => {
      link.remove();
      reject(new TypeError(`no style ${name}`));
    });
    document.head.append(link);
  });
}

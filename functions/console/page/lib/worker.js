/** The service worker: registered once the page can be used, and removed with all it keeps when the agent signs out. */

const FILE = "assets/service-worker.js";
const PREFIX = "nachfrage-";

/** Register it; a browser without service workers, or one that refuses, shows the page as well. */
export async function register() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (typeof data?.place === "string") location.hash = data.place;
  });
  // The page's policy takes no plain text for the address of a script.
  const { trustedTypes } = /** @type {any} */ (globalThis);
  const policy = trustedTypes?.createPolicy("service-worker", { createScriptURL: () => FILE });
  const options = /** @type {const} */ ({ scope: "./", updateViaCache: "none" });
  await navigator.serviceWorker.register(policy?.createScriptURL("") ?? FILE, options).catch(() => {});
}

/** Remove it, and the files that it keeps. */
export async function remove() {
  if (!("serviceWorker" in navigator)) return;
  await (await navigator.serviceWorker.getRegistration())?.unregister();
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX)).map((name) => caches.delete(name)));
}

/**
 * The service worker: keeps the files of one build for pages of that build, and says so where a page is opened without a
 * network. It never sees an answer of the API, a file of a customer or a sign-in: those pass by it.
 *
 * A file's name holds the hash of its content, so files of two builds are never mixed. A new build waits until no page
 * of the one before is open; until then, both builds' files are kept, and pages of either go on.
 */

/** Put in by the build: its id, its files, and the page that is shown without a network. */
const { id, files, offline } = /** @type {{id: string, files: string[], offline: Record<string, string>}} */ (
  /** @type {any} */ (globalThis).BUILD
);
const PREFIX = "nachfrage-";
const CACHE = PREFIX + id;
const worker = /** @type {any} */ (self);
const base = new URL("./", worker.registration.scope).pathname;

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keepFiles()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(removeOthers()));
worker.addEventListener("fetch", (/** @type {any} */ event) => answer(event));
worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.place));
});

async function keepFiles() {
  const cache = await caches.open(CACHE);
  // One after the other: agents who work meanwhile need the server more.
  for (const name of files) await cache.add(`${base}assets/${name}`);
}

/** Remove the files of other builds; no page of theirs is open. */
async function removeOthers() {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
  );
}

/** @param {any} event */
function answer(event) {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === base) event.respondWith(fetch(request).catch(() => offlinePage()));
  else if (pathname.startsWith(`${base}assets/`)) event.respondWith(kept(request));
}

/** Return a file of any build that is kept, else from the network. @param {Request} request */
async function kept(request) {
  return (await caches.match(request.url)) ?? fetch(request);
}

/** Return the page that is shown without a network, in the reader's language. */
function offlinePage() {
  const language = navigator.languages.map((name) => name.split("-")[0]).find((name) => name in offline) ?? "en";
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
  };
  return new Response(offline[language], { status: 503, headers });
}

/** Show a place of the page: in a window that is open, or in another. @param {string} place */
async function show(place) {
  const [open] = await worker.clients.matchAll({ type: "window" });
  if (!open) return worker.clients.openWindow(base + place);
  await open.focus();
  open.postMessage({ place });
}

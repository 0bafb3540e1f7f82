// Makes what a browser needs to install the page: the service worker with the list of the build's files, and a manifest.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const WORKER = "service-worker.js";
/** Icons by their files. API Gateway hands out text only, so the manifest holds them. */
const ICONS = [
  { file: "icon-192.png", sizes: "192x192", purpose: "any" },
  { file: "icon-512.png", sizes: "512x512", purpose: "any" },
  { file: "maskable-512.png", sizes: "512x512", purpose: "maskable" },
];
const OFFLINE_STYLE =
  ":root{color-scheme:light dark}body{display:grid;place-content:center;gap:16px;min-height:90vh;margin:0 auto;padding:16px;max-width:480px;" +
  "font:16px/1.5 system-ui,sans-serif;background:light-dark(#f4f6f5,#101514);color:light-dark(#17211f,#e8eeec)}" +
  "h1{margin:0;font-size:22px}p{margin:0}a{color:light-dark(#0e6a60,#5cc9b8);line-height:44px}";

/** Write the service worker for the files that are in a folder. */
export async function makeWorker(sources, target, languages) {
  const files = readdirSync(target)
    .filter((name) => /\.(js|css)$/.test(name))
    .sort();
  const offline = Object.fromEntries(languages.map((language) => [language, offlinePage(sources, language)]));
  const entryPoints = [join(sources, "service_worker.js")];
  const code = await build({ entryPoints, bundle: true, minify: true, write: false, charset: "utf8" });
  const id = createHash("sha256")
    .update(JSON.stringify([files, offline]))
    .digest("hex")
    .slice(0, 16);
  writeFileSync(
    join(target, WORKER),
    `self.BUILD=${JSON.stringify({ id, files, offline })};\n${code.outputFiles[0].text}`,
  );
}

function offlinePage(sources, language) {
  const texts = JSON.parse(readFileSync(join(sources, "texts", `${language}.json`), "utf8"));
  const [title, text, again] = ["title", "text", "again"].map((name) => texts[`offline.page.${name}`]);
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${OFFLINE_STYLE}</style><main><h1>${title}</h1><p>${text}</p><a href="">${again}</a></main></html>`;
}

/** Write the web app manifest; the server puts in the company's name. */
export function makeManifest(sources, target) {
  const icons = ICONS.map(({ file, ...icon }) => ({
    src: `data:image/png;base64,${readFileSync(join(sources, "icons", file)).toString("base64")}`,
    type: "image/png",
    ...icon,
  }));
  const manifest = {
    // Both are addresses from where the manifest lies, in assets/.
    start_url: "../",
    scope: "../",
    display: "standalone",
    theme_color: "#f4f6f5",
    background_color: "#f4f6f5",
    icons,
  };
  writeFileSync(join(target, "app.webmanifest"), JSON.stringify(manifest));
}

// Bundles functions/console/page into a few files with the hashes of their contents in their names:
//
//     node bundle.mjs SOURCES TARGET DOCS GUIDE…
//
// The guides are files below DOCS.
// Beside them goes manifest.json, which tells the server what the first load needs. Equal sources give equal bytes.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { groupsOfEmoji } from "./emoji.mjs";
import { makeFont } from "./font.mjs";
import { guidesOf } from "./guides.mjs";
import { isNeeded, modulesOfFirstUse, textsOf } from "./parts.mjs";
import { makeManifest, makeWorker } from "./web_app.mjs";

const [sources, target, docs, ...guides] = process.argv.slice(2);
const libraries = fileURLToPath(new URL("node_modules", import.meta.url));

const shared = {
  absWorkingDir: sources,
  bundle: true,
  charset: "utf8",
  chunkNames: "[name]-[hash]",
  entryNames: "[name]-[hash]",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  minify: true,
  nodePaths: [libraries],
  outdir: target,
  target: ["chrome123", "firefox121", "safari17.5"],
};

/**
 * Hands out texts in two files: those that the first use asks for, and, with `?later`, the others. They are used as a
 * whole; left alone, each would also be exported by its name, which doubles them.
 */
function texts(used) {
  return {
    name: "texts",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.json\?later$/ }, ({ path, resolveDir }) => ({
        path: join(resolveDir, path.replace("?later", "")),
        suffix: "?later",
      }));
      onLoad({ filter: /[\\/]texts[\\/].*\.json$/ }, ({ path, suffix }) => {
        const all = Object.entries(JSON.parse(readFileSync(path, "utf8")));
        const part = used ? all.filter(([key]) => isNeeded(key, used) === (suffix !== "?later")) : [];
        return { contents: `export default ${JSON.stringify(Object.fromEntries(part))}` };
      });
    },
  };
}

/** Of an icon of simple-icons, its path. */
const glyphs = {
  name: "glyphs",
  setup({ onLoad }) {
    onLoad({ filter: /simple-icons[\\/]icons[\\/].*\.svg$/ }, ({ path }) => ({
      contents: `export default ${JSON.stringify(/<path d="([^"]+)"/.exec(readFileSync(path, "utf8"))[1])}`,
    }));
  },
};

/** Of the emoji of a language, the groups: of each emoji itself, its name, and its other words. */
const emoji = {
  name: "emoji",
  setup({ onLoad }) {
    onLoad({ filter: /emojibase-data[\\/]\w+[\\/]data\.json$/ }, ({ path }) => ({
      contents: `export default ${JSON.stringify(groupsOfEmoji(path))}`,
    }));
  },
};

/** Leaves out the indentation of templates, which a browser shows as one blank at most. */
const indentation = {
  name: "indentation",
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) =>
      path.startsWith(join(sources, "/")) ? { contents: readFileSync(path, "utf8").replace(/\n[ \t]+/g, "\n") } : null,
    );
  },
};

function scriptsWith(used, options = {}) {
  const plugins = [texts(used), glyphs, emoji, guidesOf(docs, guides), indentation];
  return build({ ...shared, entryPoints: ["main.js"], format: "esm", plugins, splitting: true, ...options });
}

const draft = await scriptsWith(null, { write: false });
const used = textsOf(sources, modulesOfFirstUse(sources, draft.metafile.inputs));
const scripts = await scriptsWith(used);
const styles = await build({ ...shared, entryPoints: ["style/main.css", "style/later.css"] });

/** Return the name of the file that was made of a source. */
function madeOf(result, source) {
  const made = Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint === source);
  if (!made) throw new Error(`nothing was made of ${source}`);
  return basename(made[0]);
}

/** Return the files that a file imports before it runs, directly or not. */
function importsOf(outputs, path, found = new Set()) {
  for (const { path: imported, kind } of outputs[path].imports) {
    if (kind !== "import-statement" || found.has(imported)) continue;
    found.add(imported);
    importsOf(outputs, imported, found);
  }
  return found;
}

const outputs = scripts.metafile.outputs;
const main = Object.keys(outputs).find((path) => outputs[path].entryPoint === "main.js");
const languages = readdirSync(join(sources, "texts")).map((file) => basename(file, ".json"));
const manifest = {
  main: basename(main),
  imports: [...importsOf(outputs, main)].map((path) => basename(path)).sort(),
  style: madeOf(styles, "style/main.css"),
  later: madeOf(styles, "style/later.css"),
  font: await makeFont(target),
  texts: Object.fromEntries(languages.sort().map((language) => [language, madeOf(scripts, `texts/${language}.json`)])),
};
writeFileSync(join(target, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
makeManifest(sources, target);
await makeWorker(sources, target, languages);

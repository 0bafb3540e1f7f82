// Makes the guides of docs/ part of the page: rendered here to HTML, so that browsers need no Markdown and no sanitiser.
//
// `import { guides } from "guides"` names them; each is a module of its own, loaded when it is read.

import { readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import MarkdownIt from "markdown-it";

/** Language of a guide, in its file's name; without one it is English. */
const NAME = /^(.+?)(?:\.(de))?\.md$/;

/** @typedef {{path: string, name: string, language: string, channel: boolean}} Guide */

/** Return the plugin for these files of `docs`. */
export function guidesOf(docs, paths) {
  const list = paths.map((path) => guideOf(docs, path));
  return {
    name: "guides",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^guides$/ }, () => ({ path: "guides", namespace: "guides" }));
      onResolve({ filter: /^guide:/ }, ({ path }) => ({ path: path.replace("guide:", ""), namespace: "guide" }));
      onLoad({ filter: /.*/, namespace: "guides" }, () => ({ contents: listModule(docs, list) }));
      onLoad({ filter: /.*/, namespace: "guide" }, ({ path }) => ({
        contents: `import { html } from "lit-html";\nexport default html\`${quoted(render(join(docs, path), list))}\`;`,
        resolveDir: docs,
      }));
    },
  };
}

function guideOf(docs, path) {
  const [, name, language = "en"] = NAME.exec(basename(path));
  return { path: relative(docs, path), name, language, channel: dirname(relative(docs, path)) === "channels" };
}

function listModule(docs, list) {
  const entries = [...new Set(list.map(({ name }) => name))].sort().map((name) => {
    const versions = list.filter((guide) => guide.name === name);
    const fields = versions.map(({ path, language }) => {
      const title = /^# (.+)$/m.exec(readFileSync(join(docs, path), "utf8"))[1];
      return `${language}: {title: ${JSON.stringify(title)}, load: () => import(${JSON.stringify(`guide:${path}`)})}`;
    });
    return `{name: ${JSON.stringify(name)}, channel: ${versions[0].channel}, versions: {${fields.join(", ")}}}`;
  });
  return `export const guides = [${entries.join(",\n")}];`;
}

/** Return HTML as it stands in a template literal. */
function quoted(html) {
  return html.replace(/[\\`]|\$\{/g, "\\$&");
}

/** Return a guide as HTML: no markup of its own, links to other guides within the page, no pictures. */
export function render(path, list) {
  const markdown = new MarkdownIt({ html: false });
  const own = list.find((guide) => path.endsWith(`/${guide.path}`));
  const rules = markdown.renderer.rules;
  rules.image = () => "";
  rules.link_open = (tokens, index, _, env) => {
    const attributes = linkTo(tokens[index].attrGet("href"), own, list);
    env.links = [...(env.links ?? []), attributes ? "a" : "span"];
    return attributes ? `<a ${attributes}>` : "<span>";
  };
  rules.link_close = (_tokens, _index, _options, env) => `</${env.links.pop()}>`;
  rules.heading_open = (tokens, index, _, env) => {
    // Below the page's own heading, and without a gap between levels.
    env.level = Math.min(Number(tokens[index].tag[1]), (env.level ?? 1) + 1);
    return `<h${env.level} id="guide-${slug(tokens[index + 1].content)}" tabindex="-1">`;
  };
  rules.heading_close = (_tokens, _index, _options, env) => `</h${env.level}>`;
  // The page's policy permits no styles in elements, which would align columns.
  rules.td_open = () => "<td>";
  // A column without a name has no heading.
  rules.th_open = (tokens, index) => (tokens[index + 1].content ? "<th>" : "<td>");
  rules.th_close = (tokens, index) => (tokens[index - 1].content ? "</th>" : "</td>");
  const source = readFileSync(path, "utf8").replace(/^# .+\n/, "");
  return markdown.render(source, {});
}

/** Return the attributes of a link; nothing for a file that is no part of the page. */
function linkTo(href, own, list) {
  if (/^https?:\/\//.test(href)) return `href="${escaped(href)}" target="_blank" rel="noreferrer"`;
  const [file, part = ""] = href.split("#");
  const target = file ? list.find(({ path }) => path === join(dirname(own.path), file)) : own;
  if (!target) return "";
  const query = new URLSearchParams({ guide: target.name, ...(part ? { part } : {}) });
  return `href="#/settings/guides?${escaped(String(query))}"`;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

/** Return the anchor of a heading as documents name it. */
function slug(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

/** The page behind a message's link, as the server saw it: its title and picture, and always the host it leads to. */

import { html, nothing } from "lit-html";
import { safe } from "../../lib/links.js";
import { linkOf } from "../../state/files.js";

/** @param {import("../../lib/schemas.js").Message} message */
export function linkPreview({ id, link_preview: preview }) {
  const url = safe(preview?.url);
  if (!preview || !url) return nothing;
  const picture = linkOf({ id: `preview ${id}`, link: preview.picture, state: "stored" });
  return html`
    <a class="link-preview" href=${url.href} target="_blank" rel="noopener noreferrer nofollow">
      ${picture ? html`<img src=${picture} alt="" loading="lazy" decoding="async" referrerpolicy="no-referrer">` : nothing}
      <span><bdi>${preview.title}</bdi><span class="muted"><bdi>${url.host}</bdi></span></span>
    </a>`;
}

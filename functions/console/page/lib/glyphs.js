/**
 * The signs of platforms, from simple-icons (CC0); the build takes their paths and no others. They are trademarks of
 * their owners, and only say where a conversation takes place.
 */

import { html } from "lit-html";
import bluesky from "simple-icons/icons/bluesky.svg";
import discourse from "simple-icons/icons/discourse.svg";
import facebook from "simple-icons/icons/facebook.svg";
import google from "simple-icons/icons/google.svg";
import instagram from "simple-icons/icons/instagram.svg";
import mastodon from "simple-icons/icons/mastodon.svg";
import reddit from "simple-icons/icons/reddit.svg";
import telegram from "simple-icons/icons/telegram.svg";
import threads from "simple-icons/icons/threads.svg";
import whatsapp from "simple-icons/icons/whatsapp.svg";
import x from "simple-icons/icons/x.svg";

/** An envelope, and a bubble for channels without a sign of their own. */
const email = "M2 4h20a1 1 0 0 1 1 1v.4l-11 8-11-8V5a1 1 0 0 1 1-1zM1 8v11a1 1 0 0 0 1 1h20a1 1 0 0 0 1-1V8l-11 8z";
const OTHER = "M3 3h18a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-9l-6 4.500V18H3a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z";

/** @type {Record<string, string>} by the names of channels */
const PATHS = {
  bluesky,
  discourse,
  email,
  facebook,
  google,
  instagram,
  mastodon,
  reddit,
  telegram,
  threads,
  whatsapp,
  x,
};

/** Return the sign of a channel's platform; its name stands beside it, or is read aloud. @param {string} channel */
export function glyph(channel) {
  const path = Object.hasOwn(PATHS, channel) ? PATHS[channel] : OTHER;
  return html`<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${path}/></svg>`;
}

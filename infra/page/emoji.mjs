// Makes the choice of emoji out of emojibase's data, in which much more is said about each.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Later emoji are empty boxes on phones and computers of some years. */
const LATEST = 15;
/** Parts that others are made of, such as skin tones and hair. */
const COMPONENTS = 2;

/** Return the groups of emoji of a language, in their order: a title, and of each emoji itself, its name, its words, and 1 where it has skin tones. */
export function groupsOfEmoji(path) {
  const all = read(path).filter(
    ({ group, version }) => group !== undefined && group !== COMPONENTS && version <= LATEST,
  );
  return read(join(dirname(path), "messages.json"))
    .groups.filter(({ order }) => order !== COMPONENTS)
    .map(({ message, order }) => ({
      title: message.charAt(0).toUpperCase() + message.slice(1),
      emoji: all
        .filter(({ group }) => group === order)
        .sort((one, other) => one.order - other.order)
        .map(compact),
    }));
}

function compact({ emoji, label, tags = [], skins }) {
  return [emoji, label, tags.join(" "), ...(skins ? [1] : [])];
}

function read(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

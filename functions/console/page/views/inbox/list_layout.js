/**
 * Layout of a long list: where each row stands, and which are in view. All rows have one height, so that thousands of
 * them cost no more than a dozen. Pure; lengths are pixels.
 */

/**
 * @typedef {{row: number, head: number}} Sizes
 * @typedef {{key: string, ids: string[], top: number, rows: number}} Section `top` of its heading, `rows` where its rows begin
 * @typedef {{section: number, index: number, order: number}} Place where a row is in its section, and in the list
 * @typedef {{ids: string[], sections: Section[], height: number, sizes: Sizes, places: Map<string, Place>}} Layout
 */

/**
 * @param {string[]} ids
 * @param {(id: string) => string} sectionOf the key of a row's section; empty for one without a heading
 * @param {Sizes} sizes
 * @returns {Layout}
 */
export function layout(ids, sectionOf, sizes) {
  /** @type {Section[]} */
  const sections = [];
  /** @type {Layout["places"]} */
  const places = new Map();
  let height = 0;
  for (const id of ids) {
    const key = sectionOf(id);
    let section = sections[sections.length - 1];
    if (!section || section.key !== key) {
      section = { key, ids: [], top: height, rows: height + (key ? sizes.head : 0) };
      sections.push(section);
      height = section.rows;
    }
    places.set(id, { section: sections.length - 1, index: section.ids.length, order: places.size });
    section.ids.push(id);
    height += sizes.row;
  }
  return { ids, sections, height, sizes, places };
}

/** Return the top of a row; undefined where it is not in the list. @param {Layout} all @param {string} id */
export function topOf(all, id) {
  const place = all.places.get(id);
  return place && all.sections[place.section].rows + place.index * all.sizes.row;
}

/** The number of a row in the list, from 0; 0 for one that is not in it. @param {Layout} all @param {string | undefined} id */
export function orderOf(all, id) {
  return all.places.get(id ?? "")?.order ?? 0;
}

/**
 * Return the rows of a section between two heights, with at least `more` on both sides, and in steps of as many: so
 * what is drawn changes seldom.
 * @param {Layout} all
 * @param {Section} section
 * @param {number} from
 * @param {number} to
 * @param {number} more
 */
export function seen(all, section, from, to, more) {
  const { row } = all.sizes;
  const first = (Math.floor((from - section.rows) / row / more) - 1) * more;
  const last = (Math.ceil((to - section.rows) / row / more) + 1) * more;
  const length = section.ids.length;
  const start = Math.min(length, Math.max(0, first));
  return { start, end: Math.max(start, Math.min(length, last)) };
}

/** The row at a height, or the first below it. @param {Layout} all @param {number} y */
export function rowAt(all, y) {
  for (const section of all.sections) {
    const index = Math.max(0, Math.floor((y - section.rows) / all.sizes.row));
    if (index < section.ids.length) return section.ids[index];
  }
  return undefined;
}

/**
 * Return the scroll position at which the same rows stay at the same place, and how many came above them.
 * @param {Layout} before
 * @param {Layout} after
 * @param {number} scrolled
 */
export function anchored(before, after, scrolled) {
  const at = rowAt(before, scrolled);
  // If the row that was seen first is gone, the next that is still there takes its place.
  const anchor = before.ids.slice(orderOf(before, at)).find((id) => after.places.has(id));
  if (!anchor) return { top: Math.min(scrolled, after.height), came: 0 };
  const top = Number(topOf(after, anchor)) + scrolled - Number(topOf(before, anchor));
  const above = after.ids.slice(0, orderOf(after, anchor));
  const came = above.filter((id) => !before.places.has(id)).length;
  return { top: Math.max(0, top), came };
}

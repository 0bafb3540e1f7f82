/** Small drawings beside words; a screen reader passes them over. */

import { html, svg } from "lit-html";

const DRAWN = {
  inbox: svg`<path d="M3.5 13.5 6 5.500h12l2.5 8v5h-17z"/><path d="M3.5 13.500h5l1.5 2.500h4l1.5-2.500h5"/>`,
  "for-you": svg`<path d="M6 10a6 6 0 0 1 12 0c0 5 2 6 2 6H4s2-1 2-6"/><path d="M10 19.500a2.2 2.2 0 0 0 4 0"/>`,
  "follow-ups": svg`<path d="M4 12a8 8 0 1 1 2.5 5.8"/><path d="M4 20v-4.500h4.5"/><path d="M12 7.500V12l3 2"/>`,
  posts: svg`<path d="M4.500 4.500h15v8.500h-15z"/><path d="M4.500 16.500h15"/><path d="M4.500 20h9"/>`,
  proposals: svg`<circle cx="11" cy="11" r="6"/><path d="m20 20-4.7-4.7"/><path d="M11 8.500v5"/><path d="M8.500 11h5"/>`,
  reports: svg`<path d="M4 20h16"/><path d="M7 16v-5"/><path d="M12 16V6"/><path d="M17 16v-8"/>`,
  settings: svg`<path d="M4 7h9"/><path d="M19 7h1"/><circle cx="16" cy="7" r="2.3"/><path d="M4 17h1"/><path d="M11 17h9"/><circle cx="8" cy="17" r="2.3"/>`,
  help: svg`<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9.700a2.5 2.5 0 1 1 3.6 2.300c-.8.4-1.1.9-1.1 1.7"/><path d="M12 16.600v.1"/>`,
  close: svg`<path d="m6 6 12 12"/><path d="M18 6 6 18"/>`,
  back: svg`<path d="M14.5 5.5 8 12l6.5 6.5"/>`,
  more: svg`<path d="M5.5 12h.1"/><path d="M12 12h.1"/><path d="M18.5 12h.1"/>`,
  search: svg`<circle cx="11" cy="11" r="6"/><path d="m20 20-4.7-4.7"/>`,
  send: svg`<path d="M4.5 12 20 4.5 15.5 20l-3.5-6.500z"/><path d="m12 13.5 8-9"/>`,
  public: svg`<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17"/><path d="M12 3.500c2.5 2.5 3.5 5.3 3.5 8.500s-1 6-3.5 8.500c-2.5-2.5-3.5-5.3-3.5-8.500s1-6 3.5-8.500z"/>`,
  private: svg`<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8 10.500V8a4 4 0 0 1 8 0v2.5"/>`,
  note: svg`<path d="M5 4.500h14v10l-5 5H5z"/><path d="M14 19.500v-5h5"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.3 2"/>`,
  check: svg`<path d="m5 12.5 4.5 4.500L19 7.5"/>`,
  alert: svg`<path d="M12 4 2.8 19.500h18.400z"/><path d="M12 10v4"/><path d="M12 16.800v.1"/>`,
  person: svg`<circle cx="12" cy="8" r="3.8"/><path d="M4.5 20c.6-4 3.6-6 7.5-6s6.9 2 7.5 6"/>`,
  team: svg`<circle cx="9" cy="8.5" r="3.3"/><path d="M3 19.500c.4-3.7 2.8-5.5 6-5.500s5.6 1.8 6 5.5"/><path d="M15.5 5.500a3.3 3.3 0 0 1 0 6"/><path d="M17.5 14.500c2 .7 3.2 2.4 3.5 5"/>`,
  tag: svg`<path d="M4 4.500h7.500l8 8-7 7-8-8z"/><path d="M8 8.500h.1"/>`,
  snooze: svg`<path d="M19.5 14.500A8 8 0 1 1 9.5 4.500a6.5 6.5 0 0 0 10 10z"/>`,
  link: svg`<path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.700l-1.5 1.5"/><path d="M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.700l1.5-1.5"/>`,
  attachment: svg`<path d="m20 11.5-8 8a5 5 0 0 1-7-7l8.5-8.500a3.3 3.3 0 0 1 4.7 4.700L10 17a1.7 1.7 0 0 1-2.4-2.400l7.5-7.5"/>`,
  smile: svg`<circle cx="12" cy="12" r="8.5"/><path d="M8 14c.9 1.700 2.300 2.500 4 2.500s3.100-.8 4-2.500"/><path d="M9 9.500v.1"/><path d="M15 9.500v.1"/>`,
  undo: svg`<path d="M8.5 5 4 9.5 8.5 14"/><path d="M4 9.500h10a5.5 5.5 0 0 1 0 11h-3"/>`,
  down: svg`<path d="m6 9.5 6 6 6-6"/>`,
  plus: svg`<path d="M12 5v14"/><path d="M5 12h14"/>`,
  trash: svg`<path d="M4.5 7h15"/><path d="M9 7V4.500h6V7"/><path d="m6.5 7 .8 12.500h9.400L17.5 7"/>`,
  edit: svg`<path d="m4.5 19.5 1-4L16 5l3 3L8.5 18.500z"/>`,
  download: svg`<path d="M12 4v11"/><path d="m7 10.5 5 5 5-5"/><path d="M4.5 20h15"/>`,
  leave: svg`<path d="M13 4.500H5v15h8"/><path d="M10 12h10"/><path d="m16.5 8.5 3.5 3.5-3.5 3.5"/>`,
  filter: svg`<path d="M4 6h16"/><path d="M7 12h10"/><path d="M10 18h4"/>`,
  hidden: svg`<path d="M4 4l16 16"/><path d="M9.500 5.800A9.500 9.500 0 0 1 21 12a13 13 0 0 1-2.700 3.700"/><path d="M6.300 7.500A13 13 0 0 0 3 12c1.600 3.700 5 6.200 9 6.200a9 9 0 0 0 3.600-.7"/>`,
  eye: svg`<path d="M3 12c1.600-3.700 5-6.200 9-6.200s7.400 2.500 9 6.200c-1.600 3.700-5 6.200-9 6.200S4.600 15.700 3 12z"/><circle cx="12" cy="12" r="2.700"/>`,
  copy: svg`<rect x="8.500" y="8.500" width="11" height="11" rx="2"/><path d="M15.500 8.500v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2"/>`,
  checks: svg`<path d="m2.500 12.500 4.500 4.500L16.500 7.500"/><path d="m12 16.500.5.500L22 7.500"/>`,
  macro: svg`<path d="M13 3.500 5.500 13.500H12l-1 7 7.500-10H12z"/>`,
  answer: svg`<path d="M4.500 5.500h15v10.500h-8l-4 3.500V16h-3z"/><path d="M8.500 9.500h7"/><path d="M8.500 12.500h4"/>`,
  refresh: svg`<path d="M20 12a8 8 0 1 1-2.3-5.6"/><path d="M20 4v4.500h-4.5"/>`,
};

/** A drawing by its name. @param {keyof typeof DRAWN} name */
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${DRAWN[name]}</svg>`;
}

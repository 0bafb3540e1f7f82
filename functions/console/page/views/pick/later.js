/** Dialogs that are loaded when they are opened. */

export { openOrder, openViews } from "../inbox/view_choices.js";
export { openAssign } from "./assign.js";
export { openSnooze } from "./snooze.js";
export { openTags } from "./tags.js";

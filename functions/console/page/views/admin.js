/** Views that replying does not need, in one file that is loaded on first use. */

export * as account from "./account.js";
export * as board from "./board/index.js";
export * as macroPreview from "./composer/macro_preview.js";
export * as priceLine from "./composer/price_line.js";
export * as questions from "./conversation/questions.js";
export * as customerCard from "./customer_card/index.js";
export * as emoji from "./emoji/index.js";
export * as eraseForm from "./erase_form.js";
export * as followUps from "./follow_ups/index.js";
export * as forYou from "./for_you/index.js";
export * as forwardDialog from "./forward_dialog.js";
export * as searchResults from "./inbox/search_results.js";
export * as keyboardHelp from "./keyboard_help.js";
export * as lightbox from "./lightbox/index.js";
export * as logCallDialog from "./log_call_dialog.js";
export * as pick from "./pick/later.js";
export * as posts from "./posts/index.js";
export * as proposals from "./proposals/index.js";
export * as reports from "./reports/index.js";
export * as settings from "./settings/index.js";
export * as unread from "./unread.js";

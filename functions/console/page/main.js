/** Starts the page: speaks the reader's language, signs in, and draws whatever place the address names. */

import { html, render } from "lit-html";
import * as api from "./lib/api.js";
import { config } from "./lib/config.js";
import * as dialogs from "./lib/dialogs.js";
import * as keys from "./lib/keys.js";
import { addStyle, loadPart } from "./lib/load_part.js";
import * as offline from "./lib/offline.js";
import * as router from "./lib/router.js";
import * as session from "./lib/session.js";
import { subscribe } from "./lib/store.js";
import * as texts from "./lib/texts.js";
import * as theme from "./lib/theme.js";
import * as worker from "./lib/worker.js";
import * as alerts from "./state/alerts.js";
import * as forMe from "./state/for_me.js";
import { isBeginning } from "./state/inbox.js";
import * as poll from "./state/poll.js";
import { failure } from "./views/failure.js";
import * as shell from "./views/shell.js";

/** Milliseconds from the page's start. */
const AHEAD_AFTER = 2000;
/** Milliseconds for which what the first rows do not need waits for them at most. */
const REST_AFTER = 1500;

async function main() {
  theme.start();
  // The letters come in beside everything else; until then, the system's stand in their places.
  addStyle(config.font).catch(() => {});
  const [, signedIn] = await Promise.allSettled([texts.start(), session.start()]);
  if (signedIn.status === "rejected") {
    render(html`<div class="whole">${failure(signedIn.reason, () => session.signIn(""))}</div>`, page());
    return;
  }
  dialogs.start();
  keys.start();
  offline.start(() => api.get("/me").catch(() => {}));
  subscribe(draw);
  router.start(shell.arrive);
  alerts.start();
  performance.mark("usable");
  startRest();
}

/** Start what the first rows do not need once they are drawn, or when they are late: it keeps network and server busy. */
function startRest() {
  const late = setTimeout(start, REST_AFTER);
  const end = subscribe(() => {
    if (!isBeginning()) start();
  });
  function start() {
    clearTimeout(late);
    end();
    poll.start();
    forMe.start();
    worker.register();
    loadAhead();
  }
}

/** Load the dialogs and the other views once nothing else is to be done, so that nobody waits for them later. */
function loadAhead() {
  const load = () => loadPart(() => import("./views/admin.js")).catch(() => {});
  // Safari knows no idle callback.
  setTimeout(() => ("requestIdleCallback" in window ? requestIdleCallback(load) : load()), AHEAD_AFTER);
}

function draw() {
  try {
    render(shell.template(), page());
  } catch (error) {
    // One view's mistake: say so, instead of showing half of what was and half of what is.
    reportError(error);
    render(html`<div class="whole">${failure(error, () => location.reload())}</div>`, page());
  }
  document.title = shell.title();
  alerts.drawIcon();
  if (session.session.get().ended) shell.askToSignIn();
}

function page() {
  return /** @type {HTMLElement} */ (document.getElementById("page"));
}

main();

/**
 * The live connection: a WebSocket over which the page is told that something changed. It opens with a ticket of its own,
 * asks every two minutes whether all is well, and opens again when it breaks, later each time and by chance, so that many
 * pages do not come back at once. Without it the page polls (`poll.js`), and nothing is lost but time.
 *
 * API Gateway closes what is silent for ten minutes, and any connection after two hours; ours end with their token.
 */

/**
 * @typedef {{ticket: string, url: string, ends_at: string}} Ticket
 * @typedef {{type: "pulse" | "news" | "presence", [name: string]: any}} Push
 * @typedef {object} Parts what a connection needs of the page
 * @property {() => Promise<Ticket>} ticket
 * @property {(address: string) => WebSocket} open
 * @property {() => {teams: string[], conversation: string}} looks what is shown now
 * @property {(push: Push) => void} take
 * @property {(isLive: boolean) => void} changed
 * @property {() => number} [random]
 */

export const PING_MS = 120_000;
/** Milliseconds within which a message is answered; later the connection counts as broken. */
export const ANSWER_MS = 10_000;
/** Milliseconds within which a connection opens: API Gateway waits for functions for 29 seconds. */
export const HANDSHAKE_MS = 30_000;
export const FIRST_PAUSE_MS = 1000;
export const LONGEST_PAUSE_MS = 60_000;
/** Milliseconds for which what is looked at must stay before it is said: the keyboard walks through a list faster. */
export const LOOK_MS = 200;
/** Milliseconds before the end of a connection at which the next one is opened. */
const BEFORE_END_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @param {Parts} parts */
export function connection({ ticket, open, looks, take, changed, random = Math.random }) {
  /** @type {WebSocket | null} */
  let socket = null;
  let started = false;
  let opening = false;
  let live = false;
  let failures = 0;
  /** @type {Record<string, ReturnType<typeof setTimeout>>} */
  const timers = {};

  /** @param {string} name @param {() => void} fn @param {number} pause */
  function after(name, fn, pause) {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(fn, pause);
  }

  function stopTimers() {
    for (const timer of Object.values(timers)) clearTimeout(timer);
  }

  /** @param {boolean} is */
  function setLive(is) {
    if (live === is) return;
    live = is;
    changed(is);
  }

  async function connect() {
    if (opening || socket) return;
    opening = true;
    try {
      const { ticket: once, url, ends_at: end } = await ticket();
      listen(open(`${url}?ticket=${encodeURIComponent(once)}`), Date.parse(end));
    } catch {
      later();
    } finally {
      opening = false;
    }
  }

  /** @param {WebSocket} next @param {number} end */
  function listen(next, end) {
    socket = next;
    // A handshake that nobody answers is no connection either.
    after("answer", lose, HANDSHAKE_MS);
    next.onopen = () => {
      send("look", looks());
      after(
        "end",
        renew,
        Math.min(LONGEST_TIMER_MS, Math.max(end - Date.now() - BEFORE_END_MS * (0.5 + random() / 2), 1000)),
      );
    };
    next.onmessage = ({ data }) => {
      if (socket === next) receive(data);
    };
    next.onclose = () => {
      if (socket === next) lose();
    };
  }

  /** @param {string} data */
  function receive(data) {
    const push = read(data);
    if (!push) return;
    if (push.type === "pulse") {
      clearTimeout(timers.answer);
      failures = 0;
      after("ping", ping, PING_MS);
    }
    take(push);
    if (push.type === "pulse") setLive(true);
  }

  /** @param {string} action @param {object} [content] */
  function send(action, content) {
    if (socket?.readyState !== 1) return;
    socket.send(JSON.stringify({ action, ...content }));
    if (action !== "type") after("answer", lose, ANSWER_MS);
  }

  /** The connection is closed, or as good as closed. */
  function lose() {
    drop();
    setLive(false);
    later();
  }

  function drop() {
    const old = socket;
    socket = null;
    stopTimers();
    if (!old) return;
    // Browsers complain of one that is closed while it opens.
    if (old.readyState === 0) old.onopen = () => old.close();
    else old.close();
  }

  /** The token behind the connection ends: open another one at once. */
  function renew() {
    drop();
    connect();
  }

  function later() {
    if (!started) return;
    after("retry", connect, pauseAfter(failures, random()));
    failures += 1;
  }

  function ping() {
    send("ping");
  }

  return {
    /** Open the connection, and keep it open from now on. */
    start() {
      started = true;
      connect();
    },
    /** Close it for good. */
    stop() {
      started = false;
      drop();
      setLive(false);
    },
    /** Somebody looks at the page again, or the network is back: see whether the connection is whole, or open it. */
    wake() {
      if (!started) return;
      if (socket) return ping();
      clearTimeout(timers.retry);
      connect();
    },
    /** Say what is looked at now. */
    look() {
      after("look", () => send("look", looks()), LOOK_MS);
    },
    /** Say whether the agent is typing. @param {boolean} typing */
    type: (typing) => send("type", { typing }),
    isLive: () => live,
  };
}

/**
 * Return the milliseconds before the next attempt: twice as long each time, and a random half of it.
 * @param {number} failed how often in a row
 * @param {number} chance from 0 to 1
 */
export function pauseAfter(failed, chance) {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failed, 10)) * (0.5 + chance / 2);
}

/** @param {unknown} data @returns {Push | null} */
function read(data) {
  try {
    return JSON.parse(String(data));
  } catch {
    return null;
  }
}

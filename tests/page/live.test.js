import assert from "node:assert/strict";
import { mock, test } from "node:test";

globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "{}" }), visibilityState: "visible" });
globalThis.location = /** @type {any} */ ({ origin: "", pathname: "", hash: "" });
const live = await import("../../functions/console/page/state/live.js");
const { merged } = await import("../../functions/console/page/state/poll.js");

/** Seconds without a message after which API Gateway closes a connection. */
const IDLE_SECONDS = 600;

class Socket {
  readyState = 0;
  sent = [];
  constructor(address) {
    this.address = address;
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  say(push) {
    this.onmessage({ data: typeof push === "string" ? push : JSON.stringify(push) });
  }
  close() {
    this.readyState = 3;
  }
  fall() {
    this.readyState = 3;
    this.onclose();
  }
}

const PULSE = { type: "pulse", teams: {}, conversation: null, present: [] };

/** A page with a connection, its sockets, and a clock of its own. */
function page(test, { fails = false, minutes = 60 } = {}) {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 });
  test.after(() => mock.timers.reset());
  const seen = {
    sockets: [],
    states: [],
    pushes: [],
    tickets: 0,
    fails,
    looks: { lists: true, teams: [], conversation: "one" },
  };
  const link = live.connection({
    async ticket() {
      seen.tickets += 1;
      if (seen.fails) throw new Error("no ticket");
      return {
        ticket: `t${seen.tickets}`,
        url: "wss://live.example/live",
        ends_at: new Date(Date.now() + minutes * 60_000).toISOString(),
      };
    },
    open(address) {
      seen.sockets.push(new Socket(address));
      return seen.sockets.at(-1);
    },
    looks: () => seen.looks,
    take: (push) => seen.pushes.push(push),
    changed: (isLive) => seen.states.push(isLive),
    random: () => 0.5,
  });
  return Object.assign(seen, { link });
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function opened(test, options) {
  const seen = page(test, options);
  seen.link.start();
  await settled();
  seen.sockets[0].open();
  seen.sockets[0].say(PULSE);
  return seen;
}

test("the connection opens with a ticket, says what is shown, and is live with the first answer", async (t) => {
  const seen = page(t);
  seen.link.start();
  await settled();
  assert.equal(seen.sockets[0].address, "wss://live.example/live?ticket=t1");
  seen.sockets[0].open();
  assert.deepEqual(seen.sockets[0].sent, [{ action: "look", lists: true, teams: [], conversation: "one" }]);
  assert.ok(!seen.link.isLive());
  seen.sockets[0].say(PULSE);
  assert.ok(seen.link.isLive());
  assert.deepEqual(seen.states, [true]);
});

test("a page that is live pings every two minutes, and opens another connection where that is not answered", async (t) => {
  const seen = await opened(t);
  mock.timers.tick(live.PING_MS);
  assert.deepEqual(seen.sockets[0].sent.at(-1), { action: "ping" });
  mock.timers.tick(live.ANSWER_MS);
  assert.deepEqual(seen.states, [true, false]);
  mock.timers.tick(live.FIRST_PAUSE_MS);
  await settled();
  assert.equal(seen.sockets.length, 2);
  assert.match(seen.sockets[1].address, /t2$/);
});

test("a page is never silent until API Gateway closes the connection, also while what it shows changes", async (t) => {
  const seen = await opened(t);
  let last = 0;
  for (let second = 10; second < 1800; second += 10) {
    mock.timers.tick(10_000);
    const { sent } = seen.sockets[0];
    if (second % 70 === 0) seen.link.look();
    if (sent.length > seen.said) last = second;
    seen.said = sent.length;
    if (sent.length) seen.sockets[0].say(PULSE);
    assert.ok(second - last < IDLE_SECONDS);
  }
  assert.equal(seen.sockets.length, 1);
});

test("what is looked at is answered, and puts the next ping off", async (t) => {
  const seen = await opened(t);
  mock.timers.tick(live.PING_MS - 5000);
  seen.link.look();
  mock.timers.tick(live.LOOK_MS);
  seen.sockets[0].say(PULSE);
  mock.timers.tick(live.PING_MS - 1000);
  assert.ok(!seen.sockets[0].sent.some(({ action }) => action === "ping"));
  mock.timers.tick(1000);
  assert.equal(seen.sockets[0].sent.at(-1).action, "ping");
});

test("a connection that breaks is opened again with a new ticket, later each time", async (t) => {
  const seen = await opened(t);
  seen.fails = true;
  seen.sockets[0].fall();
  let waited = 0;
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const pause = live.pauseAfter(attempt, 0.5);
    assert.ok(pause >= waited);
    waited = pause;
    mock.timers.tick(pause);
    await settled();
    assert.equal(seen.tickets, attempt + 2);
  }
  assert.ok(waited <= live.LONGEST_PAUSE_MS);
});

test("pauses differ by chance, so that pages do not come back at once", () => {
  assert.ok(live.pauseAfter(3, 0) < live.pauseAfter(3, 0.9));
  assert.ok(live.pauseAfter(0, 0) >= live.FIRST_PAUSE_MS / 2);
  assert.ok(live.pauseAfter(1000, 1) <= live.LONGEST_PAUSE_MS);
});

test("a handshake that nobody answers is given up", async (t) => {
  const seen = page(t);
  seen.link.start();
  await settled();
  mock.timers.tick(live.HANDSHAKE_MS);
  seen.sockets[0].open();
  assert.equal(seen.sockets[0].readyState, 3);
  assert.deepEqual(seen.states, []);
  mock.timers.tick(live.FIRST_PAUSE_MS);
  await settled();
  assert.equal(seen.sockets.length, 2);
});

test("another connection is opened before the token ends", async (t) => {
  const seen = await opened(t, { minutes: 10 });
  for (let minute = 0; minute < 10; minute += 1) {
    mock.timers.tick(60_000);
    seen.sockets.at(-1).readyState === 1 && seen.sockets.at(-1).say(PULSE);
    await settled();
  }
  assert.equal(seen.sockets.length, 2);
});

test("what is looked at is said when it stays, not with each step through the list", async (t) => {
  const seen = await opened(t);
  for (const id of ["two", "three", "four"]) {
    seen.looks = { teams: [], conversation: id };
    seen.link.look();
    mock.timers.tick(live.LOOK_MS / 2);
  }
  mock.timers.tick(live.LOOK_MS);
  const looks = seen.sockets[0].sent.filter(({ action }) => action === "look");
  assert.deepEqual(
    looks.map(({ conversation }) => conversation),
    ["one", "four"],
  );
});

test("an old socket says nothing any more, and what is no push is left out", async (t) => {
  const seen = await opened(t);
  const [old] = seen.sockets;
  old.say("not JSON");
  old.fall();
  old.say({ type: "news", teams: { service: 9 } });
  assert.equal(seen.pushes.length, 1);
  seen.link.stop();
  mock.timers.tick(10 * live.LONGEST_PAUSE_MS);
  await settled();
  assert.equal(seen.sockets.length, 1);
});

const KNOWN = { teams: { service: 5 }, conversation: { id: "one", version: 3, changes: 7 }, present: [] };

test("a push adds to what is known, and one that was overtaken takes nothing back", () => {
  const news = { type: "news", teams: { service: 4, sales: 2 }, conversation: { id: "one", version: 4, changes: 6 } };
  assert.deepEqual(merged(KNOWN, news, "one"), {
    teams: { service: 5, sales: 2 },
    conversation: { id: "one", version: 4, changes: 7 },
    present: [],
  });
});

test("what a push says of a conversation that was left is not taken for the one that is open", () => {
  const pulse = { ...PULSE, conversation: { id: "old", version: 1, changes: 1 }, present: [{ typing: true }] };
  assert.deepEqual(merged(KNOWN, pulse, "one"), KNOWN);
});

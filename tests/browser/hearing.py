"""Pages that hear of changes as a test wants it: over their live connection, by polling alone, or not at all."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

KEEP_SOCKETS = """
const Original = window.WebSocket;
window.socketsOfTest = [];
window.WebSocket = class extends Original {
  constructor(...given) {
    super(...given);
    window.socketsOfTest.push(this);
    // One whose ticket was on its way when the test closed them.
    if (window.isDeafOfTest) this.addEventListener("open", () => this.close());
  }
};
const ask = window.fetch;
window.requestsOfTest = { underway: 0, last: 0 };
window.fetch = async (...given) => {
  if (String(given[0]).endsWith("/live/ticket")) return ask(...given);
  window.requestsOfTest.underway += 1;
  try {
    return await ask(...given);
  } finally {
    window.requestsOfTest.underway -= 1;
    window.requestsOfTest.last = performance.now();
  }
};
"""

CLOSE = """
for (const socket of window.socketsOfTest) {
  // Browsers complain of one that is closed while it opens.
  if (socket.readyState === 0) socket.addEventListener("open", () => socket.close());
  else socket.close();
}
"""

IS_QUIET = """pause => {
  const { underway, last } = window.requestsOfTest;
  return underway === 0 && performance.now() - last > pause;
}"""
QUIET_MS = 1500
"""Longer than the page waits with reading what it was told of."""


def keep_sockets(context: BrowserContext) -> None:
    """Let tests close the live connections of a context's pages, and wait for their readings."""
    context.add_init_script(KEEP_SOCKETS)


def wait_until_live(page: Page) -> None:
    """Wait until the page has its live connection, over which colleagues learn at once what is done here."""
    expect(page.locator(".live-state.live")).to_be_attached()


def lose_live(page: Page) -> None:
    """Close the live connection of a page that has one: it asks at once for what it misses, and opens another one."""
    page.evaluate(CLOSE)


def close_live(page: Page) -> None:
    """Close the page's live connection, and let it get no ticket for another one."""
    page.route("**/api/live/ticket", lambda route: route.fulfill(status=201, json={"url": "none://"}))
    page.evaluate("window.isDeafOfTest = true")
    page.evaluate(CLOSE)


def hear_nothing(page: Page) -> None:
    """From now on the page is not told what comes in; what it was told of before is read."""
    answer_pulse(page, status=304)
    page.wait_for_function(IS_QUIET, arg=QUIET_MS, polling=100)


def answer_pulse(page: Page, **answer: Any) -> None:
    """From now on the page polls, and gets this answer."""
    page.route("**/api/pulse*", lambda route: route.fulfill(**answer))
    close_live(page)

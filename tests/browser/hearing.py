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


def keep_sockets(context: BrowserContext) -> None:
    """Let tests close the live connections of a context's pages."""
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
    page.evaluate(CLOSE)


def hear_nothing(page: Page) -> None:
    """From now on the page is not told what comes in."""
    answer_pulse(page, status=304)


def answer_pulse(page: Page, **answer: Any) -> None:
    """From now on the page polls, and gets this answer."""
    page.route("**/api/pulse*", lambda route: route.fulfill(**answer))
    close_live(page)

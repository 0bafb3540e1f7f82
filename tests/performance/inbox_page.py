"""(h) What an agent waits for: a headless browser before the whole embedded stack, with a thousand conversations.

Times are of the page's own clock, from the click to the frame in which it is shown; for a reload and for what others
do, from the moment before. A reload loads the page twice: Cognito's pages, in between, sign in again by their cookie.
Everything is in them: the page, the API, the functions and the stream.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from infra.local import demo
from infra.local.players import AgentApi, Square, sign_in, wait_for
from infra.local.stack import Stack, start_stack
from tests.browser import chromium
from tests.browser.people import hire
from tests.performance import page_feed
from tests.performance.report import Section

CONVERSATIONS = 1000
POSTS_AT_ONCE, FIRST_POST = 100, 900_000_000_000_000
"""Posts in a webhook; and the id of the first, where the square gives none."""
DISPATCH_SECONDS = 120
SIZE = {"width": 1440, "height": 900}
QUIET_SECONDS = 2.0
"""Time between two rounds: what follows an action, such as the list that is read again, belongs to the action."""
PATIENCE_MS = 60_000
WAITING = "Jana Wartet"
AIMS = {
    "conversation opened: click to its messages": 100,
    "… of this, the API's answer": None,
    "first row after reload": 500,
    "own action visible": 50,
    "colleague's note visible": 1000,
    "customer's message visible": 1000,
}
OPENED, ANSWER, RELOADED, OWN, COLLEAGUE, CUSTOMER = AIMS
Found = dict[str, list[float]]

WATCH = """() => {
  window.shownAt = (isShown) => new Promise((resolve) => {
    const look = () => (isShown() ? resolve(performance.now()) : requestAnimationFrame(look));
    look();
  });
  window.firstRow = window.shownAt(() => document.querySelector("a.row"));
}"""
OPEN = """async (id) => {
  performance.clearResourceTimings();
  const row = document.querySelector(`a.row[data-id="${id}"]`);
  const words = `Frage ${row.querySelector(".row-name bdi").textContent.replace("Kundin ", "")}:`;
  const begun = performance.now();
  row.click();
  const texts = () => [...document.querySelectorAll(".message-text")].map((each) => each.textContent);
  const isShown = () => texts().some((text) => text.includes(words));
  const shown = await window.shownAt(isShown);
  const read = performance.getEntriesByType("resource").find(({name}) => name.includes(`/conversations/${id}?`));
  return [shown - begun, read ? read.duration : 0];
}"""
RESOLVE = """async () => {
  const begun = performance.now();
  document.querySelector('[data-act="resolve"]').click();
  const isDone = () => document.querySelector(".conversation-head").textContent.includes("Resolved");
  return await window.shownAt(isDone) - begun;
}"""
AWAIT_TEXT = """(text) => {
  const isShown = () => [...document.querySelectorAll(".message")].some((each) => each.textContent.includes(text));
  window.textShown = window.shownAt(isShown).then((at) => performance.timeOrigin + at);
}"""


def measure(directory: Path, rounds: int, say: Callable[[str], None]) -> Found:
    """Return the milliseconds of each round by what was waited for."""
    with _inbox(directory, say) as (stack, square, agent_api, page):
        found: Found = {name: [] for name in AIMS}
        say("    opening, reloading, acting …")
        for _ in range(rounds):
            _open(page, found)
            _reload(page, found)
            _resolve(page, found)
        say("    hearing of others …")
        thread = square.post(author={"name": WAITING}, text="Hört mich jemand?")["message_id"]
        talk: str = wait_for("the conversation", lambda: agent_api.find(thread))["id"]
        page.evaluate("id => { location.hash = `#/c/${id}`; }", talk)
        page.locator(".message-text", has_text="Hört mich jemand?").first.wait_for()
        person = hire(stack, "Kim Beispiel", "agent")
        with sign_in(stack.values, person.email, person.password) as client:
            colleague = AgentApi(client)
            for number in range(rounds):
                _heard(page, found[COLLEAGUE], f"Notiz Nummer {number}.", _notes(colleague, talk))
                _heard(page, found[CUSTOMER], f"Nachricht Nummer {number}.", _comments(square, thread))
        return found


def section(found: Found) -> Section:
    """Return the table."""
    rows = []
    for name, aim in ((name, aim) for name, aim in AIMS.items() if found.get(name)):
        middle = median(found[name])
        high = quantiles(found[name], n=10, method="inclusive")[-1]
        kept = "" if aim is None else f"{aim} ms: {'kept' if middle <= aim else 'missed'}"
        rows.append([name, str(len(found[name])), f"{middle:.0f}", f"{high:.0f}", kept])
    head = ["", "rounds", "median, ms", "90 of 100 within, ms", "aim of the median"]
    return Section(f"(h) What an agent waits for, with {CONVERSATIONS:,} conversations", head, rows, [])


def _open(page: Page, found: Found) -> None:
    """Open a conversation that is in view and not open."""
    opened = page.url.partition("#/c/")[2].partition("?")[0]
    ids = page.eval_on_selector_all("a.row", "rows => rows.map((row) => row.dataset.id)")
    took, answer = page.evaluate(OPEN, random.choice([each for each in ids if each != opened]))
    found[OPENED].append(took)
    found[ANSWER].append(answer)
    time.sleep(QUIET_SECONDS)


def _reload(page: Page, found: Found) -> None:
    began = time.time()
    page.reload()
    page.locator("nav.rail").wait_for(state="attached")
    shown: float = page.evaluate("window.firstRow.then((at) => performance.timeOrigin + at)")
    found[RELOADED].append(shown - 1000 * began)
    page.locator(".live-state.live").wait_for(state="attached")
    page.locator('[data-act="resolve"]').first.wait_for()
    time.sleep(QUIET_SECONDS)


def _resolve(page: Page, found: Found) -> None:
    found[OWN].append(page.evaluate(RESOLVE))
    time.sleep(QUIET_SECONDS)


def _notes(colleague: AgentApi, talk: str) -> Callable[[str], Any]:
    return lambda text: colleague.call("POST", f"/conversations/{talk}/notes", text=text, mentions=[])


def _comments(square: Square, thread: str) -> Callable[[str], Any]:
    return lambda text: square.post(to=thread, author={"name": WAITING}, text=text)


def _heard(page: Page, found: list[float], text: str, act: Callable[[str], Any]) -> None:
    """Measure from before somebody acts to the frame that shows their words."""
    page.evaluate(AWAIT_TEXT, text)
    began = time.time()
    act(text)
    shown: float = page.evaluate("window.textShown")
    found.append(shown - 1000 * began)
    time.sleep(QUIET_SECONDS)


@contextmanager
def _inbox(directory: Path, say: Callable[[str], None]) -> Iterator[tuple[Stack, Square, AgentApi, Page]]:
    """Run a stack with many conversations, and a page with a live connection that shows them."""
    with start_stack(directory, free_ports=True, persist=False) as stack, sign_in(stack.values) as client:
        square, agent_api = Square(stack.values), AgentApi(client)
        say(f"    {CONVERSATIONS:,} customers write …")
        _write_posts(stack)
        say("    dispatch makes conversations of it …")
        wait_for("the conversations", lambda: len(agent_api.inbox(limit="100")) >= CONVERSATIONS, DISPATCH_SECONDS)
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGUMENTS))
            context = running.new_context(viewport=SIZE, locale="en-US", reduced_motion="reduce")  # type: ignore[arg-type]
            context.set_default_timeout(PATIENCE_MS)
            context.add_init_script(f"({WATCH})()")
            page = context.new_page()
            page.goto(stack["console_url"])
            page.get_by_label("Username").fill(stack["agent"]["email"])
            page.get_by_label("Password").fill(stack["agent"]["password"])
            page.get_by_role("button", name="Sign in").click()
            page.locator("a.row").first.wait_for()
            page.locator(".live-state.live").wait_for(state="attached")
            time.sleep(QUIET_SECONDS)
            yield stack, square, agent_api, page
            running.close()


def _write_posts(stack: Stack) -> None:
    """Have customers write on the Page: signed webhooks of a hundred posts each, as Meta sends them in a rush."""
    address = stack["webhook_url"].format(channel="facebook", connection=demo.CONNECTION)
    page_id, secret = stack.installation.page_id, stack.installation.app_secret.encode()
    for first in range(0, CONVERSATIONS, POSTS_AT_ONCE):
        numbers = range(first, first + POSTS_AT_ONCE)
        body = page_feed.body(page_id, changes=[_post(page_id, number) for number in numbers])
        signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
        httpx.post(address, content=body, headers=headers, timeout=PATIENCE_MS / 1000).raise_for_status()


def _post(page_id: str, number: int) -> dict[str, Any]:
    post_id, text = f"{page_id}_{FIRST_POST + number}", f"Frage {number}: Seit gestern geht mein WLAN nicht mehr."
    return page_feed.visitor_post(post_id, number, f"Kundin {number}", text, int(time.time() * 1000))

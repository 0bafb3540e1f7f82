"""Changes reach an open page at once over its live connection, and by polling where it has none."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from statistics import median

from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, Square, sign_in
from infra.local.stack import Stack
from tests.browser.conftest import PHONE, PageOf
from tests.browser.hearing import close_live
from tests.browser.people import Person
from tests.browser.talk import Talk, answer_field, begin, message

Say = Callable[[str], None]
ROUNDS = 5
SOON_MS = 1000
BUSY = 10
"""The factor by which that may take longer where other things run as well; the test says what it saw. A page that hears
nothing asks after twenty seconds."""


def test_page_hears_at_once_and_says_so(
    page_of: PageOf,
    square: Square,
    agent_api: AgentApi,
    stack: Stack,
    kim: Person,
    say: Say,
    shoot: Callable[[Page, str], None],
) -> None:
    talk = begin(square, agent_api)
    page = page_of(place=talk.place, size=(1440, 900))
    expect(page.locator(".live-state.live")).to_have_attribute("aria-label", "Changes appear at once.")
    customers: list[float] = []
    for number in range(ROUNDS):
        began = time.perf_counter()
        talk.comment(f"Nachricht {number} des Kunden")
        expect(message(page, f"Nachricht {number} des Kunden")).to_be_visible()
        customers.append(1000 * (time.perf_counter() - began))
    colleagues: list[float] = []
    with sign_in(stack.values, kim.email, kim.password) as client:
        for number in range(ROUNDS):
            AgentApi(client).call("POST", f"/conversations/{talk.id}/notes", text=f"Notiz {number}", mentions=[])
            began = time.perf_counter()
            expect(page.get_by_text(f"Notiz {number}").first).to_be_visible()
            colleagues.append(1000 * (time.perf_counter() - began))
    say(
        f"Seen by the agent, of a customer: {sorted(map(round, customers))} ms, "
        f"of a colleague: {sorted(map(round, colleagues))} ms"
    )
    assert median(customers) < SOON_MS * BUSY
    assert median(colleagues) < SOON_MS * BUSY
    shoot(page, "live-desktop")


def test_page_without_a_live_connection_polls_and_says_so(
    page_of: PageOf, square: Square, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    talk: Talk = begin(square, agent_api)
    page = page_of(place=talk.place, size=PHONE)
    expect(page.locator(".live-state.live")).to_be_attached()
    close_live(page)
    expect(page.locator(".live-state.polling")).to_be_attached()
    talk.comment("Hört mich jemand?")
    expect(message(page, "Hört mich jemand?")).to_be_visible()
    shoot(page, "live-phone-polling")


def test_colleagues_see_each_other_type_over_the_live_connection(
    page_of: PageOf, square: Square, agent_api: AgentApi, kim: Person
) -> None:
    talk = begin(square, agent_api)
    mine, theirs = page_of(place=talk.place), page_of(kim, place=talk.place)
    for page in (mine, theirs):
        expect(page.locator(".live-state.live")).to_be_attached()
    expect(mine.locator(".composer-others")).to_contain_text("Kim Beispiel")
    answer_field(theirs).press_sequentially("Ich schaue nach", delay=20)
    expect(mine.get_by_text("Kim Beispiel is replying")).to_be_visible()
    theirs.close()
    expect(mine.get_by_text("Kim Beispiel")).to_have_count(0)


def test_own_action_shows_at_once_and_opens_the_next_conversation_where_wanted(
    page_of: PageOf, square: Square, agent_api: AgentApi, say: Say
) -> None:
    talks = [begin(square, agent_api) for _ in range(3)]
    page = page_of(place=talks[0].place)
    page.get_by_role("button", name="Account").click()
    page.locator('input[name="after"][value="next"]').check()
    page.keyboard.press("Escape")
    page.locator(f'a[href*="{talks[0].id}"]').first.wait_for()
    page.locator('[data-act="resolve"]').wait_for()
    # The answer of the API is held back: what shows before it is the page's own.
    page.route("**/resolve", lambda route: (time.sleep(2), route.continue_()))
    took = page.evaluate(_UNTIL_RESOLVED)
    say(f"Seen by the agent, of their own action: {took:.0f} ms")
    assert took < OWN_MS * BUSY
    expect(page.locator(".conversation-head")).not_to_contain_text(talks[0].customer)
    expect(page).not_to_have_url(re.compile(re.escape(talks[0].id)))
    assert talks[0].read()["status"] == "resolved"


OWN_MS = 50
_UNTIL_RESOLVED = """() => new Promise((resolve) => {
  const begun = performance.now();
  const look = () => {
    const head = document.querySelector(".conversation-head");
    if (head.textContent.includes("Resolved")) resolve(performance.now() - begun);
    else requestAnimationFrame(look);
  };
  document.querySelector('[data-act="resolve"]').click();
  look();
})"""

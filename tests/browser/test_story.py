"""The story, played through the page by people who see no API: from the first post to what came of asking back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from infra.local.players import Square, wait_for
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.hearing import hear_nothing, wait_until_live
from tests.browser.people import Person
from tests.browser.problems import Problems

NEWS_SECONDS = 3.0
"""Within this a new message is to be seen, without reloading."""
BUSY = 6
"""The factor by which that may take longer where other things run as well; the test says what it saw. It is still less
than the twenty seconds after which a page asks that is told nothing."""
HOLD_SECONDS = 10
WEEK_MS = 120_000
"""For the stack of these tests a week is ten seconds; asking, delivering and folding take a few more."""
Say = Callable[[str], None]


def test_a_question_is_answered_asked_about_again_and_found_solved(
    page_of: PageOf, square: Square, shoot: Callable[[Page, str], None], say: Say
) -> None:
    page = page_of()
    _rows(page).or_(page.locator(".empty")).first.wait_for()
    post = square.post(author={"name": "Mira Anders"}, text="Seit gestern geht mein WLAN nicht 😢")["message_id"]
    began = time.monotonic()
    expect(_row(page, "Mira Anders")).to_be_visible(timeout=1000 * NEWS_SECONDS * BUSY)
    say(f"A new post was seen after {time.monotonic() - began:.1f} s")

    _row(page, "Mira Anders").click()
    expect(page.get_by_text("Public reply, visible to everyone on Facebook")).to_be_visible()
    _write(page, "Hallo Mira, bitte den Router einmal neu starten.").press("Control+Shift+Enter")
    expect(_thread(page).get_by_text("bitte den Router einmal neu starten")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    # On a busy machine those ten seconds may be over before anybody looks.
    expect(_promise(page)).to_contain_text(re.compile("Will be sent automatically|Follow-up sent"))
    _stands(square, post, "neu starten")

    expect(_promise(page)).to_contain_text("Follow-up sent", timeout=WEEK_MS)
    question = _stands(square, post, "Wie sieht")
    square.post(to=question, author={"name": "Mira Anders"}, text="Ja, läuft wieder, danke!")
    expect(_promise(page)).to_contain_text("This looks solved", timeout=1000 * NEWS_SECONDS * BUSY)
    shoot(page, "story-outcome")
    assert not barriers(page)

    _promise(page).get_by_role("button", name="Solved, resolve conversation").click()
    expect(page.locator("#dialogs").get_by_text("Marked as solved. Conversation resolved.")).to_be_visible()
    page.get_by_role("link", name="Resolved").click()
    expect(_row(page, "Mira Anders")).to_be_visible()


def test_reply_written_too_fast_is_undone_before_it_is_sent(page_of: PageOf, square: Square) -> None:
    page = page_of()
    page.route("**/api/me", _hold_for_long)
    page.reload()
    post = _post(page, square, "Nora Undo")
    _write(page, "Das wollte ich so nicht sagen").press("Control+Enter")
    page.get_by_role("button", name="Undo").click()
    expect(_field(page)).to_have_value("Das wollte ich so nicht sagen")
    expect(_thread(page).get_by_text("Das wollte ich so nicht sagen")).to_have_count(0)
    time.sleep(HOLD_SECONDS + 3)
    assert square.thread(post) == []


def _hold_for_long(route: Route) -> None:
    """Have answers held back for as long as the API permits: a busy machine needs seconds to press a button."""
    response = route.fetch()
    me = response.json()
    me["settings"]["undo_seconds"] = HOLD_SECONDS
    route.fulfill(response=response, json=me)


def test_two_agents_see_each_other_and_an_answer_past_the_customer_is_stopped(
    page_of: PageOf, square: Square, kim: Person, problems: Problems
) -> None:
    """Invariant 10: nobody answers blind, and nothing that was typed is lost."""
    problems.expect("status of 409")
    alex = page_of()
    post = _post(alex, square, "Paul Zweifach")
    other = page_of(kim, place=_place(alex))
    wait_until_live(other)
    _field(other).press_sequentially("Ich schaue nach", delay=20)
    expect(alex.get_by_text("Kim Beispiel is replying")).to_be_visible()

    # What is new reaches the one and not yet the other.
    hear_nothing(alex)
    _write(alex, "Das ist repariert.")
    square.post(to=post, author={"name": "Paul Zweifach"}, text="Jetzt geht das Telefon auch nicht!")
    expect(_thread(other).get_by_text("Jetzt geht das Telefon auch nicht!")).to_be_visible()
    _field(alex).press("Control+Enter")
    expect(alex.get_by_role("alert")).to_contain_text("Jetzt geht das Telefon auch nicht!")
    expect(_field(alex)).to_have_value("Das ist repariert.")
    assert square.thread(post)[-1]["text"] == "Jetzt geht das Telefon auch nicht!"

    alex.get_by_role("button", name="Send anyway").click()
    _stands(square, post, "Das ist repariert")
    expect(_thread(other).get_by_text("Das ist repariert.")).to_be_visible()


def test_the_network_goes_while_answering_and_comes_back(page_of: PageOf, square: Square, problems: Problems) -> None:
    """Invariant 3: what may have arrived is sent once; and nothing is sent behind anybody's back."""
    problems.expect("ERR_INTERNET_DISCONNECTED")
    page = page_of()
    post = _post(page, square, "Olga Funkloch")
    _write(page, "Wir kümmern uns darum.")
    page.context.set_offline(True)
    _field(page).press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(_field(page)).to_have_value("Wir kümmern uns darum.")
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="Send again")).to_be_enabled()
    page.get_by_role("button", name="Send again").click()
    _stands(square, post, "Wir kümmern uns darum")
    time.sleep(3)
    assert [each["text"] for each in square.thread(post)] == ["Wir kümmern uns darum."]


def test_the_answer_of_the_api_is_lost_and_the_message_goes_out_once(
    page_of: PageOf, square: Square, problems: Problems
) -> None:
    """Invariant 3."""
    problems.expect("ERR_FAILED")
    page = page_of()
    post = _post(page, square, "Rita Doppelt")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/replies", lose, times=1)
    _write(page, "Nur einmal, bitte.").press("Control+Enter")
    expect(_thread(page).get_by_text("Nur einmal, bitte.")).to_have_count(1)
    if page.get_by_role("button", name="Send again").is_visible():
        page.get_by_role("button", name="Send again").click()
    _stands(square, post, "Nur einmal")
    time.sleep(3)
    assert [each["text"] for each in square.thread(post)] == ["Nur einmal, bitte."]
    expect(_field(page)).to_have_value("")


def test_a_draft_survives_reloading(page_of: PageOf, square: Square) -> None:
    page = page_of()
    _post(page, square, "Sven Entwurf")
    _write(page, "Halb geschrieben")
    page.reload()
    expect(_field(page)).to_have_value("Halb geschrieben")


def test_a_whole_day_by_keyboard(page_of: PageOf, square: Square) -> None:
    page = page_of()
    _rows(page).or_(page.locator(".empty")).first.wait_for()
    post = square.post(author={"name": "Tara Tasten"}, text="Wie lange ist die Garantie?")["message_id"]
    expect(_row(page, "Tara Tasten")).to_be_visible(timeout=1000 * NEWS_SECONDS * BUSY)
    for _ in range(60):
        page.keyboard.press("j")
        if "Tara Tasten" in (page.evaluate("document.activeElement.innerText") or ""):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tara Tasten").first).to_be_visible()
    page.keyboard.press("t")
    page.keyboard.type("garantie")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name=re.compile("^Internal note"))).to_be_focused()
    page.keyboard.type("Zwei Jahre, oder?")
    page.keyboard.press("Control+Enter")
    expect(_thread(page).get_by_text("Zwei Jahre, oder?")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(_field(page)).to_be_focused()
    page.keyboard.type("Zwei Jahre, liebe Tara.")
    page.keyboard.press("Control+Enter")
    _stands(square, post, "Zwei Jahre, liebe Tara")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_text("Tara Tasten").first).to_be_visible()
    page.get_by_role("link", name="Resolved").click()
    expect(_row(page, "Tara Tasten")).to_be_visible()


@pytest.mark.parametrize(("language", "dark"), [("en-US", False), ("de-DE", True)], ids=["light", "german-dark"])
def test_the_day_on_a_phone(
    page_of: PageOf, square: Square, shoot: Callable[[Page, str], None], language: str, dark: bool
) -> None:
    page = page_of(size=PHONE, language=language, dark=dark)
    name = f"Uta {'Dunkel' if dark else 'Hell'}"
    square.post(author={"name": name}, text="Passt das Ladegerät auch zum alten Modell?")
    _row(page, name).click(timeout=1000 * NEWS_SECONDS * BUSY)
    page.locator("textarea").wait_for()
    shoot(page, f"phone-conversation-{'dark' if dark else 'light'}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert not barriers(page)
    page.locator("textarea").fill("Ja, es passt.")
    page.get_by_role("button", name=re.compile("Send publicly|Öffentlich senden")).click()
    expect(page.get_by_text("Ja, es passt.").first).to_be_visible()


# -- how people find their way ----------------------------------------------------------------------------------------


def _post(page: Page, square: Square, name: str) -> str:
    """Somebody writes, and the agent opens it."""
    _rows(page).or_(page.locator(".empty")).first.wait_for()
    post = square.post(author={"name": name}, text="Bei mir geht nichts mehr.")["message_id"]
    _row(page, name).click(timeout=1000 * NEWS_SECONDS * BUSY)
    _field(page).wait_for()
    return post


def _rows(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("Inbox|Posteingang")).get_by_role("listitem")


def _row(page: Page, name: str) -> Locator:
    return _rows(page).get_by_role("link").filter(has_text=name)


def _thread(page: Page) -> Locator:
    return page.get_by_role("region", name="Messages")


def _promise(page: Page) -> Locator:
    return page.get_by_role("region", name="Follow-up", exact=True)


def _field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Public reply")


def _write(page: Page, text: str) -> Locator:
    _field(page).fill(text)
    return _field(page)


def _place(page: Page) -> str:
    expect(page).to_have_url(re.compile("#/c/"))
    return "#" + page.url.partition("#")[2]


def _stands(square: Square, post: str, text: str) -> str:
    """Wait until a text stands in the public thread; the comment's id."""

    def look() -> str | None:
        return next((each["id"] for each in square.thread(post) if text in each["text"]), None)

    return wait_for(f"“{text}” in the thread", look)

"""A conversation on a phone, and on a screen at twice its size: the thread has the room."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, Square, wait_for
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.talk import Talk, begin

LEAST_SHARE = 0.7
ONE_LINE = 48
"""Pixels: the most that a composer of one line takes, with its frame."""
ONE_ROW = 32
"""Pixels: the most that a row of marks and buttons takes."""
SIZES = {"phone": PHONE, "1440x900 at 200 %": (720, 450), "1280x720 at 200 %": (640, 360)}


@pytest.fixture(scope="module")
def conversation(square: Square, agent_api: AgentApi) -> str:
    """A conversation with a promise; its id."""
    post = square.post(author={"name": "Nora Lind"}, text="Wann kommt das Update?")
    found = wait_for("the post", lambda: agent_api.find(post["message_id"]))
    agent_api.call("POST", f"/conversations/{found['id']}/replies", text="Morgen früh.")
    agent_api.call("PUT", f"/conversations/{found['id']}/follow-up", after="P7D", text="Ist es da?")
    return str(found["id"])


@pytest.fixture(scope="module")
def third_party(square: Square, agent_api: AgentApi) -> Talk:
    """A public thread with two others, one of a long name."""
    talk = begin(square, agent_api, "Mein WLAN bricht ab. https://example.org/" + "lang" * 40)
    talk.comment("Bei mir auch!", name="Maximiliane-Alexandra von Hohenzollern-Sigmaringen")
    talk.comment("Erster!", name="Pia Auch")
    agent_api.call("PUT", f"/conversations/{talk.id}/tags", add=["netzstörung-süd", "router"])
    return talk


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_thread_has_most_of_a_small_screen(page_of: PageOf, conversation: str, size: tuple[int, int]) -> None:
    page = page_of(place=f"#/c/{conversation}", size=size)
    page.get_by_text("Wann kommt das Update?").last.wait_for()
    expect(page.locator("nav.rail")).to_be_hidden()
    assert _height(page, ".thread-box") >= LEAST_SHARE * size[1]
    assert _height(page, ".composer-paper") <= ONE_LINE
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert not barriers(page)


def test_composer_of_a_phone_opens_when_it_is_touched_and_stays_while_it_has_text(
    page_of: PageOf, conversation: str
) -> None:
    page = page_of(place=f"#/c/{conversation}", size=PHONE)
    field = page.get_by_role("textbox", name="Public reply")
    send = page.get_by_role("button", name="Send publicly")
    expect(send).to_be_hidden()
    field.click()
    expect(send).to_be_visible()
    field.fill("Ja.")
    field.blur()
    expect(send).to_be_visible()
    field.fill("")
    field.blur()
    expect(send).to_be_hidden()


@pytest.mark.parametrize(("language", "name"), [("en-US", "Public reply"), ("de-DE", "Öffentliche Antwort")])
def test_hint_of_a_phones_composer_has_room_in_its_line(
    page_of: PageOf, conversation: str, language: str, name: str, shoot: Any
) -> None:
    page = page_of(place=f"#/c/{conversation}", size=PHONE, language=language)
    field = page.get_by_role("textbox", name=name)
    field.wait_for()
    shoot(page, f"composer-folded-phone-{language}")
    assert field.evaluate(
        """(area) => {
          const drawing = document.createElement("canvas").getContext("2d");
          drawing.font = getComputedStyle(area).font;
          return drawing.measureText(area.placeholder).width <= area.clientWidth;
        }"""
    )


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_nothing_scrolls_sideways_with_others_in_the_thread(
    page_of: PageOf, third_party: Talk, size: tuple[int, int], language: str, shoot: Any
) -> None:
    page = page_of(place=third_party.place, size=size, language=language)
    page.locator("li.message").nth(2).wait_for()
    page.locator("li.message").nth(1).locator(".attention-actions button").first.click()
    page.locator(".ask-chip button").first.click()
    page.locator(".composer-plan .follow-up-text").wait_for()
    assert _scrolling(page) == []
    shoot(page, f"phone-third-party-{language[:2]}-{size[0]}")
    for place in ("inbox", "posts", "for-you", "follow-ups", "reports", "settings"):
        page.evaluate("place => { location.hash = `#/${place}` }", place)
        page.locator("main :is(h1, h2, .inbox-head):visible").first.wait_for()
        assert _scrolling(page) == [], place


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_head_of_a_conversation_has_two_rows_on_a_phone_and_its_words_are_read_out(
    page_of: PageOf, third_party: Talk, language: str
) -> None:
    page = page_of(place=third_party.place, size=PHONE, language=language)
    facts = page.locator(".head-row.facts")
    expect(facts.locator('[data-act="assign"]')).to_be_visible()
    assert _height(page, ".head-row.facts") <= ONE_ROW
    assert facts.evaluate("each => each.scrollWidth <= each.clientWidth")
    for part in facts.locator(":scope > :not(.head-words)").all():
        expect(part).to_be_in_viewport(ratio=1)
    german = language == "de-DE"
    for words in ("Öffentlich" if german else "Public", "netzstörung-süd", "router", "3 von 3" if german else "3 of 3"):
        expect(facts).to_contain_text(words)


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_bar_of_a_phone_has_five_places_and_the_others_are_in_its_menu(
    page_of: PageOf, language: str, shoot: Any
) -> None:
    page = page_of(size=PHONE, language=language)
    items = page.locator("nav.rail > .rail-item:visible")
    expect(items).to_have_count(5)
    for item in items.all():
        assert item.evaluate(
            "each => [...each.querySelectorAll('span')].every(one => one.scrollWidth <= one.offsetWidth)"
        )
        box = item.bounding_box()
        assert box is not None and box["width"] >= 44 and box["height"] >= 44
    more = page.get_by_role("button", name="Mehr" if language == "de-DE" else "More", exact=True)
    more.click()
    shoot(page, f"phone-more-{language[:2]}")
    assert not barriers(page)
    page.locator("#account").get_by_role("link", name="Berichte" if language == "de-DE" else "Reports").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Berichte" if language == "de-DE" else "Reports")
    expect(page.locator("#account")).to_be_hidden()


@pytest.mark.parametrize("size", [(1280, 720), *SIZES.values()], ids=["1280x720", *SIZES])
@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_button_that_takes_a_follow_up_is_never_cut_off(
    page_of: PageOf, third_party: Talk, size: tuple[int, int], language: str
) -> None:
    page = page_of(place=third_party.place, size=size, language=language)
    page.locator("#answer").click()
    page.locator(".ask-more").click()
    picker = page.locator("dialog.pick")
    button = picker.locator(".buttons .primary")
    button.wait_for()
    inner, outer = button.bounding_box(), picker.bounding_box()
    assert inner is not None and outer is not None
    assert inner["y"] >= outer["y"]
    assert inner["y"] + inner["height"] <= min(outer["y"] + outer["height"], size[1])
    assert inner["x"] + inner["width"] <= min(outer["x"] + outer["width"], size[0])
    button.click(trial=True)


def _scrolling(page: Page) -> list[str]:
    """Return what can be scrolled sideways; tables may, in a box of their own."""
    found: list[str] = page.evaluate(
        """() => [document.scrollingElement, ...document.querySelectorAll("body *")]
            .filter(each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)
            .filter(each => each === document.scrollingElement
                || ["auto", "scroll"].includes(getComputedStyle(each).overflowX) && !each.matches(".scroll-x"))
            .map(each => `${each.tagName}.${each.className} ${each.scrollWidth} > ${each.clientWidth}`)"""
    )
    return found


def _height(page: Page, selector: str) -> float:
    return float(page.locator(selector).evaluate("element => element.getBoundingClientRect().height"))

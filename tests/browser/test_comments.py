"""The comments of a public thread, each by its own state: counted, dealt with, answered one by one."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from infra.local.players import AgentApi, Square
from tests.browser.accessibility import barriers
from tests.browser.conftest import PageOf
from tests.browser.talk import Talk, begin


def thread_of_three(square: Square, agent_api: AgentApi) -> Talk:
    """Return a public thread of a customer and two others."""
    talk = begin(square, agent_api, "Mein WLAN bricht jeden Abend ab. Was kann ich tun?")
    talk.comment("Bei mir auch, was hilft denn?", name="Ben Mit")
    talk.comment("Erster!", name="Pia Auch")
    return talk


def comment(page: Page, text: str) -> Locator:
    return page.locator("li.message").filter(has_text=text)


def state(talk: Talk, text: str) -> str:
    """Return the state of a message as the API has it."""
    return next(each["attention"]["state"] for each in talk.read()["messages"] if text in (each["text"] or ""))


def test_comments_are_dealt_with_one_by_one_and_an_answer_is_to_the_one_that_is_chosen(
    page_of: PageOf, square: Square, agent_api: AgentApi, shoot: Any
) -> None:
    talk = thread_of_three(square, agent_api)
    page = page_of(place=talk.place, size=(1440, 900))
    count = page.locator(".open-count .head-words")
    expect(count).to_have_text("3 of 3 open")
    shoot(page, "comments")
    assert barriers(page) == []

    silly = comment(page, "Erster!")
    silly.get_by_role("button", name="Needs nothing").click()
    expect(count).to_have_text("2 of 3 open")
    expect(silly.locator(".attention-state")).to_have_text("Needs nothing")
    talk.until("the statement", lambda _: state(talk, "Erster!") == "none")
    silly.get_by_role("button", name="Open again").click()
    expect(count).to_have_text("3 of 3 open")

    page.keyboard.press(".")
    page.keyboard.press(",")
    page.keyboard.press(".")
    expect(page.locator("li.message:focus")).to_be_visible()

    comment(page, "Bei mir auch").get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(".answering-who")).to_contain_text("Answer to Ben Mit")
    page.keyboard.type("Bitte einmal neu starten, Ben.")
    page.locator(".ask-chip button").first.click()
    expect(page.locator(".plan-person")).to_contain_text("Ben Mit")
    page.reload()
    expect(page.locator(".answering-who")).to_contain_text("Answer to Ben Mit")
    expect(page.locator("#answer")).to_have_value("Bitte einmal neu starten, Ben.")
    shoot(page, "answering")
    assert barriers(page) == []
    page.locator("#answer").press("Control+Enter")
    expect(page.locator(".answering-who")).to_have_count(0)
    expect(count).to_have_text("2 of 3 open")
    expect(comment(page, "Bei mir auch").locator(".attention-state").first).to_have_text("Answered")

    whole = talk.until("the answer", lambda read: any(each["reply_to"] for each in read["messages"]))
    chosen = next(each for each in whole["messages"] if "Bei mir auch" in (each["text"] or ""))
    answer = next(each for each in whole["messages"] if each["reply_to"])
    assert answer["reply_to"] == chosen["id"]
    assert whole["follow_up"]["reply_to"] == chosen["id"]

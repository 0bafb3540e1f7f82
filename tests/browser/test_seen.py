"""Messages on the screen count as read: one click is enough there, and a message out of view stops an action."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from infra.local.players import AgentApi, Square
from tests.browser.conftest import PageOf
from tests.browser.hearing import hear_nothing
from tests.browser.problems import Problems
from tests.browser.talk import Talk, answer_field, begin, message

GLANCE_MS = 300
"""After this the page takes for seen what is on its screen; a hand takes longer."""

AT_THE_END = """() => {
  const box = document.querySelector(".thread-scroll");
  return box.scrollTop > 0 && box.scrollTop + box.clientHeight > box.scrollHeight - 4;
}"""


@pytest.fixture
def talk(square: Square, agent_api: AgentApi) -> Talk:
    """Somebody posted on the Page."""
    return begin(square, agent_api)


@pytest.fixture
def asked(talk: Talk) -> Talk:
    """Somebody who was asked whether it works again."""
    talk.asked_back()
    return talk


def test_the_answer_is_judged_with_one_click_as_soon_as_it_stands_there(page_of: PageOf, asked: Talk) -> None:
    page = page_of(place=asked.place)
    expect(page.locator(".message")).to_have_count(3)
    # Clicks in the moment in which the button comes: nobody is as fast, and even then nothing is missed.
    page.evaluate(_CLICK_AT_ONCE, "Solved, resolve conversation")
    asked.comment("Ja, läuft wieder, danke!")
    expect(page.get_by_text("Marked as solved. Conversation resolved.").first).to_be_visible()
    expect(page.locator(".conversation-head")).to_contain_text("Resolved")


def test_outcome_is_refused_when_a_newer_message_is_not_on_the_screen(
    page_of: PageOf, problems: Problems, asked: Talk
) -> None:
    problems.expect("409")
    asked.comment("Ja, läuft wieder, danke!")
    page = page_of(place=asked.place)
    solved = page.get_by_role("button", name="Solved, resolve conversation")
    expect(solved).to_be_visible()
    hear_nothing(page)
    asked.comment("Halt, jetzt ist es wieder weg!")
    asked.until("the comment that the page does not hear of", lambda whole: "wieder weg" in str(whole["messages"]))
    with page.expect_response("**/follow-up/outcome") as answer:
        solved.click()
    assert answer.value.status == 409
    expect(message(page, "Halt, jetzt ist es wieder weg!")).to_be_visible()
    assert asked.read()["status"] == "open"


@pytest.mark.parametrize("how", ["close", "answer"])
def test_message_on_the_screen_needs_no_second_click(page_of: PageOf, talk: Talk, how: str) -> None:
    page = page_of(place=talk.place)
    field = answer_field(page)
    field.fill("Gern geschehen!")
    talk.comment("Geht wieder, danke!")
    expect(message(page, "Geht wieder, danke!")).to_be_visible()
    page.wait_for_timeout(GLANCE_MS)
    if how == "close":
        page.locator('[data-act="resolve"]').click()
    else:
        field.press("Alt+Enter")
    expect(page.locator(".conversation-head")).to_contain_text("Resolved")


def test_resolving_is_refused_when_a_message_below_the_screen_is_unread(
    page_of: PageOf, problems: Problems, talk: Talk
) -> None:
    problems.expect("409")
    talk.comment("\n".join(["Und dann blinkt sie."] * 60))
    page = page_of(place=talk.place)
    expect(page.locator(".message")).to_have_count(2)
    # It opens at its end, and scrolling before it got there is overridden.
    page.wait_for_function(AT_THE_END)
    page.locator(".thread-scroll").evaluate("box => { box.scrollTop = 0 }")
    talk.comment("Jetzt riecht es verbrannt!")
    news = page.get_by_role("button", name="1 new message")
    expect(news).to_be_visible()
    # However long it has been there.
    page.wait_for_timeout(4 * GLANCE_MS)
    with page.expect_response("**/resolve") as answer:
        page.locator('[data-act="resolve"]').click()
    assert answer.value.status == 409
    news.click()
    expect(message(page, "Jetzt riecht es verbrannt!")).to_be_in_viewport()
    page.wait_for_timeout(GLANCE_MS)
    page.locator('[data-act="resolve"]').click()
    expect(page.locator(".conversation-head")).to_contain_text("Resolved")


def test_leaving_while_something_comes_in_does_not_end_reading(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    answer_field(page)
    talk.comment("Noch etwas.")
    expect(message(page, "Noch etwas.")).to_be_visible()
    page.evaluate("location.hash = '#/inbox'")
    expect(page).to_have_url(re.compile("#/inbox"))
    page.evaluate("place => { location.hash = place }", talk.place)
    answer_field(page)
    talk.comment("Und noch etwas.")
    expect(message(page, "Und noch etwas.")).to_be_visible()
    page.wait_for_timeout(5 * GLANCE_MS)
    page.locator(".thread-scroll").evaluate("box => { box.scrollTop = 0 }")
    page.locator('[data-act="resolve"]').click()
    expect(page.locator(".conversation-head")).to_contain_text("Resolved")


def test_conversation_is_read_ahead_when_the_mouse_is_pressed_and_unread_until_it_opens(
    page_of: PageOf, talk: Talk
) -> None:
    page = page_of(place="#/inbox?sort=newest")
    reported: list[str] = []
    page.on("request", lambda request: reported.append(request.method) if request.url.endswith("/read") else None)
    page.locator(f"#row-{talk.id}").hover()
    with page.expect_response(lambda answer: f"/conversations/{talk.id}?" in answer.url):
        page.mouse.down()
    assert (reported, talk.read()["read"]) == ([], False)
    with page.expect_response(lambda answer: answer.url.endswith(f"/{talk.id}/read")):
        page.mouse.up()
    expect(message(page, "Mein WLAN geht nicht.")).to_be_visible()
    assert talk.read()["read"] is True


_CLICK_AT_ONCE = """name => {
  const watcher = new MutationObserver(() => {
    const button = [...document.querySelectorAll(".follow-up button")].find((each) => each.textContent.trim() === name);
    if (!button) return;
    watcher.disconnect();
    button.click();
  });
  watcher.observe(document.body, {childList: true, subtree: true, characterData: true});
}"""

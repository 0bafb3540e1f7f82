"""The pass over the open comments below one of the company's posts, by keyboard, and who speaks in a public thread."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, Square, wait_for
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.talk import begin, surname

COMMENTS = ("Wann kommt die zweite Lieferung?", "Super Angebot!", "Gibt es das auch in Blau?", "Erster!")


@pytest.fixture
def post(square: Square, agent_api: AgentApi) -> dict[str, Any]:
    """A post of the company's with four comments of different people, as the API lists it."""
    text = f"Neu im Laden: Glasfaser {surname()}"
    thread = square.do("by_hand", text=text)["message_id"]
    for number, comment in enumerate(COMMENTS):
        square.post(to=thread, author={"name": f"Gast {number} {surname()}"}, text=comment)

    def listed() -> dict[str, Any] | None:
        found = agent_api.http.get("/posts").json()["items"]
        return next(
            (
                each
                for each in found
                if each["open_messages"] == len(COMMENTS) and (each["post"] or {}).get("text") == text
            ),
            None,
        )

    return wait_for("the post with its comments", listed)


def in_order(agent_api: AgentApi, post: dict[str, Any]) -> list[str]:
    """Return the comments as they are worked off: who waits longest comes first."""
    found = agent_api.http.get(f"/posts/{post['id']}/conversations").json()["items"]
    return [each["preview"] for each in found]


def shown(page: Page, text: str) -> None:
    expect(page.locator(".pass-comment .pass-text")).to_have_text(text)


def test_comments_below_a_post_are_worked_off_by_keyboard_and_taken_back(
    page_of: PageOf, post: dict[str, Any], agent_api: AgentApi, shoot: Any
) -> None:
    page = page_of(size=(1440, 900))
    page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Posts").click()
    entry = page.get_by_role("link", name=post["post"]["text"])
    expect(entry).to_contain_text("4 open comments")
    shoot(page, "posts")
    assert barriers(page) == []
    entry.click()
    expect(page.get_by_role("heading", name="4 open comments below this post")).to_be_visible()
    first, second, third, fourth = in_order(agent_api, post)
    shown(page, first)
    shoot(page, "pass")
    assert barriers(page) == []
    page.keyboard.press("r")
    page.keyboard.type("Nächsten Dienstag.")
    page.keyboard.press("Control+Enter")
    shown(page, second)
    page.keyboard.press("l")
    shown(page, third)
    page.keyboard.press("j")
    shown(page, fourth)
    page.keyboard.press("x")
    shown(page, third)
    page.keyboard.press("u")
    shown(page, fourth)
    page.keyboard.press("x")
    shown(page, third)
    page.keyboard.press("x")
    expect(page.get_by_text("Nothing is open below this post.")).to_be_visible()
    shoot(page, "pass-finished")

    wait_for("the comments to be done", lambda: not in_order(agent_api, post) or None)


def test_template_hide_and_previous_have_keys_in_the_pass_and_all_of_it_is_taken_back(
    page_of: PageOf, post: dict[str, Any], agent_api: AgentApi
) -> None:
    page = page_of(place=f"#/posts/{post['id']}", size=(1440, 900))
    first, second, third, fourth = in_order(agent_api, post)
    shown(page, first)
    page.keyboard.press("j")
    shown(page, second)
    page.keyboard.press("k")
    shown(page, first)
    page.keyboard.press("h")
    shown(page, second)
    expect(page.locator(".toast", has_text="Hidden.")).to_be_visible()
    page.keyboard.press("l")
    shown(page, third)
    expect(page.locator(".toast")).to_have_count(1)
    page.keyboard.press("t")
    expect(page.get_by_role("listbox", name="Templates and macros").get_by_role("option").first).to_be_visible()
    page.keyboard.type("into looking")
    page.keyboard.press("Enter")
    expect(page.locator("#pass-text")).to_have_value(re.compile("^(Guten Tag|Hello) Gast"))
    page.keyboard.press("Control+Enter")
    shown(page, fourth)
    page.keyboard.press("u")
    shown(page, third)
    expect(page.locator("#pass-text")).to_have_value(re.compile("^(Guten Tag|Hello) Gast"))
    for comment in (second, first):
        page.keyboard.press("u")
        shown(page, comment)
    wait_for("all of them to be open again", lambda: len(in_order(agent_api, post)) == len(COMMENTS) or None)


def test_pass_fits_a_phone(page_of: PageOf, post: dict[str, Any], agent_api: AgentApi, shoot: Any) -> None:
    page = page_of(place=f"#/posts/{post['id']}", size=PHONE, language="de-DE")
    shown(page, in_order(agent_api, post)[0])
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]
    shoot(page, "pass-phone")


def test_speaker_is_corrected_by_one_click_and_a_helper_is_thanked(
    page_of: PageOf, square: Square, agent_api: AgentApi, shoot: Any
) -> None:
    talk = begin(square, agent_api, "Mein WLAN bricht jeden Abend ab. Was kann ich tun?")
    talk.comment("Starte den Router neu und stell den Kanal auf 6, danach ging es bei mir wieder.", name="Ole Hilft")
    talk.comment("Bei mir auch.", name="Pia Auch")
    page = page_of(place=talk.place, size=(1440, 900))
    helper = page.get_by_role("button", name="helper.")
    expect(helper).to_have_count(1)
    page.get_by_role("button", name="bystander.").click()
    expect(helper).to_have_count(2)
    shoot(page, "speakers")
    assert barriers(page) == []
    tip = page.locator(".message").filter(has_text="Starte den Router")
    tip.get_by_role("button", name="Thank").click()
    expect(tip).to_contain_text("Thanked")
    tip.get_by_role("button", name="Mark as solution").click()
    expect(tip).to_contain_text("Accepted solution")


@pytest.mark.parametrize(
    ("size", "language", "dark", "numbers"),
    [
        ((1440, 900), "en-US", False, "2 likes · 1 comment"),
        (PHONE, "de-DE", True, "2 „Gefällt mir“ · 1 Kommentar"),
    ],
    ids=["wide", "phone-de-dark"],
)
def test_numbers_of_our_post_stand_above_its_comments_and_in_the_pass(
    page_of: PageOf,
    square: Square,
    agent_api: AgentApi,
    shoot: Any,
    size: tuple[int, int],
    language: str,
    dark: bool,
    numbers: str,
) -> None:
    text = f"Neu im Laden: Glasfaser {surname()}"
    thread = square.do("by_hand", text=text)["message_id"]
    for name in ("Ada", "Bo"):
        square.react(message_id=thread, author={"name": f"{name} {surname()}"}, reaction="👍")
    comment = square.post(to=thread, author={"name": f"Gast {surname()}"}, text=COMMENTS[0])["message_id"]
    found = wait_for("the comment", lambda: agent_api.find(comment))
    post = wait_for("the post", lambda: agent_api.read(found["id"]).get("post"))
    assert (post["likes"], post["comments"]) == (2, 1)
    page = page_of(place=f"#/c/{found['id']}", size=size, language=language, dark=dark)
    above = page.locator(".post-numbers")
    expect(above).to_have_text(numbers)
    expect(page.locator(".message-referral", has_text=text)).to_be_visible()
    comment_box = page.locator("li.message").first.bounding_box()
    numbers_box = above.bounding_box()
    assert comment_box and numbers_box and numbers_box["y"] < comment_box["y"] + comment_box["height"]
    assert barriers(page) == []
    shoot(page, f"post-numbers-{language[:2]}-{size[0]}")
    page.locator(".post-comments a").click()
    expect(page.locator(".pass-post .post-numbers")).to_have_text(numbers)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    shoot(page, f"post-numbers-pass-{language[:2]}-{size[0]}")

"""The agent's own place, the read state, the order of the list and saved views."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, Square
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import hire
from tests.browser.talk import Talk, begin, surname


def test_mention_is_told_read_and_marked_as_unread(
    page_of: PageOf, square: Square, agent_api: AgentApi, stack: Stack, shoot: Callable[[Page, str], None]
) -> None:
    person = hire(stack, f"Nele {surname()}", "lead")
    page = page_of(person)
    page.locator(".panes-list").locator(".rows, .empty").first.wait_for()
    talks = [begin(square, agent_api, "Mein WLAN geht nicht.", private=True) for _ in range(2)]
    nele = next(each for each in agent_api.call("GET", "/agents")["items"] if each["name"] == person.name)
    mention(agent_api, talks[0], nele["id"])

    badge = page.locator(".rail-badge")
    expect(badge).to_contain_text("1")
    page.keyboard.press("g")
    page.keyboard.press("y")
    expect(page.get_by_text("mentioned you")).to_be_visible()
    page.get_by_role("radio", name="Here").check(force=True)
    page.get_by_label("Open conversations, at most").fill("5")
    page.get_by_label("Open conversations, at most").blur()
    assert barriers(page) == []
    shoot(page, "for-you")
    with page.expect_response(lambda answer: answer.url.endswith("/read") and answer.request.method == "PUT"):
        page.locator(".for-me-row").first.click()
    page.locator(".conversation-head").wait_for()
    page.keyboard.press("_")
    expect(page.locator(f"#row-{talks[0].id} .row-dot")).to_be_visible()
    shoot(page, "not-read")

    page.locator('[data-act="order"]').click()
    page.get_by_role("option", name="Newest").click()
    expect(page.locator('[data-act="order"]')).to_contain_text("Newest")
    page.locator('[data-act="views"]').click()
    page.get_by_role("option", name="Save this list as a view").click()
    name = f"Newest {secrets.token_hex(3)}"
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator('[data-act="views"]')).to_contain_text(name)
    shoot(page, "views")


def test_chosen_status_stays_while_it_is_saved(page_of: PageOf, stack: Stack) -> None:
    page = page_of(hire(stack, f"Ida {surname()}", "agent"), place="#/for-you")
    here, most = page.get_by_role("radio", name="Here"), page.get_by_label("Open conversations, at most")
    expect(here).to_be_attached()
    # No answer comes.
    page.route("**/api/me/status", lambda route: None if route.request.method == "PUT" else route.continue_())
    here.check(force=True)
    most.fill("5")
    with page.expect_request(lambda request: request.method == "PUT" and request.url.endswith("/me/status")) as saved:
        most.blur()
    assert saved.value.post_data_json == {"status": "here", "capacity": 5}
    expect(here).to_be_checked()


def test_own_place_fits_a_phone(page_of: PageOf, shoot: Callable[[Page, str], None]) -> None:
    page = page_of(place="#/for-you", size=PHONE, language="de-DE")
    page.locator(".for-me").wait_for()
    expect(page.get_by_role("button", name="Nächstes Gespräch")).to_be_visible()
    shoot(page, "for-you-phone")


def mention(agent_api: AgentApi, talk: Talk, agent_id: str) -> None:
    agent_api.call("POST", f"/conversations/{talk.id}/notes", text="Can you look?", mentions=[agent_id])

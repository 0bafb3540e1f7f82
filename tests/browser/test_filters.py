"""Filters that go together, by days and kept in views; and who has room, when something is assigned."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import date, timedelta

import httpx
from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, Square, sign_in
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person, hire
from tests.browser.talk import begin, surname


def more_filters(page: Page, option: str) -> None:
    page.get_by_role("button", name="More filters").click()
    page.get_by_role("dialog", name="Filters").get_by_role("option", name=option, exact=True).click()


def test_days_tags_channels_and_visibility_go_together_and_are_kept_in_a_view(
    page_of: PageOf, square: Square, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    talk = begin(square, agent_api, "Mein WLAN geht nicht.", private=True)
    tags = sorted(f"{word}-{secrets.token_hex(3)}" for word in ("wlan", "router"))
    agent_api.call("PUT", f"/conversations/{talk.id}/tags", add=tags)
    begin(square, agent_api, "Mein WLAN geht auch nicht.", private=True)
    page = page_of(size=(1440, 900))
    for option in (*tags, "Facebook", "Private"):
        more_filters(page, option)
        expect(page.locator(".chip.on bdi", has_text=option)).to_be_visible()
    more_filters(page, "Choose days …")
    today = date.today()
    page.get_by_label("First day").fill(str(today - timedelta(days=2)))
    page.get_by_label("Last day").fill(str(today + timedelta(days=1)))
    assert barriers(page) == []
    shoot(page, "filter-days")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".row-item")).to_have_count(1)
    expect(page.locator(f"#row-{talk.id}")).to_be_visible()
    for part in ("since=", "until=", "visibility=private"):
        expect(page).to_have_url(re.compile(part))
    shoot(page, "filters-together")

    page.locator('[data-act="views"]').click()
    page.get_by_role("option", name="Save this list as a view").click()
    name = f"WLAN {secrets.token_hex(3)}"
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator('[data-act="views"]')).to_contain_text(name)


def test_colleagues_who_are_here_stand_first_with_what_they_hold_when_assigning(
    page_of: PageOf, square: Square, agent_api: AgentApi, stack: Stack, shoot: Callable[[Page, str], None]
) -> None:
    talk = begin(square, agent_api)
    ada, bo = (hire(stack, f"{first} {surname()}", "agent") for first in ("Ada", "Bo"))
    client: httpx.Client
    for person, status in ((ada, {"status": "away"}), (bo, {"status": "here", "capacity": 5})):
        with sign_in(stack.values, person.email, person.password) as client:
            assert client.get("/me").is_success and client.put("/me/status", json=status).is_success
    page = page_of(place=talk.place, size=PHONE, language="de-DE")
    page.get_by_role("button", name="Nicht zugewiesen").click()
    picker = page.get_by_role("dialog", name="Zuweisen")
    option = picker.get_by_role("option", name=bo.name)
    expect(option).to_contain_text("da · 0 von 5 offen")
    expect(picker.get_by_role("option", name=ada.name)).to_contain_text("abwesend")
    names = picker.get_by_role("option").all_inner_texts()
    assert position(names, bo) < position(names, ada)
    assert barriers(page, ".pick") == []
    shoot(page, "assign-status")


def position(names: list[str], person: Person) -> int:
    return next(index for index, name in enumerate(names) if person.name in name)

"""The table of connections, the guides that come with the page, and accounts in routing rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from infra.local.players import AgentApi
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person

WIDE = (1440, 900)
LONG_AGO = "2026-11-29T08:00:00.000Z"
NAMES = {"facebook": "Aurora Facebook", "mastodon": "Aurora Mastodon", "x": "Aurora X"}


def rows(page: Page) -> Locator:
    return page.locator("tbody.connection")


def accounts(route: Route, changes: dict[str, dict[str, Any]]) -> None:
    """Answer with an account on each of these channels, each like the stack's own except for what is changed."""
    answer: dict[str, Any] = route.fetch().json()
    like = answer["items"][0] | {"problem": None, "webhook": None, "polling": None, "held": False, "token_until": None}
    items = [like | {"channel": channel, "name": "demo"} | change for channel, change in changes.items()]
    route.fulfill(json=answer | {"items": items})


def with_states(route: Route) -> None:
    """Answer with three accounts: one failing, one whose token ends, one that works."""
    denied = {"problem": "denied", "problem_explanation": "The platform denies access."}
    changes = {
        "facebook": {},
        "mastodon": denied,
        "x": {"token_until": "2099-02-01T00:00:00.000Z"},
    }
    named = {channel: change | {"account_name": NAMES[channel]} for channel, change in changes.items()}
    accounts(route, {channel: change | {"last_event_at": LONG_AGO} for channel, change in named.items()})


def test_connections_are_a_table_that_is_sorted_by_any_column(
    page_of: PageOf, shoot: Callable[[Page, str], None]
) -> None:
    page = page_of(size=WIDE)
    page.route("**/api/connections", with_states)
    page.evaluate("location.hash = '#/settings/connections'")
    table = page.get_by_role("table", name="Connections")
    expect(table).to_be_visible()
    expect(rows(page).first).to_contain_text("Aurora Mastodon")
    expect(rows(page).first).to_contain_text("Action required")
    expect(page.get_by_role("columnheader", name="State")).to_have_attribute("aria-sort", "ascending")
    account = page.get_by_role("columnheader", name="Account")
    account.get_by_role("button").click()
    expect(account).to_have_attribute("aria-sort", "ascending")
    shown = page.locator(".connection-name strong")
    names = [text.strip() for text in shown.all_inner_texts()]
    assert names == sorted(names)
    account.get_by_role("button").click()
    expect(shown.first).to_have_text(names[-1])
    details = rows(page).first.get_by_role("button", name="Details")
    details.click()
    expect(details).to_have_attribute("aria-expanded", "true")
    expect(rows(page).first.get_by_role("button", name="Pause")).to_be_visible()
    assert barriers(page) == []
    shoot(page, "connections")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_connections_are_cards_on_a_phone(page_of: PageOf, dark: bool, shoot: Callable[[Page, str], None]) -> None:
    page = page_of(place="#/settings/connections", size=PHONE, dark=dark, language="de-DE")
    expect(rows(page).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.get_by_label("Sortieren nach").select_option("account")
    rows(page).first.get_by_role("button", name="Details").click()
    assert barriers(page) == []
    shoot(page, f"connections-phone-{'dark' if dark else 'light'}")


def test_lead_reads_the_details_of_a_connection_and_cannot_change_it(page_of: PageOf, lea: Person) -> None:
    page = page_of(lea, place="#/settings/connections")
    rows(page).first.get_by_role("button", name="Details").click()
    expect(page.get_by_text("Only administrators can change this.").first).to_be_visible()
    expect(page.get_by_role("button", name="Test now")).to_have_count(0)


def test_form_of_a_connection_has_its_guide_beside_it(page_of: PageOf, shoot: Callable[[Page, str], None]) -> None:
    page = page_of(place="#/settings/connections", size=WIDE)
    page.get_by_role("button", name="Connect account").click()
    page.get_by_role("dialog").get_by_role("button", name="Mastodon").click()
    guide = page.get_by_role("region", name="Guide: Mastodon")
    expect(guide.get_by_role("heading", name="Connecting")).to_be_visible()
    expect(guide.locator("code", has_text="write:statuses")).to_be_visible()
    form, beside = (page.locator(name).bounding_box() for name in (".connect-fields", ".connect-guide"))
    assert form and beside and beside["x"] >= form["x"] + form["width"]
    assert barriers(page) == []
    shoot(page, "connect-with-guide")


def test_guide_is_folded_above_the_form_on_a_phone(page_of: PageOf, shoot: Callable[[Page, str], None]) -> None:
    page = page_of(place="#/settings/connections", size=PHONE)
    page.get_by_role("button", name="Connect account").click()
    page.get_by_role("dialog").get_by_role("button", name="Mastodon").click()
    heading = page.get_by_role("heading", name="Connecting")
    expect(page.get_by_label("Connection name")).to_be_visible()
    expect(heading).to_be_hidden()
    page.get_by_text("Guide: Mastodon").click()
    expect(heading).to_be_visible()
    assert barriers(page) == []
    shoot(page, "connect-with-guide-phone")


def test_guides_are_pages_whose_links_lead_to_each_other(page_of: PageOf, shoot: Callable[[Page, str], None]) -> None:
    page = page_of(place="#/settings/guides", size=WIDE)
    page.get_by_role("link", name="E-mail").click()
    expect(page.get_by_role("heading", level=1, name="E-mail")).to_be_visible()
    page.get_by_role("link", name="who receives").click()
    heading = page.locator("#guide-who-receives-mails")
    expect(heading).to_be_focused()
    assert barriers(page) == []
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="E-mail")).to_be_visible()
    shoot(page, "guide")


def test_german_reader_gets_the_german_guide_where_there_is_one(page_of: PageOf) -> None:
    page = page_of(place="#/settings/guides?guide=inbox", language="de-DE")
    expect(page.locator("article.guide[lang=de]")).to_be_visible()
    page.evaluate("location.hash = '#/settings/guides?guide=reddit'")
    expect(page.locator("article.guide[lang=de]").get_by_role("heading", name="Verbinden")).to_be_visible()
    page.evaluate("location.hash = '#/settings/guides?guide=operations'")
    expect(page.locator("article.guide[lang=en]")).to_be_visible()
    expect(page.get_by_text("Diese Anleitung gibt es auf Englisch.")).to_be_visible()


def test_accounts_of_one_name_on_two_channels_are_told_apart_in_a_rule(
    page_of: PageOf, agent_api: AgentApi, shoot: Callable[[Page, str], None]
) -> None:
    def same_name(route: Route) -> None:
        accounts(route, {channel: {"account_name": "@help@example.org"} for channel in ("mastodon", "x")})

    page = page_of(size=WIDE)
    page.route("**/api/connections", same_name)
    page.evaluate("location.hash = '#/settings/routing'")
    page.get_by_role("button", name="Add rule").click()
    page.get_by_label("Name", exact=True).fill("Help on Mastodon")
    page.get_by_role("checkbox", name="Mastodon · @help@example.org").check()
    expect(page.get_by_role("checkbox", name="X · @help@example.org")).not_to_be_checked()
    expect(page.locator(".admin-rule").first).to_contain_text("Through Mastodon · @help@example.org")
    assert barriers(page) == []
    shoot(page, "routing-accounts")
    page.get_by_role("button", name="Save rules").click()
    page.get_by_role("dialog").get_by_role("button", name="Save rules").click()
    expect(page.locator(".save-bar")).to_have_count(0)
    saved = agent_api.call("GET", "/routing")["rules"]
    assert [rule["when"]["connections"] for rule in saved] == [["mastodon/demo"]]

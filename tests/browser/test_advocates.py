"""People who speak for the company, and the report of active dialogue, among the reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from infra.local.players import AgentApi, Square
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.talk import answer_field, begin

PRAISE = "Bin total begeistert vom neuen Router, kann ich jedem empfehlen!"
FIGURES = {
    "found": 412,
    "proposed": 18,
    "dismissed": {"wrong_topic": 1, "too_old": 0, "not_an_ask": 2, "tactless": 0, "competitor": 0, "spam": 0},
    "offered": 9,
    "posted": 9,
    "answered": 6,
    "thanked": 4,
    "refused": 1,
    "blocked": 0,
    "precision": 0.75,
    "cost": 0.21,
}


def with_figures(route: Route) -> None:
    """Answer with one search on two channels."""
    search = {"id": "s1", "name": "Headphones for sport", "team": "service", "paused": False}
    rows: list[dict[str, Any]] = [{"search": search, "channel": name} | FIGURES for name in ("mastodon", "feed")]
    body = {"from": "2026-W40", "to": "2026-W49", "totals": FIGURES, "rows": rows, "cursor": None}
    route.fulfill(json=body)


def test_agent_thanks_somebody_who_praised_us_in_public(
    square: Square, agent_api: AgentApi, page_of: PageOf, shoot: Callable[[Page, str], None]
) -> None:
    talk = begin(square, agent_api, PRAISE)
    page = page_of(place="#/reports", size=(1440, 900))
    page.get_by_role("link", name="People who speak for us").click()
    person = page.locator(".advocate").filter(has_text=talk.customer)
    expect(person).to_contain_text("Praise")
    expect(person).to_contain_text(PRAISE)
    expect(person).to_contain_text("Not thanked yet")
    assert barriers(page) == []
    shoot(page, "advocates")

    person.get_by_role("button", name="Write thanks").click()
    field = answer_field(page)
    expect(field).to_have_value(f"Danke für die netten Worte, {talk.customer}!")
    field.press("Control+Enter")
    expect(field).to_have_value("")

    page.evaluate("location.hash = '#/reports/advocates'")
    expect(person).to_contain_text("Thanked")
    expect(person.get_by_role("button", name="Write thanks")).to_have_count(0)

    german = page_of(place="#/reports/advocates", size=PHONE, language="de", dark=True)
    expect(german.locator(".advocate").filter(has_text=talk.customer)).to_contain_text("Gedankt")
    assert barriers(german) == []
    shoot(german, "advocates-phone")


def test_report_of_active_dialogue_shows_searches_by_channel(
    page_of: PageOf, shoot: Callable[[Page, str], None]
) -> None:
    page = page_of(size=(1440, 900))
    page.route("**/api/reports/outreach?*", with_figures)
    page.evaluate("location.hash = '#/reports/outreach'")
    row = page.get_by_role("row").filter(has_text="Mastodon")
    expect(row).to_contain_text("Headphones for sport")
    expect(row).to_contain_text("2 not a question")
    expect(row).to_contain_text("75%")
    expect(row).to_contain_text("$0.21")
    assert barriers(page) == []
    shoot(page, "outreach-report")

    german = page_of(size=PHONE, language="de", dark=True)
    german.route("**/api/reports/outreach?*", with_figures)
    german.evaluate("location.hash = '#/reports/outreach'")
    expect(german.get_by_role("row").filter(has_text="Feed")).to_contain_text("Headphones for sport")
    assert barriers(german) == []
    shoot(german, "outreach-report-phone")

"""The reports: figures as people read them, charts that are no riddle to anybody, and a file."""

from __future__ import annotations

import csv
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.local.players import AgentApi
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person

THIS_WEEK = {
    "opened": 1200,
    "inbound": 1234,
    "outbound": 1000,
    "resolved": 40,
    "solved": 3,
    "still_broken": 1,
    "asked": 9,
}
LAST_PERIOD = {"opened": 10, "inbound": 617, "outbound": 500}


@pytest.fixture
def team(stack: Stack, agent_api: AgentApi) -> str:
    """A team of which something was counted: this week in public and in private, and half as much a period ago."""
    name = f"team-{secrets.token_hex(4)}"
    agent_api.call("POST", "/teams", name=name, label="Counted")
    _count(stack, name, 0, "public", THIS_WEEK | {"first_responses": 10, "f10": 9, "f50": 1})
    _count(stack, name, 0, "private", {"opened": 1, "inbound": 1, "outbound": 1, "missed_first_response": 2})
    _count(stack, name, 12, "public", LAST_PERIOD)
    return name


def _count(stack: Stack, team: str, weeks_ago: int, visibility: str, figures: dict[str, int]) -> None:
    """Store the figures that dispatch would have counted by then."""
    year, week, _ = (datetime.now(UTC) - timedelta(weeks=weeks_ago)).isocalendar()
    item = {"pk": {"S": f"figures#{team}"}, "sk": {"S": f"{year}-W{week:02d}#facebook#{visibility}"}}
    item |= {name: {"N": str(count)} for name, count in figures.items()}
    stack.client("dynamodb").put_item(TableName=stack["table_name"], Item=item)


def show(page_of: PageOf, team: str, **options: object) -> Page:
    """The report of a team, once its figures are there."""
    page = page_of(place=f"#/reports?team={team}", **options)  # type: ignore[arg-type]
    expect(page.locator(".figure-card:not(.is-loading)").first).to_be_visible()
    return page


def card(page: Page, name: str) -> Locator:
    """Return a card of figures."""
    return page.locator(".figure-card").filter(has=page.get_by_role("heading", name=name))


def test_the_figures_are_told_and_weeks_that_are_over_compared_with_those_before(
    page_of: PageOf, stack: Stack, team: str
) -> None:
    _count(stack, team, 1, "public", {"inbound": 1234})
    page = show(page_of, team)
    received = card(page, "Messages received")
    expect(received).to_contain_text("2,469")
    expect(received).to_contain_text("100% more than before")
    expect(card(page, "Solved (follow-ups)")).to_contain_text("75%")
    expect(card(page, "Missed targets")).to_contain_text("Replies and resolutions after the target")


def test_report_can_be_limited_to_public_conversations(page_of: PageOf, team: str) -> None:
    page = show(page_of, team)
    page.get_by_role("radio", name="Private").check()
    expect(page.locator(".figure-value").nth(2)).to_have_text("1")
    expect(page).to_have_url(re.compile("visibility=private"))


def test_a_chart_is_read_with_the_arrow_keys_and_as_a_table(page_of: PageOf, team: str) -> None:
    page = show(page_of, team)
    chart = page.get_by_role("figure", name="Messages")
    last = chart.get_by_role("img").last
    last.focus()
    expect(chart.locator(".chart-readout")).to_contain_text("received 1,235")
    page.keyboard.press("ArrowLeft")
    expect(chart.locator(".chart-readout")).to_contain_text("received 0")
    expect(chart.get_by_role("img").nth(10)).to_be_focused()
    chart.get_by_text("Show as table").click()
    expect(chart.get_by_role("row")).to_have_count(13)
    expect(chart.get_by_role("row").last).to_contain_text("1,235")


def test_the_same_figures_come_as_a_file(page_of: PageOf, team: str, tmp_path: Path) -> None:
    page = show(page_of, team)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export as CSV").click()
    waiting.value.save_as(tmp_path / "report.csv")
    rows = list(csv.DictReader((tmp_path / "report.csv").read_text().splitlines()))
    assert {(row["visibility"], row["inbound"]) for row in rows} == {("public", "1234"), ("private", "1")}
    assert waiting.value.suggested_filename.startswith("nachfrage-")


def test_a_team_that_has_done_nothing_is_told_so(page_of: PageOf, agent_api: AgentApi) -> None:
    name = f"team-{secrets.token_hex(4)}"
    agent_api.call("POST", "/teams", name=name)
    page = page_of(place=f"#/reports?team={name}")
    expect(page.get_by_role("heading", name="No data yet")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_keeps_people_out(page_of: PageOf, team: str, dark: bool) -> None:
    page = show(page_of, team, dark=dark)
    for table in page.get_by_text("Show as table").all():
        table.click()
    assert not barriers(page)


def test_numbers_are_written_as_the_reader_writes_them(page_of: PageOf, stack: Stack, team: str) -> None:
    _count(stack, team, 1, "public", {"inbound": 1234})
    page = show(page_of, team, language="de-DE")
    expect(card(page, "Eingegangene Nachrichten")).to_contain_text("2.469")
    expect(card(page, "Eingegangene Nachrichten")).to_contain_text(re.compile(r"100\s%\smehr als zuvor"))


def test_on_a_phone_nothing_is_cut_off(page_of: PageOf, team: str) -> None:
    page = show(page_of, team, size=PHONE)
    assert page.locator("main").evaluate("element => element.scrollWidth <= element.clientWidth")


def test_every_agent_reads_reports(page_of: PageOf, team: str, kim: Person) -> None:
    page = page_of(kim, place=f"#/reports?team={team}")
    expect(page.locator(".figure-value").first).to_be_visible()

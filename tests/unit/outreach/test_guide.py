"""The guide to active dialogue says what the code does: each rule of tact, each status and reason, and their limits."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from application import search_sources
from conversations import prices
from infra import api_routes, build
from outreach import permission, proposals, tact
from outreach.proposals import Dismissal, Status
from storage import offer_claims, outreach_budgets, searches
from tests.unit.test_guides import outline

DOCS = build.ROOT / "docs"
GUIDE = DOCS / "active-dialogue.md"
GERMAN = DOCS / "active-dialogue.de.md"
DAYS = 86_400_000
LIMITS = {
    "person_pause": tact.PAUSE // DAYS,
    "too_old": tact.OLDEST // tact.HOUR,
    "day_cap": tact.DAY_CAP,
    "hour_cap": tact.HOUR_CAP,
    "apart": tact.APART // 60_000,
    "same_text": tact.DAY // tact.HOUR,
    "link": 0,
}
"""Numbers in the last column of the table of rules."""
NAMES = {"feed": "feeds", "google": "youtube"}
"""Names of channels where they are not those of their platforms."""
both = pytest.mark.parametrize("path", [GUIDE, GERMAN], ids=["english", "german"])


def rows(path: Path, columns: int) -> dict[str, list[str]]:
    """Return the cells of each row with a name in its first column, of tables with so many columns."""
    lines = re.findall(r"^\| `([a-z_]+)` \|(.+)\|$", path.read_text(encoding="utf-8"), re.MULTILINE)
    cells = {name: [cell.strip() for cell in rest.split("|")] for name, rest in lines}
    return {name: rest for name, rest in cells.items() if len(rest) == columns - 1}


@both
def test_table_of_tact_has_each_rule_of_the_code_in_its_order(path: Path) -> None:
    assert list(rows(path, 3)) == list(tact.RULES)


@both
def test_table_of_tact_has_the_limits_of_the_code(path: Path) -> None:
    table = rows(path, 3)
    assert {name: re.findall(r"\d+", table[name][1]) for name in LIMITS} == {
        name: [str(limit)] for name, limit in LIMITS.items()
    }
    assert re.findall(r"(\d+):00", table["quiet_hours"][1]) == [str(hour) for hour in tact.QUIET]


@both
def test_table_of_limits_has_what_leads_may_set(path: Path) -> None:
    table = rows(path, 5)
    assert {name: tuple(map(int, table[name][1:])) for name in table if name in tact.OPTIONS} == {
        name: (option.usual, option.least, option.most) for name, option in tact.OPTIONS.items()
    }


def test_api_takes_what_leads_may_set() -> None:
    schemas = api_routes.described()["components"]["schemas"]
    taken = schemas["SearchLimits"]["properties"]
    assert {name: (each["minimum"], each["maximum"]) for name, each in taken.items()} == {
        name: (option.least, option.most) for name, option in tact.OPTIONS.items()
    }
    assert schemas["SavedSearch"]["properties"]["limits"]["properties"].keys() == tact.OPTIONS.keys()


@both
def test_table_of_proposals_has_each_status_and_reason(path: Path) -> None:
    statuses = rows(path, 2)
    assert list(statuses) == list(Status)
    assert re.findall(r"`(\w+)`", statuses["dismissed"][0]) == list(Dismissal)
    assert str(proposals.CLAIM_LASTS // 60_000) in statuses["claimed"][0]
    assert str(proposals.TEXT_LASTS // tact.HOUR) in statuses["claimed"][0]
    assert str(tact.OLDEST // tact.HOUR) in statuses["expired"][0]


@both
def test_guide_says_how_long_proposals_are_kept_and_whose_texts_need_a_second_person(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search(rf"\| {proposals.KEPT // DAYS} (?:days after it was found|Tage nach dem Fund)", text)
    kept = re.findall(r"^\| [^|]+ \| (\d+) (?:days|Tage)", text, re.MULTILINE)
    thread = offer_claims.THREAD_KEPT // DAYS
    assert kept == [str(days) for days in (proposals.KEPT // DAYS, tact.PAUSE // DAYS, thread, 2, 2 * thread)]
    assert str(searches.MOST_SEEN) in text
    assert re.search(rf"first {tact.FIRST_TEXTS} texts|ersten {tact.FIRST_TEXTS} Texte", " ".join(text.split()))


@both
def test_table_of_permissions_has_each_rule_of_the_code_in_its_order(path: Path) -> None:
    line = r"^\| `(\w+)` \| ([^|]+) \| `(\w+)` \| ([\d-]+) \|"
    lines = re.findall(line, path.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(why, state, since) for why, _, state, since in lines] == [
        (rule.why, rule.state, rule.since) for rule in permission.RULES
    ]
    for (why, names, *_), rule in zip(lines, permission.RULES, strict=True):
        assert [NAMES.get(channel, channel) in names.lower() for channel in rule.channels] == [True] * len(
            rule.channels
        ), why


@both
def test_guide_names_each_reason_that_lies_with_our_account(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [reason for reason in permission.OURS if f"`{reason}`" not in text] == []


@both
def test_table_of_prices_has_each_price_of_the_code_in_its_order(path: Path) -> None:
    line = r"^\| ([\w-]+)\b[^|]* \| (0[.,]\d+)(?: (?:to|bis) (0[.,]\d+))? \| ([\d-]+) \|$"
    lines = re.findall(line, path.read_text(encoding="utf-8"), re.MULTILINE)
    written = [(channel.lower().replace("-", ""), _amount(a), _amount(b or a), since) for channel, a, b, since in lines]
    assert written == [(rate.channel, rate.price.least, rate.price.most, rate.since) for rate in prices.TABLE]


def _amount(written: str) -> int:
    return round(Decimal(written.replace(",", ".")) * prices.DOLLAR)


@both
def test_guide_has_the_budgets_of_the_code(path: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8").split())
    assert re.search(rf"(?:at most|höchstens für) {search_sources.DAILY_BUDGET // prices.DOLLAR} US", text)
    assert re.search(rf"{outreach_budgets.WARN_AT * 100:.0f} (?:percent|Prozent)", text)
    assert (outreach_budgets.SLOWER_NEAR, outreach_budgets.SLOWER_BEYOND) == (2, 8)


def test_guide_has_the_same_headings_steps_and_names_in_german() -> None:
    english, german = outline(GUIDE), outline(GERMAN)
    german["links"] = [link.replace(".de.svg", ".en.svg") for link in german["links"]]
    assert german == english

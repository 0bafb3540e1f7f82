"""Figures of searches and budgets of connections: counted once, by week and month."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from storage import outreach_budgets, outreach_figures, table
from storage.outreach_budgets import SLOWER_BEYOND, SLOWER_NEAR, Budget

NOW = 1_796_000_000_000
WEEK, MONTH = 7 * 86_400_000, 31 * 86_400_000

pytestmark = pytest.mark.usefixtures("stack")


def test_thing_that_is_counted_twice_counts_once_in_each_search() -> None:
    assert outreach_figures.count("s1", "x", "proposed", NOW, key="p1")
    assert not outreach_figures.count("s1", "x", "proposed", NOW + WEEK, key="p1")
    assert outreach_figures.count("s2", "x", "proposed", NOW, key="p1")
    assert outreach_figures.count("s1", "x", "offered", NOW, key="p1")
    assert outreach_figures.totals("s1") == {"proposed": 1, "offered": 1}
    assert outreach_figures.totals("s2") == {"proposed": 1}


def test_thing_that_is_counted_at_once_by_several_counts_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: outreach_figures.count("s1", "x", "refused", NOW, key="p1"), range(8)))
    assert (sum(done), outreach_figures.totals("s1")) == (1, {"refused": 1})


def test_figures_are_kept_by_week_and_channel_and_read_by_period() -> None:
    for at, channel, amount in ((NOW - WEEK, "x", 3), (NOW, "x", 4), (NOW, "mastodon", 5)):
        outreach_figures.count("s1", channel, "found", at, amount)
    found = [(row.week, row.channel, row.figures) for row in outreach_figures.read("s1")]
    assert found == [
        ("2026-W48", "x", {"found": 3}),
        ("2026-W49", "mastodon", {"found": 5}),
        ("2026-W49", "x", {"found": 4}),
    ]
    assert [row.channel for row in outreach_figures.read("s1", "2026-W49", "2026-W49")] == ["mastodon", "x"]
    assert outreach_figures.read("s1", "2026-W50") == []


def test_figures_do_not_name_what_was_counted() -> None:
    outreach_figures.count("s1", "x", "found", NOW, key="did:1")
    (row,) = table.query("pk = :pk", pk="outreach-figures#s1")
    assert "did:1" not in str(row)


def test_charge_with_one_key_is_charged_once_and_one_without_each_time() -> None:
    assert outreach_budgets.charge("x", "main", 10_000, NOW, key="a1")
    assert not outreach_budgets.charge("x", "main", 10_000, NOW, key="a1")
    assert outreach_budgets.charge("x", "main", 5_000, NOW)
    assert outreach_budgets.charge("x", "main", 5_000, NOW)
    assert not outreach_budgets.charge("x", "main", 0, NOW)
    assert outreach_budgets.read("x", "main", NOW) == Budget(used=20_000)
    assert outreach_budgets.read("x", "other", NOW) == Budget()


def test_budget_begins_again_with_the_month_and_keeps_its_limit() -> None:
    outreach_budgets.set_limit("x", "main", 1_000_000)
    outreach_budgets.charge("x", "main", 300_000, NOW)
    assert outreach_budgets.read("x", "main", NOW) == Budget(300_000, 1_000_000)
    assert outreach_budgets.read("x", "main", NOW + MONTH) == Budget(0, 1_000_000)
    outreach_budgets.set_limit("x", "main", 0)
    assert outreach_budgets.read("x", "main", NOW) == Budget(300_000)


@pytest.mark.parametrize(
    ("used", "limit", "warns", "is_exhausted", "slower"),
    [
        (9_000_000, 0, False, False, 1),
        (799_999, 1_000_000, False, False, 1),
        (800_000, 1_000_000, True, False, SLOWER_NEAR),
        (1_000_000, 1_000_000, True, True, SLOWER_BEYOND),
    ],
)
def test_budget_warns_from_four_fifths_on_and_slows_down(
    used: int, limit: int, warns: bool, is_exhausted: bool, slower: int
) -> None:
    budget = Budget(used, limit)
    assert (budget.warns, budget.is_exhausted, budget.slower) == (warns, is_exhausted, slower)

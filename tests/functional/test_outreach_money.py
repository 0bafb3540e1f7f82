"""Figures of searches and budgets of connections: counted once, by week and month."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from application import spending
from conversations.actions import Action, Verb
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.send_options import Way
from storage import outreach_budgets, outreach_figures, table
from storage.connections import Connection
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


def fact(
    message_id: str, visibility: Visibility = Visibility.PUBLIC, kind: Kind = Kind.MESSAGE, own: bool = False
) -> Fact:
    return Fact(kind, visibility, "t", NOW, message_id, text="Hello", own=own)


def test_messages_that_are_read_are_charged_once_each_by_what_they_are() -> None:
    private = Visibility.PRIVATE
    read = [fact("1"), fact("2", own=True), fact("3", private), fact("4", private, own=True), fact("1", kind=Kind.READ)]
    spending.note_read("x", "main", read, NOW)
    spending.note_read("x", "main", read, NOW)
    spending.note_read("mastodon", "main", read, NOW)
    assert outreach_budgets.read("x", "main", NOW).used == 5_000 + 1_000 + 10_000
    assert outreach_budgets.read("mastodon", "main", NOW).used == 0


@pytest.mark.parametrize(
    ("channel", "way", "text", "cost"),
    [
        ("x", Way.PUBLIC_REPLY, "Try the other one", 10_000),
        ("x", Way.PUBLIC_REPLY, "Look at example.com", 200_000),
        ("x", Way.PRIVATE_MESSAGE, "Look at example.com", 15_000),
        ("email", Way.PRIVATE_MESSAGE, "Hello", 300),
        ("whatsapp", Way.TEMPLATE, "Hello", 159_700),
        ("whatsapp", Way.PRIVATE_MESSAGE, "Hello", 0),
    ],
)
def test_message_that_is_sent_is_charged_once(channel: str, way: Way, text: str, cost: int) -> None:
    to = ("a@example.com", "b@example.com") if channel == "email" else ()
    cc = ("c@example.com",) if channel == "email" else ()
    action = Action("1" * 13 + "a", NOW, Verb.REPLY, Author("kim", "Kim"), text=text, way=way, to=to, cc=cc)
    spending.note_sent(Connection(channel, "main"), action, NOW)
    spending.note_sent(Connection(channel, "main"), action, NOW)
    assert outreach_budgets.read(channel, "main", NOW).used == cost

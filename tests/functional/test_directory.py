"""What is known of a connection: its team and its options are read once for minutes, and what is changed here holds."""

from __future__ import annotations

import pytest

from conversations import directory, table
from tests.performance.meter import Meter

HERE = ("facebook", "stand")


@pytest.fixture(autouse=True)
def stand(table: str) -> None:
    """A connection that is known."""
    directory.put_connection(*HERE, "1055", "Obststand", "fruit", {"motto": "Frisch!"})


def test_team_and_options_are_read_together_and_once() -> None:
    meter = Meter(table.client())
    for _ in range(2):
        assert directory.team_of(*HERE) == "fruit"
        assert directory.options_of(*HERE) == {"motto": "Frisch!"}
    assert meter.take().operations == ["GetItem"]


def test_what_is_changed_here_holds_at_once() -> None:
    assert directory.options_of(*HERE) == {"motto": "Frisch!"}
    directory.put_connection(*HERE, "1055", "Obststand", "greens", {"motto": "Knackig!"})
    assert (directory.team_of(*HERE), directory.options_of(*HERE)) == ("greens", {"motto": "Knackig!"})
    directory.note_connection(*HERE, options=directory.json_of({"motto": "Saftig!"}))
    assert directory.options_of(*HERE) == {"motto": "Saftig!"}
    directory.drop_connection(*HERE)
    assert (directory.team_of(*HERE), directory.options_of(*HERE)) == (directory.DEFAULT_TEAM, {})


def test_one_that_nobody_described_yet_is_looked_for_again() -> None:
    """Messages may arrive before whoever connects is done."""
    late = ("facebook", "late")
    assert (directory.team_of(*late), directory.options_of(*late)) == (directory.DEFAULT_TEAM, {})
    table.put({"pk": "connections", "sk": "facebook/late", "i": "1056", "team": "fruit"})  # elsewhere
    assert directory.team_of(*late) == "fruit"

"""The cache of connections: team and options are read once for minutes, and a change in this process holds at once."""

from __future__ import annotations

import pytest

from storage import connections, table, team_names
from tests.performance.meter import metered

HERE = ("facebook", "stand")


@pytest.fixture(autouse=True)
def stand(table: str) -> None:
    """A connection that is known."""
    connections.put_connection(*HERE, "1055", "Obststand", "fruit", {"motto": "Frisch!"})


def test_team_and_options_are_read_together_and_once() -> None:
    with metered(table.client()) as meter:
        for _ in range(2):
            assert connections.team_of(*HERE) == "fruit"
            assert connections.options_of(*HERE) == {"motto": "Frisch!"}
        assert meter.take().operations == ["GetItem"]


def test_change_in_this_process_holds_at_once() -> None:
    assert connections.options_of(*HERE) == {"motto": "Frisch!"}
    connections.put_connection(*HERE, "1055", "Obststand", "greens", {"motto": "Knackig!"})
    assert (connections.team_of(*HERE), connections.options_of(*HERE)) == ("greens", {"motto": "Knackig!"})
    connections.change_options(*HERE, {"motto": "Saftig!"})
    assert connections.options_of(*HERE) == {"motto": "Saftig!"}
    connections.drop_connection(*HERE)
    assert (connections.team_of(*HERE), connections.options_of(*HERE)) == (team_names.DEFAULT_TEAM, {})


def test_one_that_nobody_described_yet_is_looked_for_again() -> None:
    """Messages may arrive before the connection is complete."""
    late = ("facebook", "late")
    assert (connections.team_of(*late), connections.options_of(*late)) == (team_names.DEFAULT_TEAM, {})
    table.put({"pk": "connections", "sk": "facebook/late", "i": "1056", "team": "fruit"})  # elsewhere
    assert connections.team_of(*late) == "fruit"


def test_pause_of_a_connection_that_was_removed_makes_none() -> None:
    found = connections.connection(*HERE)
    connections.pause_connection(*HERE, "auth", 1_000_000, 900)
    paused = connections.connection(*HERE)
    connections.drop_connection(*HERE)
    connections.pause_connection(*HERE, "auth", 2_000_000, 900)
    assert (connections.lift_pause(paused), connections.lift_pause(found)) == (False, False)
    assert connections.connections() == []


def test_pause_is_lifted_as_it_was_read_alone() -> None:
    connections.pause_connection(*HERE, "auth", 1_000_000, 900)
    paused = connections.connection(*HERE)
    connections.pause_connection(*HERE, "auth", 2_000_000, 900, connections.BY_SEND)
    assert not connections.lift_pause(paused)
    again = connections.connection(*HERE)
    assert (again.problem, again.paused_until, again.reported_by) == ("auth", 2_000_000, connections.BY_SEND)
    assert connections.lift_pause(again, pause=900)
    free = connections.connection(*HERE)
    assert (free.problem, free.paused_until, free.pause, free.reported_by) == ("", 0, 900, "")

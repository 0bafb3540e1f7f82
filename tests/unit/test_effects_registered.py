"""Each effect that the core derives has one function that carries it out."""

from __future__ import annotations

import typing

from conversations import effects
from dispatch import message_files, outgoing, reactions, relay, reports, scheduled_calls
from outreach import leaving

TABLES = [outgoing.HANDLERS, scheduled_calls.HANDLERS, message_files.HANDLERS, reactions.HANDLERS, reports.HANDLERS]


def test_every_effect_has_one_handler() -> None:
    derived = {*typing.get_args(effects.Effect), *typing.get_args(leaving.Effect)}
    assert set(relay.HANDLERS) == derived
    assert sum(len(table) for table in TABLES) == len(relay.HANDLERS)

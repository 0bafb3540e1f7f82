"""A stack's requests to its table while nobody writes, as docs/costs.md counts them."""

from __future__ import annotations

from typing import Any

import pytest

import listen.app
import reconcile.app
import watch.app
from aws import clients
from infra import costs
from tests.performance.meter import metered
from tests.support.context import Context


@pytest.mark.parametrize("name", ["watch", "listen", "reconcile"])
def test_a_call_that_finds_nothing_to_do_costs_what_the_page_says(name: str, table: str, schedule_group: str) -> None:
    handler = {"watch": watch.app, "listen": listen.app, "reconcile": reconcile.app}[name].lambda_handler
    context: Any = Context()
    handler({"source": "aws.events"}, context)  # the first one of an environment looks up more
    with metered(clients.client("dynamodb")) as meter:
        handler({"source": "aws.events"}, context)
        tally = meter.take()
    assert (tally.reads, tally.writes) == costs.IDLE_UNITS[name]

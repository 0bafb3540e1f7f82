"""The budgets that can be counted. Times are measured by ``make bench`` and fail nobody's test."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import build
from tests.performance import as_lambda, bench, bulk, measured, promise_tables, search_costs, thousand_posts, units
from tests.support.embedded_aws import embedded_aws

LONGEST = 540
"""Seconds for a run, which takes less than a minute on a machine that does nothing else."""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An embedded AWS of its own."""
    with embedded_aws(tmp_path_factory.mktemp("aws")) as address:
        yield address


@pytest.fixture(scope="module")
def costs(endpoint: str) -> dict[str, units.Cost]:
    """Measure the cost of each way through the stack with a hundred conversations in the table."""
    return {cost.name: cost for cost in units.measure(endpoint, 100)}


def test_message_costs_five_writes_and_two_and_a_half_reads_at_most_while_nobody_looks(
    costs: dict[str, units.Cost],
) -> None:
    messages = [cost for cost in costs.values() if cost.budget]
    assert len(messages) == 4
    for cost in messages:
        assert cost.writes <= bench.MESSAGE_WRITES, cost
        assert cost.reads <= bench.MESSAGE_READS, cost


def test_message_on_an_open_conversation_costs_four_writes_while_nobody_looks(costs: dict[str, units.Cost]) -> None:
    """The item and its place in the search; the head and its place in the inbox."""
    assert costs["message of 1 KB, on an open conversation"].writes == 4
    assert costs["comment on a visitor post"].writes == 4
    assert costs["message of 1 KB, on an open conversation, while a page is open"].writes == 5


def test_reply_costs_ten_writes_and_eight_requests(costs: dict[str, units.Cost]) -> None:
    """The decision, the figures, one read before it leaves, the lease, the id; and twice whether somebody looks."""
    assert costs["reply: written, sent, recorded"].writes <= bench.REPLY_WRITES
    assert costs["reply: written, sent, recorded"].requests <= bench.REPLY_REQUESTS


def test_promise_takes_nineteen_requests_until_it_is_closed(costs: dict[str, units.Cost]) -> None:
    of_promise = [cost for name, cost in costs.items() if name.startswith("promise: ")]
    assert len(of_promise) == 4
    assert sum(cost.requests for cost in of_promise) <= bench.PROMISE_REQUESTS
    assert sum(cost.writes for cost in of_promise) <= bench.PROMISE_WRITES


def test_promise_costs_nine_writes_more_where_heads_are_not_packed(endpoint: str) -> None:
    """Three times the head, twice each as it is in a transaction, and its copy in the inbox's index."""
    unpacked = units.measure(endpoint, units.PAGE, PACK_HEADS="false")
    assert sum(cost.writes for cost in unpacked if cost.name.startswith("promise: ")) <= bench.UNPACKED_PROMISE_WRITES
    reply = next(cost for cost in unpacked if cost.name == "reply: written, sent, recorded")
    assert reply.writes <= bench.REPLY_WRITES


def test_the_webhook_asks_dynamodb_once_for_an_event(costs: dict[str, units.Cost]) -> None:
    assert {cost.webhook for cost in costs.values() if cost.webhook} == {bench.WEBHOOK_REQUESTS}


def test_a_conversation_of_fifty_messages_is_one_query_beside_who_the_customer_is(costs: dict[str, units.Cost]) -> None:
    """Change counters with what the agent has read; its messages; the customer with their other conversations."""
    assert costs["conversation of fifty messages"].requests == 3


def test_units_do_not_grow_with_the_table(endpoint: str, costs: dict[str, units.Cost]) -> None:
    for cost in units.measure(endpoint, 1000):
        before = costs[cost.name]
        assert cost.writes == pytest.approx(before.writes, rel=bench.GROWTH), cost
        assert cost.reads == pytest.approx(before.reads, rel=bench.GROWTH), cost


def test_a_thousand_messages_take_sixty_requests_at_most(endpoint: str) -> None:
    with measured.stack(endpoint) as stack:
        stack.begin()
        assert max(bulk.measure(stack, 0)["webhook"]["requests"]) <= bench.BULK_REQUESTS


def test_a_thousand_posts_of_strangers_cost_five_cents_at_most(endpoint: str) -> None:
    looked = thousand_posts.measure(endpoint)
    assert looked.proposals == thousand_posts.POSTS // 10
    assert sum(search_costs.usd(looked).values()) <= search_costs.BUDGET


@pytest.fixture(scope="module")
def few(endpoint: str) -> dict[str, Any]:
    """A few promises, kept by two processes in rounds, which cost the same on a busy machine."""
    return _load(endpoint, 40, "rounds")


def _load(endpoint: str, count: int, *options: str) -> dict[str, Any]:
    build.build()
    return as_lambda.measure("load", endpoint, str(count), "2", *options, seconds=LONGEST)


@pytest.mark.parametrize("step", promise_tables.ASKING)
def test_each_step_of_a_promise_stays_within_what_was_counted(few: dict[str, Any], step: str) -> None:
    assert promise_tables.keeps(few, step), promise_tables.per_promise(few, step)


def test_a_promise_asks_the_scheduler_twice_and_the_queue_once(few: dict[str, Any]) -> None:
    asked = {name: step["services"] for name, step in few["steps"].items()}
    assert asked["scheduled"] == {"CreateSchedule": few["promises"]}
    assert asked["asked"]["CreateSchedule"] == asked["asked"]["SendMessage"] == few["promises"]
    assert "DeleteSchedule" not in asked["asked"], "one that has called deletes itself"
    assert sum(asked["no answer"].values()) <= few["promises"]


def test_cost_of_a_promise_does_not_grow_with_their_number(endpoint: str, few: dict[str, Any]) -> None:
    assert promise_tables.grown(few, _load(endpoint, 200, "rounds"), bench.GROWTH) == {}


@pytest.mark.parametrize(("step", "figure"), [("asked", "reads"), ("no answer", "requests"), ("scheduled", "writes")])
def test_growth_of_one_cost_is_noticed(few: dict[str, Any], step: str, figure: str) -> None:
    """Half a unit for each of the promises that were there before."""
    many = copy.deepcopy(few)
    many["steps"][step]["functions"]["dispatch"][figure] += few["promises"] / 2
    assert list(promise_tables.grown(few, many, bench.GROWTH)) == [f"{step}: {figure}"]


def test_each_promise_is_kept_once_and_after_what_was_written_before_it(endpoint: str) -> None:
    kept = _load(endpoint, 40, "waiting")
    assert kept["steps"]["asked"]["outcomes"] == {"ask": 40}


def test_dispatch_waits_for_less_than_one_request_for_each_promise_of_a_shard(tmp_path: Path) -> None:
    """Counted, so that the rate is known on a machine of any load: eight threads wait at the same time."""
    build.build()
    with bench.null_server(tmp_path, bench.AWAY) as endpoint:
        followed = as_lambda.measure("shard", endpoint, bench.OF_SHARD)
    assert followed["waits"] <= bench.SHARD_WAITS * followed["promises"]


def test_the_artifact_is_small() -> None:
    build.build()
    assert build.ZIP.stat().st_size <= build.LARGEST_ZIP

"""Reviews of a Page: a recommendation and the comments below it are one conversation."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.support.payloads import START
from tests.support.platform import PAGE
from tests.support.stack import Stack

WRITER = {"id": "7001", "name": "Jana"}
FULL_ID = "7001_750"


def change(at: int, **value: Any) -> dict[str, Any]:
    value |= {"created_time": START + at, "verb": "add"}
    return {"object": "page", "entry": [{"id": PAGE, "time": START, "changes": [{"field": "ratings", "value": value}]}]}


def comment(at: int, number: int, **value: Any) -> dict[str, Any]:
    ids = {"comment_id": f"750_{number}", "post_id": FULL_ID, "parent_id": FULL_ID, "open_graph_story_id": "4411"}
    return change(at, item="comment", **ids, **value)


REVIEW = change(0, item="rating", open_graph_story_id="750", reviewer_id="7001", reviewer_name="Jana", rating=3)
OWN = comment(60, 1, message="What went wrong?", **{"from": {"id": PAGE, "name": "Telefunk"}})
ANSWER = comment(120, 2, **{"from": WRITER})
"""Without a text: a sticker, of which nothing is reported."""


Calls = tuple[dict[str, Any], ...]
ORDERS = list(itertools.permutations((REVIEW, OWN, ANSWER)))


@pytest.mark.invariant(2)
@pytest.mark.parametrize("order", ORDERS)
def test_a_review_and_its_comments_are_one_conversation_in_any_order(stack: Stack, order: Calls) -> None:
    for call in order:
        stack.post(call)
        stack.settle()
    found = stack.only()
    assert (found.head.customer.id, found.head.customer.name) == ("7001", "Jana")
    shown = [(message.rating, message.text, message.unsupported) for message in found.messages()]
    assert shown == [("3", None, False), (None, "What went wrong?", False), (None, None, True)]
    assert found.head.unread == 1


@pytest.mark.parametrize("told", ["POSITIVE", "Negative", "positive"])
def test_a_recommendation_counts_however_it_is_written(stack: Stack, told: str) -> None:
    stack.post(change(0, item="rating", open_graph_story_id="750", reviewer_id="7001", recommendation_type=told))
    stack.settle()
    assert [message.rating for message in stack.messages()] == [told.lower()]

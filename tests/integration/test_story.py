"""The mission, played once, and invariant 8: nobody's words, name or secret is written down on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from infra.local import story
from infra.local.stack import Stack
from tests.integration.breaking import House
from tests.integration.driver import Json, Square

SHORTEST_TEXT = 8
"""Characters; what is shorter stands in a line by chance."""


@pytest.fixture(scope="module")
def threads(stack: Stack) -> Json:
    """What stands on the square after the story."""
    story.tell(stack.values)
    return Square(stack.values).call("GET", "/facebook/threads")


def test_the_story_happens(threads: Json) -> None:
    assert threads["posts"]
    assert threads["chats"]


def test_8_nobodys_words_name_or_secret_is_in_a_log_or_a_metric(stack: Stack, house: House, threads: Json) -> None:
    personal = re.compile("|".join([*map(re.escape, _words(threads)), *_names(stack, threads), *_secrets(stack)]))
    lines = list(house.log_lines())
    for function in stack["functions"]:
        group = function.removesuffix("Function") + "LogGroup"
        assert any(group in name for name, _ in lines), f"{function} has written nothing"
    metrics = str(stack.client("cloudwatch").list_metrics()["Metrics"])
    written = [*lines, ("metrics", metrics)]
    assert [(name, found[0]) for name, line in written if (found := personal.search(line))] == []


def _words(threads: Json) -> Iterator[str]:
    """What was written, as it was written and as JSON writes it."""
    public = [item for post in threads["posts"] for item in (post, *post["comments"])]
    private = [message for chat in threads["chats"] for message in chat["messages"]]
    for text in {item["message"] for item in (*public, *private)}:
        if len(text) >= SHORTEST_TEXT:
            yield from {text, text.encode("unicode_escape").decode()}


def _names(stack: Stack, threads: Json) -> Iterator[str]:
    """Who was there, by full name and by each part of it."""
    full = {person["name"] for person in threads["people"]} | {stack.installation.agent_name, stack["agent"]["email"]}
    for name in full | {part for each in full for part in each.split()}:
        yield rf"\b{re.escape(name)}\b"


def _secrets(stack: Stack) -> Iterator[str]:
    connection = stack["connections"]["facebook"]
    for secret in (
        *(connection[name] for name in ("app_secret", "verify_token", "page_token")),
        stack["agent"]["password"],
    ):
        yield re.escape(secret)

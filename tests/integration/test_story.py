"""The mission, played once, and invariant 8: nobody's words, name or secret is written down on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

from infra.local import platforms, story
from infra.local.players import SquarePlatform
from infra.local.stack import Stack
from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Json, Square, wait_for
from tests.integration.test_channels import find
from tests.support.live_page import LivePage

SHORTEST_TEXT = 8
"""Characters; what is shorter stands in a line by chance."""
MAIL = "Darin steht ein Router, den ich nie bekommen habe."
CHAT = "So blinkt er seit dem Gewitter."
PICTURE = "router-von-ingeborg.png"


@pytest.fixture(scope="module")
def threads(stack: Stack) -> Json:
    """Return the threads on the square after the story."""
    story.tell(stack.values)
    return Square(stack.values).view()


def test_the_story_happens(threads: Json) -> None:
    assert {each["public"] for each in threads["threads"] if each["messages"]} == {True, False}


@pytest.fixture
def elsewhere(stack: Stack, agent_api: AgentApi) -> list[Json]:
    """Return the messages on the other platforms: a mail with its file at least, and a file to be fetched elsewhere."""
    picture = {"type": "image", "payload": {"url": f"{stack['square_url']}/{PICTURE}"}}
    author = {"name": "Ingeborg Sommerfeld"}
    chat = Square(stack.values).post(private=True, author=author, text=CHAT, attachments=[picture])["message_id"]
    wait_for("the picture to be looked for", lambda: _files(agent_api.find(chat)) == ["failed"])
    mail = {"author": author, "title": "Die Rechnung vom Oktober", "text": MAIL}
    SquarePlatform(stack.values, "email").post(private=True, attachments=[{"name": "Rechnung Sommerfeld.pdf"}], **mail)
    wait_for("the mail's file", lambda: _files(find(agent_api, "email", MAIL)) == ["stored"])
    return [SquarePlatform(stack.values, name).view() for name in platforms.names()]


def _files(whole: Json | None) -> list[str]:
    return [file["state"] for message in (whole or {"messages": []})["messages"] for file in message["attachments"]]


def test_8_nobodys_words_name_or_secret_is_in_a_log_or_a_metric(
    stack: Stack, internals: StackInternals, agent_api: AgentApi, threads: Json, elsewhere: list[Json]
) -> None:
    words = [*_words(threads), *(word for each in elsewhere for word in _said(each)), CHAT, PICTURE]
    personal = re.compile("|".join([*map(re.escape, words), *_names(stack, threads), *_secrets(stack)]))
    for clockwork in ("WatchFunction", "ReconcileFunction"):
        internals.invoke(clockwork, {})  # what runs by the clock, whether or not its minute has come
    answer = agent_api.call("POST", "/live/ticket")
    LivePage.open(answer["url"], answer["ticket"]).close()
    lines = list(internals.log_lines())
    for function in stack["functions"]:
        group = function.removesuffix("Function") + "LogGroup"
        assert any(group in name for name, _ in lines), f"{function} has written nothing"
    metrics = str(stack.client("cloudwatch").list_metrics()["Metrics"])
    written = [*lines, ("metrics", metrics)]
    assert [(name, found[0]) for name, line in written if (found := personal.search(line))] == []


def _words(threads: Json) -> Iterator[str]:
    """Yield what was written, as it was written and as JSON writes it."""
    yield from _written(message["text"] for thread in threads["threads"] for message in thread["messages"])


def _said(view: Json) -> Iterator[str]:
    """The words, files and full names of a platform: the plays take its own name for a part of theirs."""
    yield from _written(person["name"] for person in view["people"])
    for thread in view["threads"]:
        files = (file.get("name", "") for message in thread["messages"] for file in message["attachments"])
        yield from _written([thread["title"], *(message["text"] for message in thread["messages"]), *files])


def _written(texts: Iterable[str | None]) -> Iterator[str]:
    for text in {each for each in texts if each and len(each) >= SHORTEST_TEXT}:
        yield from {text, text.encode("unicode_escape").decode()}


def _names(stack: Stack, threads: Json) -> Iterator[str]:
    """Yield who was there, by full name and by each part of it."""
    full = {person["name"] for person in threads["people"]} | set(_agents(stack))
    for name in full | {part for each in full for part in each.split()}:
        yield rf"\b{re.escape(name)}\b"


def _agents(stack: Stack) -> list[str]:
    people = stack.installation
    return [people.agent_name, people.colleague_name, stack["agent"]["email"], stack["colleague"]["email"]]


def _secrets(stack: Stack) -> Iterator[str]:
    connection = stack["connections"]["facebook"]
    for secret in (
        *(connection[name] for name in ("app_secret", "verify_token", "page_token")),
        stack["agent"]["password"],
        stack["colleague"]["password"],
    ):
        yield re.escape(secret)

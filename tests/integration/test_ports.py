"""A port that another program has at a later start: the stack moves, and everything that was stored moves along."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import channels
from infra.local import platforms
from infra.local.installation import Installation
from infra.local.moving import moved
from infra.local.processes import LOOPBACK
from infra.local.stack import Stack, start_stack
from tests.integration import test_channels as stories
from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Square, sign_in, wait_for
from tests.integration.talks import ARRIVED, begin

WEEK, SHORTER_WEEK = "PT5S", "PT4S"
PLATFORMS = ("email", "mastodon", "telegram")
"""One whose mails come by a bucket and a queue, one that is asked, and one that calls. Facebook is always there."""
NOWHERE = 1
ANSWER = "Wir ziehen gerade um."


@contextlib.contextmanager
def occupied(*ports: int) -> Iterator[None]:
    """Other programs that listen at these ports."""
    with contextlib.ExitStack() as servers:
        for port in ports:
            servers.enter_context(socket.create_server((LOOPBACK, port)))
        yield


def ports_of(directory: Path) -> tuple[int, int]:
    installation = Installation.of(directory)
    return installation.aws_port, installation.square_port


def naming(directory: Path, *ports: int) -> list[str]:
    """The files of the kept state in which an address of this machine has one of the ports."""
    files = [*(directory / "aws").glob("*.json"), directory / "square-state.json", directory / "stack.json"]
    lost = dict.fromkeys(ports, NOWHERE)
    return [path.name for path in files if moved(state := json.loads(path.read_text()), lost) != state]


def play(name: str, stack: Stack, agent_api: AgentApi) -> None:
    """The whole story on a platform, with asking back."""

    def ask(channel: str) -> None:
        if channels.get(channel).capabilities.poll_seconds:
            StackInternals(stack).invoke("ListenFunction", {"channel": channel, "connection": platforms.CONNECTION})

    private = stories.PLAYS[name][-1]
    stories.test_the_story(name, private, stack, agent_api, ask)


def test_a_stack_whose_ports_are_taken_moves_with_all_that_it_stored(tmp_path: Path) -> None:
    with start_stack(tmp_path, free_ports=True, follow_up_delay=WEEK, platforms=PLATFORMS) as stack:
        talk = begin(Square(stack.values), AgentApi(sign_in(stack.values)), "Nora Umzug")
        talk.square.call("POST", "/faults", on="send", error={"code": 2}, times=None)
        waiting = talk.answer(ANSWER)
        wait_for("the first attempt to fail", lambda: talk.message(waiting)["reason"])
    before = ports_of(tmp_path)
    assert naming(tmp_path, before[0]) and naming(tmp_path, before[1])
    said: list[str] = []
    with (
        occupied(*before),
        # Other than before, so that the moved stack is deployed again as well.
        start_stack(tmp_path, follow_up_delay=SHORTER_WEEK, platforms=PLATFORMS, report=said.append) as stack,
    ):
        assert not {*before} & {*ports_of(tmp_path)}
        assert [line for line in said if "is taken" in line] == [
            f"Port {before[0]} is taken: the embedded AWS moves to {ports_of(tmp_path)[0]}.",
            f"Port {before[1]} is taken: the market square moves to {ports_of(tmp_path)[1]}.",
        ]
        agent_api = AgentApi(sign_in(stack.values))
        talk = replace(talk, square=Square(stack.values), agent_api=agent_api)
        talk.await_state(waiting, *ARRIVED)
        assert talk.on_square() == [ANSWER]
        for name in PLATFORMS:
            play(name, stack, agent_api)
    assert naming(tmp_path, *before) == []


def test_two_installations_with_the_same_ports_are_used_in_turn_and_at_once(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with start_stack(first, free_ports=True) as stack:
        talk = begin(Square(stack.values), AgentApi(sign_in(stack.values)), "Nora Erste")
    same = ports_of(first)
    second.mkdir()
    installation = replace(Installation.new(), aws_port=same[0], square_port=same[1])
    installation.save(second)
    with start_stack(second) as stack:
        assert ports_of(second) == same
        other = begin(Square(stack.values), AgentApi(sign_in(stack.values)), "Nora Zweite")
        with start_stack(first) as moved_stack:
            assert not {*same} & {*ports_of(first)}
            talk = replace(talk, square=Square(moved_stack.values), agent_api=AgentApi(sign_in(moved_stack.values)))
            for each in (talk, other):
                answer = each.answer(ANSWER)
                each.await_state(answer, *ARRIVED)
                assert each.on_square() == [ANSWER]

"""Ports of the embedded stack that are taken at a later start, and the addresses that are stored with them."""

from __future__ import annotations

import base64
import json
import socket
from pathlib import Path

import pytest

from infra.local.installation import Installation
from infra.local.moving import move, moved
from infra.local.processes import LOOPBACK, RESERVABLE, StartFailure, reserve_port

PORTS = {4566: 40001, 8765: 40002}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("stored", "after"),
    [
        pytest.param("http://127.0.0.1:4566/0/a.fifo", "http://127.0.0.1:40001/0/a.fifo", id="a queue's address"),
        pytest.param("http://127.0.0.1:8765", "http://127.0.0.1:40002", id="nothing behind it"),
        pytest.param("http://localhost:4566/", "http://localhost:40001/", id="by name"),
        pytest.param("?to=127.0.0.1%3A8765", "?to=127.0.0.1%3A40002", id="escaped"),
        pytest.param("http://127.0.0.1:45660/", "http://127.0.0.1:45660/", id="a longer port"),
        pytest.param("http://10.127.0.0.1:4566/", "http://10.127.0.0.1:4566/", id="another host"),
        pytest.param("call 4566", "call 4566", id="a number"),
        pytest.param({"http://127.0.0.1:4566/q": [1, None]}, {"http://127.0.0.1:40001/q": [1, None]}, id="a key"),
        pytest.param(
            "ENCRYPTED:" + encoded('{"base_url":"http://127.0.0.1:8765/x"}'),
            "ENCRYPTED:" + encoded('{"base_url":"http://127.0.0.1:40002/x"}'),
            id="a secret",
        ),
        pytest.param(
            {"__bytes__": encoded("http://127.0.0.1:8765/p")},
            {"__bytes__": encoded("http://127.0.0.1:40002/p")},
            id="text as bytes",
        ),
        pytest.param({"__bytes__": "iVBORw=="}, {"__bytes__": "iVBORw=="}, id="a picture"),
    ],
)
def test_a_stored_address_gets_the_new_port_and_nothing_else_changes(stored: object, after: object) -> None:
    assert moved(stored, PORTS) == after


def test_ports_that_change_places_do_not_become_one() -> None:
    assert moved("127.0.0.1:1000 127.0.0.1:2000", {1000: 2000, 2000: 1000}) == "127.0.0.1:2000 127.0.0.1:1000"


def test_moving_twice_is_moving_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    (tmp_path / "aws").mkdir()
    state = tmp_path / "aws" / "sqs.json"
    state.write_text(json.dumps({"url": "http://127.0.0.1:4566/q"}))
    square = tmp_path / "square-state.json"
    square.write_text(json.dumps({"hook": "http://127.0.0.1:4566/w", "photo": "http://127.0.0.1:8765/p"}))
    for _ in range(2):
        move(tmp_path, PORTS)
        assert json.loads(state.read_text()) == {"url": "http://127.0.0.1:40001/q"}
        assert json.loads(square.read_text()) == {
            "hook": "http://127.0.0.1:40001/w",
            "photo": "http://127.0.0.1:40002/p",
        }
    assert state.stat().st_mode & 0o077 == 0


def test_state_that_cannot_be_read_stops_the_start_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "aws").mkdir()
    (tmp_path / "aws" / "sqs.json").write_text("{")
    with pytest.raises(StartFailure, match=r"sqs\.json cannot be read"):
        move(tmp_path, PORTS)
    assert (tmp_path / "aws" / "sqs.json").read_text() == "{"


def test_ports_left_in_runs_that_were_killed_all_lead_to_the_last_one(tmp_path: Path) -> None:
    installation = Installation.new()
    first = (installation.aws_port, installation.square_port)
    installation.take_ports(40001, 40002)
    installation.save(tmp_path)
    again = Installation.of(tmp_path)
    assert again.take_ports(40003, 40002) == ["Port 40001 is taken: the embedded AWS moves to 40003."]
    assert again.moves() == {first[0]: 40003, 40001: 40003, first[1]: 40002}
    again.take_ports(*first)
    assert again.moves() == {40001: first[0], 40003: first[0], 40002: first[1]}


def test_a_port_that_somebody_listens_at_is_not_reserved() -> None:
    with socket.create_server((LOOPBACK, 0)) as server, reserve_port(server.getsockname()[1]) as reserved:
        assert reserved.getsockname()[1] != server.getsockname()[1]


def test_two_stacks_that_start_at_once_get_different_ports_before_either_listens() -> None:
    with reserve_port() as first:
        port = first.getsockname()[1]
        with reserve_port(port) as second:
            assert second.getsockname()[1] != port
    with reserve_port(port) as third:
        assert third.getsockname()[1] == port


def test_reserved_port_is_none_that_the_system_gives_to_others() -> None:
    """A connection, or a server that takes any port, could get it before the server it is for listens."""
    with reserve_port() as reserved, socket.create_server((LOOPBACK, 0)) as server:
        assert reserved.getsockname()[1] in RESERVABLE
        assert server.getsockname()[1] not in RESERVABLE


def test_platforms_of_an_earlier_installation_keep_their_secrets(tmp_path: Path) -> None:
    """Their configurations stood under another name; without them, every connection would have to be made again."""
    installation = Installation.new()
    installation.platforms = {"x": {"access_token": "an-invented-token"}}
    installation.save(tmp_path)
    path = tmp_path / "installation.json"
    path.write_text(path.read_text().replace('"platforms"', '"stalls"'))
    assert Installation.of(tmp_path).platforms == installation.platforms

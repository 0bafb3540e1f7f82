"""No payload that a platform really signed makes a channel fail, however odd it is, or takes longer than its length."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from channels.base import Channel, MalformedPayload
from conversations.facts import Fact, Nudge, Unreadable
from tests.support.timing import assert_linear
from tests.unit.channels.mangling import places
from tests.unit.channels.samples import Sample, samples
from tests.unit.channels.test_contract import assert_storable

NAMES = channels.names()
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**63,
    10**400,
    "",
    " ",
    "null",
    "\ud800",
    "\0",
    "x" * 3000,
    "2026-99-99T99:99:99Z",
    [],
    {},
    [[]],
    [None, "a", 1],
    {"id": {"id": []}},
)
"""Values in the place of others."""
ROUNDS = 60
"""Ways in which each sample is mangled."""
MANY = 400
"""Number of repetitions of a list for a long payload."""


@pytest.mark.parametrize("name", NAMES)
def test_mangled_payload_is_read_or_kept(name: str) -> None:
    """Invariant 1: what is authentic becomes a fact, is left out knowingly, or goes into quarantine."""
    channel = channels.get(name)
    chance = random.Random(name)
    for sample in readable(name):
        for body in mangled(json.loads(sample.raw), chance):
            _look_at(channel, replace(sample, raw=json.dumps(body).encode()))


@pytest.mark.parametrize("name", NAMES)
def test_truncated_payload_is_malformed_or_kept(name: str) -> None:
    channel = channels.get(name)
    for sample in readable(name):
        for length in (0, 1, len(sample.raw) // 2, len(sample.raw) - 1):
            _look_at(channel, replace(sample, raw=sample.raw[:length]))


@pytest.mark.parametrize("name", NAMES)
def test_a_long_payload_is_read_in_linear_time(name: str) -> None:
    channel = channels.get(name)
    sample = max(readable(name), key=lambda each: len(each.raw))
    body = json.loads(sample.raw)

    def made(times: int) -> Sample:
        return replace(sample, raw=json.dumps(_repeated(body, times)).encode())

    assert_linear(made, lambda each: _look_at_quietly(channel, each), MANY)


def readable(name: str) -> list[Sample]:
    """Samples whose bodies are JSON: a mail is mangled in its own tests."""
    found = []
    for sample in samples(name):
        try:
            json.loads(sample.raw)
        except ValueError:
            continue
        found.append(sample)
    return found


def _look_at(channel: Channel, sample: Sample) -> None:
    try:
        found = channel.receiver.parse(sample.request, sample.credentials)
    except MalformedPayload:
        return
    for one in found:
        assert isinstance(one, Fact | Unreadable | Nudge)
        if isinstance(one, Fact):
            assert_storable(one)
        elif isinstance(one, Unreadable):
            json.dumps(one.raw)
            assert one.reason.isascii() and len(one.reason) < 60 and " " not in one.reason


def mangled(body: Any, chance: random.Random) -> Iterator[Any]:
    paths = list(places(body))
    for _ in range(ROUNDS if paths else 0):
        whole = copy.deepcopy(body)
        for path in chance.sample(paths, min(len(paths), chance.choice((1, 1, 1, 2, 5)))):
            _put(whole, path, copy.deepcopy(chance.choice(ODD)), gone=chance.random() < 0.3)
        yield whole


def _put(whole: Any, path: tuple[Any, ...], value: Any, *, gone: bool) -> None:
    holder = whole
    for step in path[:-1]:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            return  # something above it was mangled already
    if isinstance(holder, dict):
        if gone:
            holder.pop(path[-1], None)
        else:
            holder[path[-1]] = value
    elif isinstance(holder, list) and isinstance(path[-1], int) and len(holder) > path[-1]:
        holder[path[-1]] = value


def _repeated(value: Any, times: int) -> Any:
    """The document with its outermost list of objects repeated; a text is made long where there is none."""
    if isinstance(value, list):
        return value * times
    if isinstance(value, dict):
        for key, part in value.items():
            if isinstance(part, list) and part:
                return {**value, key: part * times}
        return {key: _repeated(part, times) if isinstance(part, dict | str) else part for key, part in value.items()}
    return value * times if isinstance(value, str) else value


def _look_at_quietly(channel: Channel, sample: Sample) -> None:
    try:
        channel.receiver.parse(sample.request, sample.credentials)
    except MalformedPayload:
        return

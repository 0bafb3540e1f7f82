"""Authentic payloads, mangled: whatever a platform comes up with is understood or kept aside, and takes its length."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from channels.base import Channel, Credentials, Request
from conversations.facts import Fact, Nudge, Unreadable
from tests.support.timing import assert_linear
from tests.unit.channels.samples import samples
from tests.unit.channels.test_contract import assert_storable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
"""Any document at all."""


def request(body: object, headers: Mapping[str, str] | None = None) -> Request:
    """Return a call of a platform, or its answer; bytes go as they are."""
    return Request("POST", headers or {}, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything within a document, from the outermost on."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(one, (*path, key))


def mutated(channel: str, *odd: Any) -> st.SearchStrategy[Any]:
    """A body of the samples in which things are removed, or replaced by any JSON, the samples' words or what is odd."""
    return mutated_calls(channel, *odd).map(lambda call: call[1])


def mutated_calls(channel: str, *odd: Any) -> st.SearchStrategy[tuple[dict[str, str], Any]]:
    """The same, with the headers of the sample."""
    calls = [(sample.headers, json.loads(sample.raw)) for sample in samples(channel) if not sample.malformed]
    words = {word for _, body in calls for word in json.dumps(body).split('"') if word.isidentifier()}
    return _mutated(calls, [*sorted(words), *odd])


@st.composite
def _mutated(draw: st.DrawFn, calls: list[tuple[dict[str, str], Any]], words: list[Any]) -> tuple[dict[str, str], Any]:
    headers, body = draw(st.sampled_from(calls))
    holder = [copy.deepcopy(body)]
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(list(places(holder))))
        target: Any = holder
        for key in path:
            target = target[key]
        if isinstance(target, dict) and draw(st.booleans()):
            del target[last]
        else:
            target[last] = draw(JSON | st.sampled_from(words))
    return headers, holder[0]


def assert_understood(
    channel: Channel,
    credentials: Credentials,
    body: object,
    reasons: Collection[str],
    headers: Mapping[str, str] | None = None,
) -> None:
    """Facts that can be stored, updates kept for one of the reasons, or a nudge; and the same ones each time."""
    asked = request(body, headers)
    found = channel.receiver.parse(asked, credentials)
    assert found == channel.receiver.parse(asked, credentials) or "NaN" in asked.body.decode()
    for one in found:
        assert isinstance(one, Fact | Unreadable | Nudge)
        if isinstance(one, Fact):
            assert_storable(one)
        elif isinstance(one, Unreadable):
            json.dumps(one.raw)
            assert one.reason.partition(":")[0] in reasons, one


def assert_read_in_linear_time(
    channel: Channel, credentials: Credentials, body: Callable[[int], object], size: int = 500
) -> None:
    """A body of so many messages gives as many facts, in a time that grows with their number and no faster."""

    def made(count: int) -> tuple[int, Request]:
        return count, request(body(count))

    def read(given: tuple[int, Request]) -> None:
        count, asked = given
        assert len(channel.receiver.parse(asked, credentials)) == count

    assert_linear(made, read, size)

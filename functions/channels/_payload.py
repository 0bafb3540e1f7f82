"""Reads what a platform delivers, update by update: what breaks a parser costs no other update, and leaves a traceback.

An update that cannot be read is kept as ``Unreadable`` and looked at by a person. Where a parser knows why, it raises
``UnreadableUpdate``. Any other exception is a fault of the parser's own: it is logged by its type and the places in our
code that it passed, with how many updates broke there. Its message is left out, as it may hold a customer's words.

Each comes with its ``Source``, the payload that reports it alone. It grows from the inside: each level puts what it was
given around what the level below kept, and leaves out the other updates, which are nothing to a second reading.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from channels.base import MalformedPayload, Request
from conversations.facts import Fact, Kind, Source, Unreadable
from shared import telemetry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from channels.base import Channel, Credentials

    Broken = tuple[str, tuple[str, ...]]
    """The type of an exception, and the places it passed, innermost last."""

Events = list[Fact | Unreadable]
FRAMES = 12
"""Innermost frames of a traceback that are logged."""
BROKEN = "broken_update"
OTHER_ACCOUNT = "other_account"
_RECEIPTS = frozenset({Kind.DELIVERED, Kind.READ})


class UnreadableUpdate(Exception):
    """An update that no fact can be made of; the text is the reason."""


def document(request: Request) -> Any:
    """Return the JSON of a body. Raises ``MalformedPayload`` where it is none."""
    try:
        return msgspec.json.decode(request.body)
    except (msgspec.DecodeError, RecursionError):
        return _odd_document(request.body)


def _odd_document(body: bytes) -> Any:
    """Return what the fast reader refuses and Python's takes: half a surrogate pair, another encoding of Unicode."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedPayload from None


def as_object(value: object) -> dict[str, Any]:
    """Return a JSON object. Raises ``UnreadableUpdate`` for anything else."""
    if not isinstance(value, dict):
        raise UnreadableUpdate("malformed")
    return value


def unreadable(reason: str, raw: object) -> Unreadable:
    """Return an update that is itself what is read once more, within what ``within`` puts around it."""
    return Unreadable(reason, raw, Source(raw))


def of_other_account(
    channel: str, account: str, read: Callable[..., Iterable[Fact | Unreadable]]
) -> Callable[..., Events]:
    """Return a reader of the updates of an account that is not the connection's: ``read`` is that account's own.

    That account's connection reads each. Where it has none, they are quarantined, and receipts are listed apart.
    """

    def read_for_it(update: dict[str, Any], *context: Any) -> Events:
        return elsewhere(account, update, read_each(channel, [update], read, *context))

    return read_for_it


def elsewhere(account: str, raw: object, events: Events, kept: tuple[Fact, ...] = ()) -> Events:
    """Return an update of another account; ``events`` is what it is there, of which nothing stays nothing.

    ``kept`` is what it is here where no connection has that account.
    """
    if all(isinstance(event, Unreadable) for event in events):
        return [replace(event, account=account) for event in events if isinstance(event, Unreadable)]
    is_receipt = all(isinstance(event, Fact) and event.kind in _RECEIPTS for event in events)
    reason = f"not_handled:{OTHER_ACCOUNT}" if is_receipt else OTHER_ACCOUNT
    return [Unreadable(reason, raw, Source(raw), account, kept)]


def within(events: Events, around: Callable[[Any], Any]) -> Events:
    """Return events of a part of a payload; ``around`` returns the payload of what is read once more of that part."""
    for event in events:
        if isinstance(event, Unreadable):
            return [_surrounded(each, around) if isinstance(each, Unreadable) else each for each in events]
    return events


def _surrounded(event: Unreadable, around: Callable[[Any], Any]) -> Unreadable:
    source = event.source or Source(event.raw)
    return replace(event, source=replace(source, document=around(source.document)))


def without_lists(holder: dict[str, Any], beside: Collection[str] = ()) -> dict[str, Any]:
    """Return what stands around updates: no list, as that holds updates of others, except those named ``beside``."""
    return {name: value for name, value in holder.items() if name in beside or not isinstance(value, list)}


def read_each(
    channel: str,
    updates: Iterable[Any],
    read: Callable[..., Iterable[Fact | Unreadable]],
    *context: Any,
    keep: Callable[[str, Any], Unreadable] = unreadable,
) -> Events:
    """Return what ``read(update, *context)`` finds in each update, in their order.

    What is no JSON object, or cannot be read, becomes ``keep(reason, update)``.
    """
    events: Events = []
    broken: list[Broken] = []
    for update in updates:
        try:
            found = read(as_object(update), *context)
            # A list is made of others, so that all of an update is read, or nothing.
            events += found if isinstance(found, list) else list(found)
        except UnreadableUpdate as unreadable:
            events.append(keep(str(unreadable), update))
        except Exception as error:
            broken.append(_trace(error))
            events.append(keep(BROKEN, update))
    if broken:
        _report(channel, Counter(broken))
    return events


def read_source(channel: Channel, source: Source, credentials: Credentials) -> Events:
    """Return what a source reports; where the parser still breaks, that is logged and ``Unreadable`` as before."""
    request = Request("POST", source.headers, {}, json.dumps(source.document).encode())

    def parse(_: object) -> Iterable[Any]:
        return channel.receiver.parse(request, credentials)

    return read_each(channel.name, [{}], parse, keep=lambda reason, _: Unreadable(reason, None))


def read_list(
    channel: str,
    holder: dict[str, Any],
    name: str,
    read: Callable[..., Iterable[Fact | Unreadable]],
    *context: Any,
    beside: Collection[str] = (),
) -> Events:
    """Return what ``read`` finds in the list of this name; one that is there and no list is ``Unreadable``.

    ``beside`` names lists of the holder on which the meaning of an update depends.
    """
    updates = holder.get(name)
    if updates is None:
        return []
    if not isinstance(updates, list):
        return [unreadable("malformed", holder)]
    events = read_each(channel, updates, read, *context)
    return within(events, lambda update: {**without_lists(holder, beside), name: [update]})


def _trace(error: Exception) -> Broken:
    frames = deque(walk_tb(error.__traceback__), maxlen=FRAMES)
    return type(error).__name__, tuple(
        f"{'/'.join(frame.f_code.co_filename.rsplit('/', 2)[1:])}:{line} {frame.f_code.co_name}"
        for frame, line in frames
    )


def _report(channel: str, broken: Counter[Broken]) -> None:
    for (error, frames), count in broken.items():
        telemetry.logger.error("Parser failed", channel=channel, error=error, frames=list(frames), updates=count)
        telemetry.count("ParserFailed", count, channel=channel)

"""The services around the pure core, as dictionaries: table with stream, queue, scheduler, platform.

Each operation is a moment at which a function can be killed: the fuse says at which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from storage import attribute_values

Key = tuple[str, str]
Json = dict[str, Any]


class Killed(Exception):
    """The function died here."""


class Conflict(Exception):
    """Somebody else changed what was read."""


@dataclass
class Fuse:
    """Burns with every operation; when it is used up, the function that runs is dead."""

    left: int | None = None

    def burn(self) -> None:
        """One operation; raises ``Killed`` when it was one too many."""
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            raise Killed


@dataclass(frozen=True)
class Write:
    """One item to be written, under a condition on what is there now."""

    item: attribute_values.Item
    holds: Callable[[attribute_values.Item | None], bool] = lambda found: True

    @property
    def key(self) -> Key:
        return self.item["pk"], self.item["sk"]


@dataclass
class Table:
    """Items in the form of DynamoDB's protocol, and the stream of their changes."""

    fuse: Fuse
    wired: dict[Key, Json] = field(default_factory=dict)
    stream: list[Json] = field(default_factory=list)
    """Records that no function has taken yet."""
    past: list[Json] = field(default_factory=list)
    """Records that were taken."""

    def get(self, key: Key) -> attribute_values.Item | None:
        found = self.wired.get(key)
        return attribute_values.decode(found) if found else None

    def range(self, pk: str, begin: str = "") -> Iterator[attribute_values.Item]:
        """A partition, in its order, as far as its sort keys begin so."""
        for key in sorted(self.wired):
            if key[0] == pk and key[1].startswith(begin):
                yield attribute_values.decode(self.wired[key])

    def transact(self, *writes: Write) -> None:
        """All of them or none; raises ``Conflict``."""
        self.fuse.burn()
        if not all(write.holds(self.get(write.key)) for write in writes):
            raise Conflict
        for write in writes:
            self._change(write.key, attribute_values.encode(write.item))

    def remove(self, key: Key) -> None:
        self.fuse.burn()
        self._change(key, None)

    def _change(self, key: Key, new: Json | None) -> None:
        old = self.wired.get(key)
        if old == new:
            return  # the service reports no change where there is none
        images = {"OldImage": old, "NewImage": new}
        self.stream.append({"dynamodb": {name: image for name, image in images.items() if image}})
        if new is None:
            del self.wired[key]
        else:
            self.wired[key] = new


@dataclass
class Queue:
    """Ids of messages, in their order per conversation."""

    fuse: Fuse
    groups: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def put(self, conversation: str, action_id: str) -> None:
        self.fuse.burn()
        if action_id not in self.groups[conversation]:
            self.groups[conversation].append(action_id)

    def first(self, conversation: str) -> str | None:
        return next(iter(self.groups[conversation]), None)

    def done(self, conversation: str) -> None:
        self.fuse.burn()
        self.groups[conversation].pop(0)

    def is_empty(self) -> bool:
        return not any(self.groups.values())


@dataclass
class Scheduler:
    """The schedule of each conversation's next call, and the calls that were made of those that came due."""

    fuse: Fuse
    schedules: dict[str, tuple[str, int]] = field(default_factory=dict)
    named: dict[str, tuple[str, int]] = field(default_factory=dict)
    """For which version and time each was asked for."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Calls that no function has finished yet: conversation and version."""
    past: list[tuple[str, str]] = field(default_factory=list)

    def put(self, conversation: str, version: str, at: int, now: int) -> None:
        self.fuse.burn()
        self.schedules[conversation] = version, max(at, now + 1000)
        self.named[conversation] = version, at

    def delete(self, conversation: str, version: str, at: int) -> None:
        """Remove the schedule of this version and time, and no newer one."""
        self.fuse.burn()
        if self.named.get(conversation) == (version, at):
            self.schedules.pop(conversation, None)

    def fire(self, now: int) -> None:
        """Call for all that is due; a schedule is gone when it has fired."""
        for conversation, (version, at) in sorted(self.schedules.items()):
            if at <= now:
                del self.schedules[conversation]
                self.calls.append((conversation, version))

    def next_at(self) -> int | None:
        return min((at for _, at in self.schedules.values()), default=None)


@dataclass(frozen=True)
class Posted:
    """A message of ours on the platform."""

    action_id: str
    conversation: str
    text: str
    at: int
    visible_at: int

    @property
    def platform_id(self) -> str:
        return f"p-{self.action_id}"


@dataclass
class Platform:
    """The platform's side: what we posted there, in its order."""

    fuse: Fuse
    posts: list[Posted] = field(default_factory=list)

    def post(self, action_id: str, conversation: str, text: str, at: int, visible_at: int) -> Posted:
        self.fuse.burn()
        self.posts.append(Posted(action_id, conversation, text, at, visible_at))
        return self.posts[-1]

    def find(self, conversation: str, text: str, since: int, others: frozenset[str], now: int) -> str | None:
        """Our message of this text, if it is to be seen by now."""
        found = (
            post.platform_id
            for post in self.posts
            if (post.conversation, post.text) == (conversation, text)
            and post.at >= since
            and post.visible_at <= now
            and post.platform_id not in others
        )
        return next(found, None)

"""Stream records as changes: the old and the new image as our own types, and a batch of them by conversation."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from conversations.actions import State
from conversations.facts import Kind
from dispatch import outreach_changes
from storage import attribute_values, file_items, forward_items, keys, mapping

if TYPE_CHECKING:
    from conversations.facts import Fact
    from conversations.identity import Identity


EXPIRY = "dynamodb.amazonaws.com"
"""The service that removes items whose time to live has ended."""


class Change(Struct, frozen=True, dict=True):
    """One item before and after; None where it was not there."""

    old: attribute_values.Item | None
    new: attribute_values.Item | None
    is_expired: bool = False
    """DynamoDB removed it, as its time had come."""
    created: float | str = 0
    """Time at which the stream noted it: seconds since 1970, or as the AWS CLI writes a time."""

    @classmethod
    def of(cls, record: dict[str, Any]) -> Change:
        """The change a record of the stream reports."""
        images = record["dynamodb"]
        old, new = images.get("OldImage"), images.get("NewImage")
        is_expired = record.get("userIdentity", {}).get("principalId") == EXPIRY
        return cls(
            attribute_values.decode(old) if old else None,
            attribute_values.decode(new) if new else None,
            is_expired,
            images["ApproximateCreationDateTime"],
        )

    @cached_property
    def fact(self) -> Fact | None:
        """The fact that was stored; None where the item is, or now is, something else. Decoded once."""
        return mapping.fact_of(self.new) if self.new and keys.is_fact(self.new) else None

    @property
    def stored_at(self) -> int:
        """Time at which the item became so: whole seconds, in milliseconds, also of a repeated record."""
        created = self.created
        seconds = datetime.fromisoformat(created).timestamp() if isinstance(created, str) else created
        return int(seconds) * 1000

    @property
    def item(self) -> attribute_values.Item:
        """The image that is there."""
        return self.new or self.old or {}

    @property
    def conversation(self) -> str:
        """The conversation whose entry changed."""
        return keys.conversation_of(self.item)


class Batch(Struct):
    """The new facts of a batch by conversation, so that a burst of messages costs one read and one write."""

    changes: list[Change] = field(default_factory=list)
    """The records, decoded, in their order."""
    facts: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    identities: dict[str, Identity] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The conversations with new facts, by thread: under a visitor's post all comments are one."""
    wholes: dict[str, tuple[bool, int | None]] = field(default_factory=dict)
    """Threads that were looked at: whether each is folded as a whole, and until when it was erased, if known."""
    done: dict[str, Exception | None] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    """Conversations of which something could not be carried out, so that what came after it has to wait for it."""
    changed: set[str] = field(default_factory=set)
    """Conversations in which something is otherwise now."""
    senders: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Channel and name of the connections of conversations whose heads are in the batch."""
    teams: set[str] = field(default_factory=set)
    """Teams whose lists are otherwise now."""
    asks: set[str] = field(default_factory=set)
    """Teams in which otherwise many texts wait for approval now, or a search paused itself or goes on."""

    @classmethod
    def of(cls, records: list[dict[str, Any]]) -> Batch:
        """Collect what a batch of records adds to conversations."""
        batch = cls()
        for record in records:
            change = Change.of(record)
            batch.changes.append(change)
            batch._note(change)
            if change.new and change.fact:
                if change.conversation not in batch.facts:
                    batch.threads[keys.thread_of(change.item)].append(change.conversation)
                batch.facts[change.conversation].append(change.fact)
                batch.identities[change.conversation] = keys.identity_of(change.new, "")
        return batch

    def _note(self, change: Change) -> None:
        """Note what a page that shows it has to read again. A new message is noted when it is in its head."""
        images = [image for image in (change.old, change.new) if image]
        heads = [image for image in images if keys.is_head(image)]
        self.teams |= {keys.team_of(image) for image in heads}
        self.senders.update((change.conversation, keys.connection_named_in(image)) for image in heads)
        item = change.item
        if team := outreach_changes.team_that_is_asked(change.old, change.new):
            self.asks.add(team)
            self.teams.add(team)
        fact = change.fact or (mapping.fact_of(item) if keys.is_fact(item) else None)
        marks = fact is not None and fact.kind != Kind.MESSAGE
        done = keys.is_action(item) and not _is_leased(change)
        if heads or marks or done or file_items.is_item(item):
            self.changed.add(change.conversation)


def _is_leased(change: Change) -> bool:
    """Return whether a message was only taken to be sent. Pages are told what becomes of it, mostly within a second."""
    new = change.new or {}
    return change.old is not None and forward_items.fields_of(new).get(forward_items.STATE) == State.SENDING

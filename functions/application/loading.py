"""A conversation read and folded over everything that is stored of it: what each decision is made from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

import channels
from conversations import recipients, sla, status
from conversations.actions import is_undone
from conversations.conversation import Conversation
from conversations.customer import is_customers
from conversations.fold import act, fold
from conversations.identity import clamp, position, split_id
from conversations.message_fold import messages_of
from conversations.send_options import Way
from conversations.team_settings import Team
from storage import conversations, keys, teams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conversations.actions import Action
    from conversations.attachments import Attached
    from conversations.attention import Standing
    from conversations.facts import Author, Fact
    from conversations.identity import Identity
    from conversations.messages import Message


class LoadedConversation(Struct, frozen=True, dict=True):
    """A conversation as it truly is now, also where the head in the table is still behind."""

    id: str
    head: Conversation
    """Folded over everything stored; its version is that of the head in the table."""
    facts: list[Fact]
    actions: list[Action]
    rules: Callable[[str], Team] = Team
    """Returns the settings of a team by its name; by itself, a team has no targets."""
    files: Sequence[Attached] = ()
    """The files that came with messages, or go with answers, and their stages."""

    def messages(self) -> list[Message]:
        """Return its messages, in order. They are folded once; the list is the caller's own."""
        return list(self._messages)

    @cached_property
    def _messages(self) -> list[Message]:
        return messages_of(self.head.identity, self.facts, self.actions)

    @cached_property
    def standing(self) -> Mapping[str, Standing]:
        """Return the state of each message of others, by its id: whether it needs something, and who said so.

        Where only the newest part was read, what an action knew is counted from there.
        """
        before = self.head.inbound - sum(1 for each in self._messages if each.direction == "inbound")
        done = [
            replace(each, seen=max(each.seen - before, 0)) if before else each
            for each in sorted(self.actions, key=status.moment_of)
            if not is_undone(each)
        ]
        return status.standing(self.head, self._messages, sorted(self.facts, key=position), done)

    @property
    def names_recipients(self) -> bool:
        """Return whether messages here name to whom they go, as mails do."""
        return channels.get(self.head.identity.channel).capabilities.addressed

    @property
    def person_answered(self) -> Author:
        """Return the person to whom an answer goes by itself."""
        if not self.names_recipients:
            return self.head.customer
        return recipients.writer_answered(self.head, self.messages())

    def message_answered(self, way: Way | None, to: Sequence[str] = ()) -> str | None:
        """Return the id of the message that is answered, where the platform wants to know: the customer's last one.

        A message that was removed is not answered. Where messages name to whom they go, it is the last one of those.
        """
        channel = channels.get(self.head.identity.channel)
        if self.names_recipients:
            message = recipients.message_answered(self.head, self.messages(), to)
            return message.platform_id if message else None
        if way != Way.PRIVATE_REPLY and not channel.capabilities.replies_to_latest:
            return None
        theirs = [each for each in self.messages() if is_customers(self.head, each) and not each.deleted]
        return theirs[-1].id if theirs else None

    def moment(self, now: int) -> int:
        """Return the time of the next action: after all earlier ones, whatever the clocks of two functions say.

        Messages stand, and leave, in the order in which they were written.
        """
        return max([now, *(action.at + 1 for action in self.actions)])

    def after(self, *actions: Action) -> Conversation:
        """Return the head after one more action, or several that are done at once, in their order."""
        after: Conversation | None = self.head
        for action in actions:
            after = act(after, action) if after else None
        after = after or fold(self.head.identity, self.facts, [*self.actions, *actions])
        assert after is not None
        return with_due(_kept(after, self.head), self.rules)


def load(conversation_id: str) -> LoadedConversation | None:
    """Read a conversation and fold it; None if there is none of this id.

    A comment's conversation that was taken up into its post's is found under the post's id.
    """
    stored = conversations.read(conversation_id)
    before = stored.heads.get(conversation_id)
    if before is None:
        whole = conversations.head(conversation_id)
        return load(keys.id_of(whole.identity)) if whole else None
    return from_entries(conversation_id, before, stored)


def from_entries(conversation_id: str, before: Conversation, stored: conversations.Thread) -> LoadedConversation | None:
    """Fold a conversation of which everything was read; ``before`` is its head in the table."""
    truth = folded(before, stored)
    if truth is None:
        return None
    return LoadedConversation(conversation_id, truth, stored.facts, stored.actions, teams.team, stored.files)


def beginning_with(identity: Identity, fact: Fact) -> LoadedConversation | None:
    """Return the conversation to which a message belongs that may not be stored yet, as it is with that message.

    One that is not there yet has no version, and belongs to the team that ``identity`` names. None where all of that
    time was erased.
    """
    thread, branch = split_id(keys.id_of(identity))
    beside = conversations.thread_heads(thread, [branch])[branch] if branch else None
    is_whole = beside is not None and (beside.whole or conversations.head(thread))
    identity = replace(identity, branch_id="") if is_whole else identity
    name = keys.id_of(identity)
    stored = conversations.read(name)
    erased_at = max(stored.erased.get(name, 0), beside.erased_at if beside else 0)
    if clamp(fact.at) <= erased_at:
        return None
    known = {position(each) for each in stored.facts}
    facts = stored.facts if position(fact) in known else [*stored.facts, fact]
    before = stored.heads.get(name) or Conversation(identity, erased_at=erased_at)
    head = folded(before, replace(stored, facts=facts))
    return LoadedConversation(name, head, facts, stored.actions, teams.team, stored.files) if head else None


def folded(before: Conversation, stored: conversations.Thread) -> Conversation | None:
    """Return the head that the stored entries lead to, with the version of the one in the table; None without any."""
    after = fold(before.identity, stored.facts, stored.actions)
    return with_due(_kept(after, before)) if after else None


def with_due(head: Conversation, rules: Callable[[str], Team] = teams.team) -> Conversation:
    """Return the head with what its team wants to do next, and by when; sooner for an important customer."""
    return sla.with_due(head, rules(head.identity.team))


def _kept(after: Conversation, before: Conversation) -> Conversation:
    """Return a head with what entries do not tell: its version, its erasure, and that the customer is important."""
    return replace(after, version=before.version, erased_at=before.erased_at, vip=before.vip)

"""The conversation that begins with an offer: the stranger's post and our answer, written in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

import channels
from application import loading
from application.commands import execute
from conversations.actions import State
from conversations.facts import Visibility
from conversations.fold import situation
from conversations.identity import Identity
from conversations.send_options import Way
from outreach import leaving, posting
from outreach.posting import may_be_posted
from shared.telemetry import logger
from storage import connections, conversations, customers, proposals, received_facts, writes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.commands import Context
    from application.loading import LoadedConversation
    from conversations.actions import Action
    from conversations.facts import Author, Fact
    from outreach.proposals import Proposal
    from storage.attribute_values import StoredItem
    from storage.writes import Write


class OfferConversation:
    """The place of a stranger's post, where an offer leaves, or is found to stand. Done twice, it is done once."""

    def __init__(self, proposal: Proposal, fact: Fact, clock: Callable[[], int]) -> None:
        post = proposal.post
        self._proposal, self._clock = proposal, clock
        self._post, self._items = received_facts.prepared(post.channel, post.connection, fact, clock())
        self._who = Identity(
            post.channel,
            post.connection,
            Visibility.PUBLIC,
            self._post.thread_id,
            self._post.branch_id,
            proposal.team,
        )
        self._is_closed = False

    def expect(self) -> None:
        """Note where an answer of ours would stand that somebody posts by hand, on a platform that tells no threads."""
        identity = self._who
        if self._post.thread_is_guess:
            received_facts.store_reference(
                identity.channel, identity.connection, self._post.message_id, identity, self._clock()
            )

    def leave(self) -> str:
        """Store the message that leaves; return the reason where it cannot, and nothing where all is well."""

        def beside(_conversation: LoadedConversation) -> list[Write]:
            return [proposals.unchanged(self._proposal)]

        return self._store(lambda action: action, beside)

    def attach(self, platform_id: str, url: str, by: Author, text: str, *further: Write) -> None:
        """Store the message as one that a person posted by hand, and the proposal as ``posted``.

        ``platform_id`` is empty where it is not known: what the platform tells of it is known by its text then.
        """

        def posted(action: Action) -> Action:
            sent = {"state": State.SENT, "platform_id": platform_id, "attempted_at": action.at}
            return replace(action, by=by, text=text, **sent)

        def beside(conversation: LoadedConversation) -> list[Write]:
            now = self._clock()
            after = leaving.attached(self._proposal, conversation.id, url, now)
            changes = [proposals.change_write(self._proposal, after, now), *further]
            if self._post.thread_is_guess and platform_id:
                changes.append(writes.put(self._reference(platform_id, conversation.head.identity, now)))
            return changes

        self._store(posted, beside)

    def correct(self, action: Action, platform_id: str, url: str, *further: Write) -> Proposal:
        """Store another address of our post, and return the proposal; raises ``StepRefused`` and ``Conflict``."""
        identity, now, conversation = self._who, self._clock(), self._proposal.conversation
        changes = [conversations.delivery_write(conversation, action, replace(action, platform_id=platform_id))]
        if self._post.thread_is_guess:
            if action.platform_id:
                changes.append(
                    received_facts.reference_removal(identity.channel, identity.connection, action.platform_id)
                )
            if platform_id:
                changes.append(writes.put(self._reference(platform_id, identity, now)))
        return proposals.change(self._proposal, posting.corrected(self._proposal, url), now, *changes, *further)

    def _reference(self, platform_id: str, place: Identity, now: int) -> StoredItem:
        return received_facts.reference_item(self._who.channel, self._who.connection, platform_id, place, now)

    def _store(self, make: Callable[[Action], Action], beside: Callable[[LoadedConversation], list[Write]]) -> str:
        """Store post, message and head, with what is to be written beside them, or nothing."""

        def decide(conversation: LoadedConversation, context: Context) -> Sequence[Action]:
            action = self._message(conversation, context)
            return [make(action)] if action else []

        def extra_writes(conversation: LoadedConversation, _actions: Sequence[Action], now: int) -> Sequence[Write]:
            return [*beside(conversation), *map(writes.put, self._beginning(conversation, now))]

        executed = execute("", decide, self._clock, extra_writes=extra_writes, load=self._load)
        if executed is None:
            return "erased"
        if executed.action_id:
            logger.info("Offer stored", conversation_id=executed.conversation.id, action_id=executed.action_id)
        return "route_closed" if self._is_closed else ""

    def _load(self, _conversation_id: str) -> LoadedConversation | None:
        return loading.beginning_with(self._who, self._post)

    def _message(self, conversation: LoadedConversation, context: Context) -> Action | None:
        """Return the message of the offer; None where it is stored, the proposal is otherwise now, or no way open."""
        current = proposals.read(self._proposal.id)
        if current is None or not may_be_posted(current) or current.closed_at != self._proposal.closed_at:
            return None
        self._proposal, identity = current, self._who
        name = leaving.action_id(current)
        if any(action.id == name for action in conversation.actions):
            return None
        options = connections.options_of(identity.channel, identity.connection)
        routes = channels.get(identity.channel).sender.send_options(situation(conversation.head, options), context.now)
        route = next((each for each in routes if each.visibility == Visibility.PUBLIC), None)
        is_by_hand = current.offer is not None and current.offer.by_hand
        way = Way.PUBLIC_REPLY if is_by_hand else route.way if route else None
        self._is_closed = way is None
        if way is None:
            return None
        return leaving.message(current, self._post, conversation.head, conversation.messages(), way)

    def _beginning(self, conversation: LoadedConversation, now: int) -> list[StoredItem]:
        """Return the stranger's post where it is not stored yet, and the conversation among those of its author."""
        identity, author = self._who, self._post.author.id
        items = self._items if any(fact is self._post for fact in conversation.facts) else []
        if not author:
            return items
        expires = writes.expires_at(self._post.at, now)
        return [
            *items,
            customers.remembered_item(identity.channel, identity.connection, author, conversation.id, expires),
        ]

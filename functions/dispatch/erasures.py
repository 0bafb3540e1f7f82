"""Removes what is left of erased conversations and customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application import loading, projection
from application.commands import repeat_on_conflict
from conversations import identity
from dispatch import placement
from storage import (
    conversations,
    customer_aliases,
    customer_cards,
    customers,
    erased_conversations,
    files,
    keys,
    left_out_mails,
    offer_claims,
    proposals,
    quarantine_erasure,
    raw_mails,
)

if TYPE_CHECKING:
    from conversations.conversation import Conversation
    from dispatch.stream_changes import Change


def complete(change: Change, now: int) -> bool:
    """Remove the rest of what a change says was erased; returns whether it is one that says so."""
    if change.new is None:
        return False
    if not keys.is_head(change.new) and (erased := keys.erased_of(change.new)):
        erased_conversations.purge(*erased)
        files.purge(*erased)
        raw_mails.purge_conversation(*erased, now)
        _fold_sharers(*erased, now)
        return True
    if customer := customers.erased_of(change.new):
        _forget_customer(customer, now)
        return True
    return False


def _fold_sharers(conversation_id: str, erased_at: int, now: int) -> None:
    """Fold the conversations that share entries with an erased one.

    Of a comment's conversation, that is the one of its post, which took it up; of a post's, those of its comments that
    were not taken up yet.
    """
    thread, branch = identity.split_id(conversation_id)
    heads = [thread] if branch else conversations.read(thread).heads.keys() - {thread}
    for other in heads:
        repeat_on_conflict(lambda other=other: _fold_rest(other, erased_at, now))


def _fold_rest(conversation_id: str, erased_at: int, now: int) -> None:
    """Fold what an erasure left of a conversation; of which nothing is left, that is erased as well."""
    if not _own_head(conversation_id) or projection.refold(conversation_id, now, placement.place):
        return
    left = conversations.read(conversation_id)
    head = left.heads.get(conversation_id)
    if head and loading.folded(head, left) is None:
        erased_conversations.replace_head(head, erased_at, now)


def _forget_customer(erased: customers.ErasedCustomer, now: int) -> None:
    """Remove what is an erased customer's and stands in no conversation: what could not be read, and original mails."""
    for key in quarantine_erasure.purge(erased.channel, erased.connection, erased.digest, erased.at):
        raw_mails.drop(key, now)
    raw_mails.purge_customer(erased.digest, erased.at, now)
    left_out_mails.purge_customer(erased.digest, erased.at)
    customer_cards.purge(erased.digest)
    offer_claims.purge_customer(erased.digest)
    proposals.purge_customer(erased.digest)
    _erase_begun(erased, now)
    for thread in customer_aliases.purge(erased.digest):
        erased_conversations.erase(thread, now)  # or what comes late under another of their ids would begin one


def _erase_begun(erased: customers.ErasedCustomer, now: int) -> None:
    """Erase the conversations that an offer began while its person was being erased: none begins from now on."""
    for name in customers.conversations_of_digest(erased.digest):
        head = _own_head(name)
        if head and head.origin and head.opened_at <= erased.at:
            erased_conversations.erase(name, now)


def _own_head(conversation_id: str) -> Conversation | None:
    """Return the head of a conversation as it is now; None for one that another person's took up."""
    head = conversations.head(conversation_id)
    return head if head and keys.id_of(head.identity) == conversation_id else None

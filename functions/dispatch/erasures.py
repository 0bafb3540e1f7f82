"""Removes what is left of erased conversations and customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from dispatch.stream_changes import Change


def complete(change: Change, now: int) -> bool:
    """Remove the rest of what a change says was erased; returns whether it is one that says so."""
    if change.new is None:
        return False
    if erased := keys.erased_of(change.new):
        erased_conversations.purge(*erased)
        files.purge(*erased)
        raw_mails.purge_conversation(*erased, now)
        return True
    if customer := customers.erased_of(change.new):
        _forget_customer(customer, now)
        return True
    return False


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
        head = conversations.head(name)
        if head and head.origin and head.opened_at <= erased.at:
            erased_conversations.erase(name, now)

"""Cards of customers are kept as long as their conversations go on."""

from __future__ import annotations

from msgspec.structs import replace

from conversations.conversation import Conversation, LastMessage
from conversations.facts import Author, Visibility
from conversations.identity import Identity
from conversations.kept_cards import WEEK, KeepCard, kept_cards

CHAT = Identity("facebook", "demo", Visibility.PRIVATE, "page:7001", team="service")


def head(at: int) -> Conversation:
    return Conversation(CHAT, customer=Author("7001", "Jana"), last_message=LastMessage(at, "", "", "", False))


def test_first_message_of_a_week_keeps_the_card() -> None:
    kept = [KeepCard("facebook", "demo", "7001", 5 * WEEK)]
    assert kept_cards(None, head(5 * WEEK)) == kept
    assert kept_cards(head(5 * WEEK - 1), head(5 * WEEK)) == kept
    assert kept_cards(head(5 * WEEK), head(6 * WEEK - 1)) == []


def test_author_whom_nobody_vouches_for_keeps_no_card() -> None:
    assert kept_cards(None, replace(head(WEEK), unproven=True)) == []

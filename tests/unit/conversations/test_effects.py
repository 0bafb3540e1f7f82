"""Effects of a change of a head: nothing is forgotten, and nothing is counted twice or not at all."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conversations.conversation import Conversation, Window
from conversations.effects import Count, Reconsider, Remember, Schedule, Unschedule, effects_of_head
from conversations.facts import Author, Visibility
from conversations.identity import Identity
from conversations.promise import FollowUp, Promise

COMMENT = Identity("facebook", "demo", Visibility.PUBLIC, "page_2", "2_5", team="service")
HEAD = Conversation(COMMENT, version=1)
JANA = Author("7001", "Jana")


def test_a_customer_who_joins_what_the_company_began_is_remembered() -> None:
    """Invariant 11: or the conversation would be left when all data of the customer is erased."""
    joined = replace(HEAD, customer=JANA, version=2)
    remembered = Remember("facebook", "demo", "7001", HEAD.opened_at)
    assert remembered in effects_of_head(None, joined)
    assert remembered in effects_of_head(HEAD, joined)
    assert remembered not in effects_of_head(joined, replace(joined, version=3))


def test_a_conversation_that_began_again_after_it_was_erased_is_counted_apart() -> None:
    """Its heads have the numbers that the erased ones had, and what has been counted is known by them."""
    promised = replace(HEAD, follow_up=FollowUp("1", Promise(9, "Und?"), JANA, made_at=5), version=2)
    begun_again = replace(promised, erased_at=1_790_000_000_000)
    names = [
        effect.head_version
        for head in (promised, begun_again)
        for effect in effects_of_head(replace(head, follow_up=None, version=1), head)
        if isinstance(effect, Count)
    ]
    assert len(names) == len(set(names)) == 2


def test_the_schedule_follows_the_promise() -> None:
    """Invariant 6."""
    promised = replace(HEAD, follow_up=FollowUp("1", Promise(9000, "Und?"), JANA))
    moved = replace(HEAD, follow_up=FollowUp("2", Promise(5000, "Und?"), JANA))
    assert Schedule("1", 9000) in effects_of_head(HEAD, promised)
    assert Schedule("2", 5000) in effects_of_head(promised, moved)
    assert Unschedule("1", 9000) in effects_of_head(promised, moved)
    assert Unschedule("1", 9000) in effects_of_head(promised, HEAD)
    assert Unschedule("1", 9000) in effects_of_head(promised, None)
    calls = [each for each in effects_of_head(promised, promised) if isinstance(each, Schedule | Unschedule)]
    assert calls == []


@pytest.mark.parametrize(
    "change", [{"removed": True}, {"window": Window(5)}, {"customer": JANA}, {"window": Window(None, True)}]
)
def test_plan_is_made_again_when_a_field_changes_that_it_rests_on(change: dict[str, object]) -> None:
    promised = replace(HEAD, follow_up=FollowUp("1", Promise(9000, "Und?"), JANA))
    assert Reconsider() in effects_of_head(promised, replace(promised, **change))  # type: ignore[arg-type]
    assert Reconsider() not in effects_of_head(promised, replace(promised, unread=1))
    assert Reconsider() not in effects_of_head(HEAD, replace(promised, **change))  # type: ignore[arg-type]

"""Facts about a whole thread hold for each of its messages."""

from __future__ import annotations

from msgspec.structs import replace

from conversations.facts import Fact, Kind, Visibility
from conversations.whole_threads import spread

FIRST = Fact(Kind.MESSAGE, Visibility.PUBLIC, "90", 1_000, "1", text="Router kaputt")
SECOND = replace(FIRST, at=2_000, message_id="2", text="Bei mir auch")
GONE_BEFORE = replace(SECOND, kind=Kind.REMOVED, at=3_000, text=None)
DESTROYED = replace(FIRST, kind=Kind.REMOVED, at=5_000, text=None, is_of_all=True)


def ids(facts: list[Fact]) -> set[tuple[str, str]]:
    return {(fact.kind.name, fact.message_id) for fact in facts}


def test_destruction_of_a_topic_removes_each_of_its_posts() -> None:
    assert ids(spread(DESTROYED, [FIRST, SECOND])) == {("REMOVED", "1"), ("REMOVED", "2")}
    assert not any(fact.is_of_all for fact in spread(DESTROYED, [FIRST, SECOND]))


def test_removal_of_one_post_leaves_the_others() -> None:
    assert spread(replace(DESTROYED, is_of_all=False), [FIRST, SECOND]) == [replace(DESTROYED, is_of_all=False)]


def test_return_of_a_topic_brings_back_only_what_went_with_it() -> None:
    known = [FIRST, SECOND, GONE_BEFORE, replace(DESTROYED, is_of_all=False)]
    back = replace(DESTROYED, kind=Kind.SHOWN, at=6_000)
    assert ids(spread(back, known)) == {("SHOWN", "1")}
    all_gone = [*known, replace(DESTROYED, message_id="2", is_of_all=False)]
    assert ids(spread(back, all_gone)) == {("SHOWN", "1"), ("SHOWN", "2")}

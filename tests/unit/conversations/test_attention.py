"""The state of each comment in a public thread, in any order of what is told and done."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conversations import status
from conversations.actions import Action, Attention, Moderation, State, Verb
from conversations.conversation import Conversation, Status
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import act, fold, receive
from conversations.identity import Identity, action_id, position
from conversations.message_fold import messages_of
from conversations.promise import FollowUpState, Promise
from storage import mapping

JANA, BEN, ANNA, PAGE = (Author(name.lower(), name) for name in ("Jana", "Ben", "Anna", "Page"))
MIRA = Author("agent-1", "Mira")
POST = Identity("facebook", "demo", Visibility.PUBLIC, "page_1", team="service")
CHAT = replace(POST, visibility=Visibility.PRIVATE)
BY_ID = {"page_1": JANA, "b": BEN, "a": ANNA}


def fact(at: int, message_id: str, kind: Kind = Kind.MESSAGE, **fields: Any) -> Fact:
    text = f"{message_id} at {at}" if kind in (Kind.MESSAGE, Kind.EDITED) else None
    branch = "" if message_id == "page_1" else message_id[0]
    given = {"author": BY_ID.get(message_id, BEN), "text": text, "parent_id": "page_1" if branch else None} | fields
    return Fact(kind, POST.visibility, POST.thread_id, at, message_id, branch, **given)


def action(at: int, verb: Verb, **fields: Any) -> Action:
    given = {"by": MIRA, "upto": at} | fields
    return Action(action_id(at, at.to_bytes(8, "big")), at, verb, **given)


def said(at: int, state: Attention, message_id: str, **fields: Any) -> Action:
    return action(at, Verb.ATTEND, attention=state, about=message_id, **fields)


def answer(at: int, message_id: str, **fields: Any) -> Action:
    given = {"seen": 3, "about": message_id, "state": State.SENT, "text": "Gern", "addressee": BEN} | fields
    return action(at, Verb.REPLY, **given)


def standing(facts: list[Fact], actions: list[Action], who: Identity = POST) -> dict[str, tuple[str, str]]:
    head = folded(facts, actions, who)
    ordered = sorted(facts, key=position)
    done = sorted(actions, key=status.moment_of)
    found = status.standing(head, messages_of(who, ordered, done), ordered, done)
    return {name: (str(each.state), each.reason) for name, each in found.items()}


def folded(facts: list[Fact], actions: list[Action], who: Identity = POST) -> Conversation:
    head = fold(who, facts, actions)
    assert head is not None
    return head


THREAD = [fact(1000, "page_1"), fact(2000, "b"), fact(3000, "a")]
OPEN = ("open", "")


def test_an_answer_to_one_comment_leaves_the_others_open() -> None:
    actions = [answer(5000, "b")]
    assert standing(THREAD, actions) == {"page_1": OPEN, "b": ("answered", ""), "a": OPEN}
    head = folded(THREAD, actions)
    assert (head.status, head.unread, head.waiting_since) == (Status.OPEN, 2, 1000)
    assert head.service_level.first_response_at == 5000


def test_an_answer_to_no_comment_answers_all_that_was_seen() -> None:
    actions = [action(5000, Verb.REPLY, seen=2, upto=2000, state=State.SENT)]
    assert standing(THREAD, actions) == {"page_1": ("answered", ""), "b": ("answered", ""), "a": OPEN}


def test_closing_leaves_open_comments_in_need_of_nothing() -> None:
    actions = [answer(5000, "b"), action(6000, Verb.RESOLVE, seen=3)]
    assert standing(THREAD, actions) == {
        "page_1": ("none", "resolved"),
        "b": ("answered", ""),
        "a": ("none", "resolved"),
    }
    assert folded(THREAD, actions).status == Status.RESOLVED


def test_an_answer_to_one_comment_that_closes_settles_the_others() -> None:
    found = standing(THREAD, [answer(5000, "b", resolve=True)])
    assert (found["b"], found["a"]) == (("answered", ""), ("none", "resolved"))


@pytest.mark.invariant(16)
@pytest.mark.parametrize("state", [Attention.ACKNOWLEDGED, Attention.NONE, Attention.ANSWERED])
def test_an_edit_opens_a_comment_again_until_somebody_knows_it(state: Attention) -> None:
    edited = [*THREAD, fact(6000, "b", Kind.EDITED)]
    stated = said(5000, state, "b", reason="Spam")
    assert standing(THREAD, [stated])["b"] == (state, "Spam")
    assert standing(edited, [stated])["b"] == OPEN
    known = said(7000, state, "b", about_edits=1, upto=6000)
    assert standing(edited, [stated, known])["b"] == (state, "")


@pytest.mark.invariant(10)
def test_an_edit_that_arrives_late_was_not_known_to_who_stated_something() -> None:
    stated = said(5000, Attention.NONE, "b")
    assert standing([*THREAD, fact(4000, "b", Kind.EDITED)], [stated])["b"] == OPEN


def test_a_removed_comment_needs_nothing_and_one_that_is_back_does() -> None:
    removed = [*THREAD, fact(6000, "b", Kind.REMOVED)]
    assert standing(removed, [])["b"] == ("none", "removed")
    assert folded(removed, []).unread == 2
    assert standing([*removed, fact(7000, "b", Kind.SHOWN)], [])["b"] == OPEN


def test_a_like_of_ours_is_enough_until_it_is_taken_back() -> None:
    like = action(5000, Verb.MODERATE, moderation=Moderation.LIKE, target="b", state=State.QUEUED)
    assert standing(THREAD, [like])["b"] == ("acknowledged", "liked")
    assert standing(THREAD, [replace(like, state=State.FAILED)])["b"] == OPEN
    unlike = action(6000, Verb.MODERATE, moderation=Moderation.UNLIKE, target="b", state=State.SENT)
    assert standing(THREAD, [like, unlike])["b"] == OPEN
    assert standing(THREAD, [answer(4000, "b"), like, unlike])["b"] == ("answered", "")


def test_a_like_that_was_given_on_the_platform_counts_too() -> None:
    like = fact(5000, "b", Kind.REACTION, author=PAGE, own=True)
    assert standing([*THREAD, like], [])["b"] == ("acknowledged", "liked")
    head = folded(THREAD, [])
    assert receive(head, like) is None
    theirs = fact(5000, "b", Kind.REACTION, author=JANA)
    assert standing([*THREAD, theirs], [])["b"] == OPEN


def test_the_last_word_about_a_comment_counts_and_opens_it_again() -> None:
    stated = [said(5000, Attention.NONE, "b", reason="Spam"), said(6000, Attention.OPEN, "b")]
    assert standing(THREAD, stated)["b"] == OPEN
    assert folded(THREAD, [*stated, action(7000, Verb.REPLY, seen=3, state=State.SENT)]).unread == 0


def test_a_failed_answer_answers_nobody() -> None:
    assert standing(THREAD, [answer(5000, "b", state=State.FAILED)])["b"] == OPEN


def test_in_a_chat_an_answer_answers_all() -> None:
    told = [replace(each, visibility=Visibility.PRIVATE, branch_id="", customer_id="jana") for each in THREAD]
    found = standing(told, [action(5000, Verb.REPLY, seen=3, state=State.SENT)], CHAT)
    assert set(found.values()) == {("answered", "")}


def test_a_statement_is_stored_as_what_an_earlier_version_reads_as_nothing() -> None:
    item = dict(mapping.action_item("c", stated := said(5000, Attention.NONE, "b", reason="Spam"), 1))
    assert '"verb":"tag"' in item["b"]
    assert mapping.action_of(item) == stated


def test_a_promise_to_the_author_of_a_comment_hangs_on_that_author() -> None:
    promised = answer(5000, "b", promise=Promise(90_000, "Und?", about="b", person=BEN), met=1)
    for writer, state in ((JANA, FollowUpState.PLANNED), (BEN, FollowUpState.CANCELLED)):
        more = fact(6000, "b2", author=writer)
        follow_up = folded([*THREAD, more], [promised]).follow_up
        assert follow_up is not None
        assert follow_up.state == state, writer
        assert receive(folded(THREAD, [promised]), more) is None


@pytest.mark.invariant(5)
def test_a_comment_of_that_author_that_arrives_late_cancels_the_promise() -> None:
    promised = answer(5000, "b", promise=Promise(90_000, "Und?", about="b", person=BEN), met=1)
    follow_up = folded([*THREAD, fact(4000, "b2", author=BEN)], [promised]).follow_up
    assert follow_up is not None
    assert follow_up.state == FollowUpState.CANCELLED


def _some_actions(at: int) -> st.SearchStrategy[Action]:
    ids = st.sampled_from(["page_1", "b", "a"])
    edits = st.integers(0, 2)
    return st.one_of(
        st.builds(lambda name, known: answer(at, name, about_edits=known), ids, edits),
        st.builds(
            lambda name, state, known: said(at, state, name, about_edits=known), ids, st.sampled_from(Attention), edits
        ),
        st.builds(
            lambda name, kind: action(at, Verb.MODERATE, moderation=kind, target=name, state=State.SENT),
            ids,
            st.sampled_from([Moderation.LIKE, Moderation.UNLIKE, Moderation.HIDE, Moderation.SHOW]),
        ),
        st.builds(lambda seen: action(at, Verb.REPLY, seen=seen, state=State.SENT), st.integers(0, 4)),
        st.builds(lambda seen: action(at, Verb.RESOLVE, seen=seen), st.integers(0, 4)),
    )


ACTIONS = st.lists(st.integers(10, 99), unique=True, max_size=5).flatmap(
    lambda times: st.tuples(*(_some_actions(each * 100) for each in times))
)
CHANGES = st.lists(
    st.tuples(
        st.integers(10, 99), st.sampled_from(["b", "a"]), st.sampled_from([Kind.EDITED, Kind.REMOVED, Kind.SHOWN])
    ),
    max_size=4,
)


@pytest.mark.invariant(2)
@settings(max_examples=150, deadline=None)
@given(actions=ACTIONS, changes=CHANGES, order=st.randoms(use_true_random=False))
def test_states_are_the_same_in_any_order_and_add_up_to_the_head(actions: Any, changes: Any, order: Any) -> None:
    facts = [*THREAD, *(fact(at * 100, name, kind) for at, name, kind in changes)]
    mixed, done = list(facts), list(actions)
    order.shuffle(mixed)
    order.shuffle(done)
    found = standing(facts, list(actions))
    assert standing([*mixed, *mixed], done) == found
    head = folded(facts, list(actions))
    assert folded(mixed, done) == head
    assert head.unread == sum(state == "open" for state, _ in found.values())
    assert bool(head.waiting_since) == bool(head.unread)


@pytest.mark.invariant(12)
@settings(max_examples=150, deadline=None)
@given(actions=ACTIONS, seen=st.integers(0, 3))
def test_one_more_action_or_message_leads_to_the_head_that_all_of_them_give(actions: Any, seen: int) -> None:
    before = folded(THREAD, list(actions))
    last = action(20_000, Verb.REPLY, seen=3, state=State.SENT, upto=3000)
    after = act(before, last)
    assert after is None or after == folded(THREAD, [*actions, last])
    message = fact(12_000 - seen * 4000, "a2", author=ANNA)
    received = receive(before, message)
    assert received is None or received == folded([*THREAD, message], list(actions))

"""Recipients of answers: the person who wrote last, whatever came in which order, and nobody else by itself."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import recipients
from conversations.actions import Action, State, Verb
from conversations.conversation import Conversation
from conversations.facts import Author, Fact, Kind, Recipients, Visibility
from conversations.fold import act, fold, receive
from conversations.identity import Identity, action_id, position
from conversations.message_fold import messages_of
from conversations.messages import Message
from conversations.send_options import Way

MAIL = Identity("email", "support", Visibility.PRIVATE, "t", team="service")
ANNA, BERND, CARLA = "anna@c15.example", "bernd@c15b.example", "carla@c15c.example"
START = 1_790_000_000_000


def mail(number: int, author: str, **fields: object) -> Fact:
    usual = {"author": Author(author, author.partition("@")[0].title()), "customer_id": author, "is_open": True}
    return Fact(
        Kind.MESSAGE, Visibility.PRIVATE, "t", START + number * 1000, f"{number}@x", text=str(number), **usual | fields
    )  # type: ignore[arg-type]


def answer(number: int, *to: str, **fields: object) -> Action:
    at = START + number * 1000
    usual = {"way": Way.PRIVATE_MESSAGE, "state": State.SENT, "to": to, "subject": "Re: Netz"}
    return Action(action_id(at, bytes([number] * 8)), at, Verb.REPLY, Author("jana", "Jana"), **usual | fields)  # type: ignore[arg-type]


def folded(facts: list[Fact], *actions: Action) -> tuple[Conversation, list[Message]]:
    head = fold(MAIL, facts, actions)
    assert head is not None
    return head, messages_of(MAIL, facts, actions)


@pytest.mark.parametrize(
    ("facts", "writer"),
    [
        ([mail(1, ANNA)], ANNA),
        ([mail(1, ANNA), mail(2, BERND)], BERND),
        ([mail(1, ANNA), mail(2, BERND), mail(3, ANNA)], ANNA),
        ([mail(1, ANNA), mail(2, BERND, unproven=True)], ANNA),
        ([mail(1, ANNA, unproven=True)], ANNA),
        ([mail(1, ANNA, unproven=True), mail(2, BERND)], BERND),
        ([mail(1, ANNA), mail(2, "hilfe@n.example", own=True, customer_id=BERND)], ANNA),
    ],
)
@pytest.mark.invariant(2)
def test_answer_goes_to_who_wrote_last_in_any_order_of_arrival(facts: list[Fact], writer: str) -> None:
    for order in permutations(facts):
        head, messages = folded(list(order))
        assert recipients.writer_answered(head, messages).id == writer


def test_answer_stands_below_the_last_message_of_those_to_whom_it_goes() -> None:
    head, messages = folded([mail(1, ANNA), mail(2, BERND), mail(3, CARLA)])
    below = {
        to: recipients.message_answered(head, messages, to) for to in [(ANNA,), (BERND, ANNA), ("x@y.example",), ()]
    }
    assert {to: each.id if each else None for to, each in below.items()} == {
        (ANNA,): "1@x",
        (BERND, ANNA): "2@x",
        ("x@y.example",): "3@x",
        (): "3@x",
    }


@pytest.mark.parametrize(
    ("facts", "actions", "elsewhere"),
    [
        ([mail(1, ANNA)], [], False),
        ([mail(1, ANNA)], [answer(2, ANNA)], False),
        ([mail(1, ANNA)], [answer(2)], False),
        ([mail(1, ANNA)], [answer(2, BERND)], True),
        ([mail(1, ANNA)], [answer(2, BERND), answer(3, ANNA, BERND)], False),
        ([mail(1, ANNA)], [answer(2, ANNA), answer(3, BERND, state=State.CANCELLED)], False),
        ([mail(1, ANNA), mail(2, BERND)], [answer(3, ANNA)], True),
        ([mail(1, ANNA), mail(2, BERND), mail(3, ANNA)], [answer(4, ANNA)], False),
    ],
)
def test_machine_asks_the_customer_alone_where_nobody_else_is_talked_with(
    facts: list[Fact], actions: list[Action], elsewhere: bool
) -> None:
    head, messages = folded(facts, *actions)
    assert recipients.goes_elsewhere(head, messages) == elsewhere


def test_chosen_recipients_count_before_the_answer_is_written() -> None:
    head, messages = folded([mail(1, ANNA)])
    assert recipients.goes_elsewhere(head, messages, (BERND,))
    assert not recipients.goes_elsewhere(head, messages, (BERND, ANNA))


def test_people_have_the_names_that_any_message_gives_them() -> None:
    copied = Recipients(cc=(Author(BERND, None), Author(CARLA, "Carla Dritte")))
    head, messages = folded([mail(1, ANNA, recipients=copied), mail(2, BERND)], answer(3, BERND, "x@y.example"))
    named = recipients.people(head, messages)
    assert named == {ANNA: "Anna", BERND: "Bernd", CARLA: "Carla Dritte", "x@y.example": None}


@given(st.lists(st.sampled_from([ANNA, BERND, CARLA]), min_size=1, max_size=6), st.booleans())
def test_subject_of_an_answer_makes_the_same_head_step_by_step_and_at_once(authors: list[str], titled: bool) -> None:
    facts = [mail(number, author, title="Netz" if titled else None) for number, author in enumerate(authors)]
    done = answer(len(facts), ANNA, subject="Re: Etwas anderes", seen=len(facts), heard=authors.count(authors[0]))
    before, _ = folded(facts)
    assert (act(before, done) or fold(MAIL, facts, [done])) == fold(MAIL, facts, [done])


def test_recipients_change_no_key_of_a_mail() -> None:
    """A mail that is delivered again after they began to be stored is the same item."""
    assert position(mail(1, ANNA, recipients=Recipients((Author(BERND),)))) == position(mail(1, ANNA))


def test_removed_message_names_nobody() -> None:
    gone = Fact(Kind.REMOVED, Visibility.PRIVATE, "t", START + 9000, "1@x")
    head, messages = folded([mail(1, ANNA, recipients=Recipients((Author(CARLA),))), mail(2, BERND), gone])
    assert [each.recipients for each in messages] == [None, None]
    assert CARLA not in recipients.people(head, messages)


def gone(number: int, author: str) -> Fact:
    return Fact(
        Kind.GONE, Visibility.PRIVATE, "t", START + number * 1000, "x", author=Author(author), customer_id=author,
        is_open=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "unreachable"),
    [
        ([mail(1, ANNA), gone(2, ANNA)], True),
        ([mail(1, ANNA), gone(2, BERND)], False),
        ([mail(1, ANNA), gone(2, ANNA), mail(3, BERND)], False),
        ([mail(1, ANNA), gone(2, ANNA), mail(3, BERND), gone(4, BERND)], True),
        ([mail(1, ANNA), mail(2, BERND), gone(3, BERND)], False),
    ],
)
@pytest.mark.invariant(2)
def test_person_who_wrote_last_is_answered_although_the_customer_is_gone(facts: list[Fact], unreachable: bool) -> None:
    for order in permutations(facts):
        assert folded(list(order))[0].unreachable == unreachable
    head, _ = folded(facts[:-1])
    assert (receive(head, facts[-1]) or folded(facts)[0]) == folded(facts)[0]

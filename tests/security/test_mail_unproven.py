"""Mails in a customer's name: an unproven author is nobody, and one who joins a thread is another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from application import loading, projection
from channels import email
from channels.base import Credentials
from console.actions import erasure
from conversations import identity
from conversations.actions import Action, State, Verb
from conversations.conversation import Conversation, counted_customer, proven_customer
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import fold, receive
from conversations.identity import Identity
from conversations.promise import FollowUpState, Promise
from conversations.send_options import Way
from storage import conversations, customers
from tests.functional.console_api import Console
from tests.functional.test_mail import call, mime
from tests.support import mailbox
from tests.support.mailbox import ADDRESS, KEY
from tests.support.stack import Stack

BUCKET = "forged-mails"
MIRA = "mira@mail.example"
START = 1_790_000_000_000
DAY = 86_400_000
MAIL = Identity("email", "support", Visibility.PRIVATE, "t", team="service")
FORGED = {"From": "noreply@evil.test", "Reply_To": MIRA}


def conversation(root: str) -> str:
    return identity.thread_key("email", "support", email.thread_ids.thread_id(root))


PROVEN, UNPROVEN = conversation("1@mail.example"), conversation("unproven 2@evil.test")


@pytest.fixture(scope="session")
def mails(client: Callable[[str], Any]) -> Any:
    return mailbox.make_bucket(client, BUCKET)


@pytest.fixture
def connected(table: str, mails: Any, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection to one address, and SES's bucket."""
    with mailbox.connected(client, BUCKET, monkeypatch):
        yield


def comes_in(mails: Any, raw: bytes, to: str = ADDRESS, ses_id: str = "ses1") -> None:
    """SES takes in one mail after the other: the last digit of its id is the second."""
    mails.put_object(Bucket=BUCKET, Key=f"mail/{ses_id}", Body=raw)
    moment = f"2026-09-21T14:13:2{ses_id[-1]}.000Z"
    mail = {"messageId": ses_id, "timestamp": moment, "source": "bounce@mail.example"}
    receipt = {"recipients": [to], "dmarcVerdict": {"status": "PASS"}, "action": {"type": "Lambda"}}
    call({"notificationType": "Received", "mail": mail, "receipt": receipt})


def settle(stack: Stack) -> None:
    """Fold what was stored, and carry out its effects."""
    for _ in range(3):
        stack.dispatch()


@pytest.fixture
def both(stack: Stack, connected: None, mails: Any) -> Stack:
    """A customer's conversation, and another's that uses the customer's address."""
    comes_in(mails, mime())
    comes_in(mails, mime("Stop", Message_ID="<2@evil.test>", **FORGED), ses_id="ses2")
    settle(stack)
    return stack


def declined() -> bool:
    return customers.read("email", "support", MIRA).declined_at > 0


def test_unproven_mail_opts_nobody_out(both: Stack) -> None:
    head = conversations.head(UNPROVEN)
    assert head is not None
    assert (head.customer.id, head.unproven, proven_customer(head)) == (MIRA, True, None)
    assert not declined()


def test_proven_mail_opts_its_author_out(both: Stack, mails: Any) -> None:
    comes_in(mails, mime("Stop", Message_ID="<3@mail.example>", References="<1@mail.example>"), ses_id="ses3")
    settle(both)
    assert declined()


def test_wish_of_an_unproven_mail_is_shown_to_a_person(both: Stack, console: Console) -> None:
    seen = {each: console.get(f"/conversations/{each}").body["messages"][0] for each in (PROVEN, UNPROVEN)}
    assert [(each["unproven"], each["seems"]) for each in seen.values()] == [(False, None), (True, "opt_out")]


def test_unproven_conversation_is_none_of_the_customers_others(both: Stack, console: Console) -> None:
    for each in (PROVEN, UNPROVEN):
        assert console.get(f"/conversations/{each}").body["others"] == []
    assert customers.conversations_of("email", "support", MIRA) == [PROVEN]


def test_erasing_an_unproven_author_spares_the_customer(both: Stack) -> None:
    assert erasure.erase_customer(UNPROVEN, lambda: START + 1000 * DAY) == 1
    assert conversations.head(PROVEN) is not None


def test_erasing_the_customer_spares_what_another_wrote(both: Stack) -> None:
    assert erasure.erase_customer(PROVEN, lambda: START + 1000 * DAY) == 1
    assert conversations.head(UNPROVEN) is not None


def test_real_customer_who_answers_there_is_known_again(both: Stack, mails: Any) -> None:
    """Our reply goes to the address; a person who reads it there and answers is proven."""
    thread = email.thread_ids.thread_id("unproven 2@evil.test")
    to = email.thread_ids.reply_address(thread, Credentials(ADDRESS, KEY))
    comes_in(mails, mime("Das war ich nicht.", Message_ID="<4@mail.example>", To=to), to, ses_id="ses4")
    settle(both)
    head = conversations.head(UNPROVEN)
    assert head is not None
    assert (head.unproven, head.heard, head.inbound) == (False, 1, 2)
    assert set(customers.conversations_of("email", "support", MIRA)) == {PROVEN, UNPROVEN}


def test_stranger_who_knows_an_id_joins_as_a_third_party(both: Stack, mails: Any) -> None:
    stranger = mime("Stop", From="Eve <eve@evil.test>", Message_ID="<5@evil.test>", References="<1@mail.example>")
    comes_in(mails, stranger, ses_id="ses5")
    settle(both)
    head = conversations.head(PROVEN)
    assert head is not None
    assert (head.customer.id, head.third_parties, head.heard) == (MIRA, ("eve@evil.test",), 1)
    assert head == projection.refold(PROVEN, START)
    assert not declined()


def test_stranger_with_the_customers_message_id_adds_nothing_to_that_message(both: Stack, mails: Any) -> None:
    part = '--b\r\nContent-Disposition: attachment; filename="iban.pdf"\r\n\r\nx\r\n--b--\r\n'
    stranger = mime(part, From="Eve <eve@evil.test>", Content_Type="multipart/mixed; boundary=b")
    comes_in(mails, stranger, ses_id="ses6")
    settle(both)
    theirs, strangers = loading.load(PROVEN), loading.load(conversation("1@mail.example eve@evil.test"))
    assert theirs is not None
    assert strangers is not None
    written = [
        (each.author.id, each.text, len(each.attachments)) for each in (*theirs.messages(), *strangers.messages())
    ]
    assert written == [(MIRA, "Seit Montag kein Netz.", 0), ("eve@evil.test", None, 1)]
    assert strangers.head.customer.id == "eve@evil.test"


def test_questions_to_an_unproven_author_count_for_nobody_else() -> None:
    head = Conversation(MAIL, customer=Author(MIRA), unproven=True)
    assert counted_customer(head) not in (MIRA, None)
    assert counted_customer(replace(head, unproven=False)) == MIRA


# -- the core, whatever joins a conversation ---------------------------------------------------------------------------


def said(number: int, author: str = MIRA, unproven: bool = False, at: int = 0) -> Fact:
    return Fact(
        Kind.MESSAGE, Visibility.PRIVATE, "t", START + at, str(number), author=Author(author), text="Läuft",
        customer_id=author, unproven=unproven, is_open=True,
    )  # fmt: skip


def asked() -> list[Action]:
    """A promise, and the question that was asked a day later."""
    promise = Promise(START + DAY, "Geht es?", Visibility.PRIVATE, customer=MIRA)
    reply = Action(
        "1" * 13 + "a", START + 1000, Verb.REPLY, Author("jana"), seen=1, heard=1, upto=START, promise=promise
    )
    reply = replace(reply, text="x", way=Way.PRIVATE_MESSAGE, state=State.SENT)
    question = Action("2" * 13 + "a", START + DAY, Verb.ASK, Author("jana"), seen=1, heard=1, upto=START)
    return [reply, replace(question, text="Geht es?", way=Way.PRIVATE_MESSAGE, state=State.SENT, answers=reply.id)]


STRANGERS: list[Callable[[int], Fact]] = [
    lambda at: said(2, unproven=True, at=at),
    lambda at: said(2, "eve@evil.test", at=at),
    lambda at: said(2, "eve@evil.test", unproven=True, at=at),
]


@pytest.mark.invariant(5)
@pytest.mark.parametrize("stranger", STRANGERS, ids=["unproven", "another", "unproven other"])
def test_follow_up_is_neither_cancelled_nor_answered_by_another(stranger: Callable[[int], Fact]) -> None:
    planned = fold(MAIL, [said(1), stranger(2000)], asked()[:1])
    answered = fold(MAIL, [said(1), stranger(DAY + 2000)], asked())
    assert planned and planned.follow_up and planned.follow_up.state == FollowUpState.PLANNED
    assert answered and answered.follow_up
    assert (answered.follow_up.state, answered.follow_up.outcome) == (FollowUpState.ASKED, None)
    assert answered.unread == 1  # a person sees it


def test_follow_up_is_cancelled_and_answered_by_the_customer() -> None:
    planned = fold(MAIL, [said(1), said(2, at=2000)], asked()[:1])
    answered = fold(MAIL, [said(1), said(2, unproven=True, at=DAY + 2000), said(3, at=DAY + 3000)], asked())
    assert planned and planned.follow_up and planned.follow_up.state == FollowUpState.CANCELLED
    assert answered and answered.follow_up and answered.follow_up.outcome_message_id == "3"


@pytest.mark.parametrize("stranger", STRANGERS, ids=["unproven", "another", "unproven other"])
@pytest.mark.parametrize("unproven", [False, True])
def test_head_is_the_same_by_one_fact_more_and_from_the_beginning(
    stranger: Callable[[int], Fact], unproven: bool
) -> None:
    first = said(1, unproven=unproven)
    head = fold(MAIL, [first], [])
    assert head is not None
    grown = receive(head, stranger(2000))
    assert grown in (None, fold(MAIL, [first, stranger(2000)], []))


def test_unproven_conversation_waits_for_nobody_else() -> None:
    """In a conversation of its own the unproven author is whom we ask, and whose words stop the question."""
    head = fold(MAIL, [said(1, unproven=True), said(2, unproven=True, at=2000)], asked()[:1])
    assert head and head.follow_up
    assert (head.unproven, head.heard, head.follow_up.state) == (True, 2, FollowUpState.CANCELLED)

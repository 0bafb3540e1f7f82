"""Erasure of a customer: nothing is left, and nothing brings it back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from channels import email
from conversations import identity
from conversations.facts import Fact, Kind, Unreadable, Visibility
from mail import receiving
from shared import settings
from storage import connections, conversations, customers, quarantine, received_facts
from tests.functional.console_api import Console
from tests.support import mailbox as mailboxes
from tests.support.mailbox import ADDRESS
from tests.support.stack import Stack

BUCKET = "mails-to-erase"
CUSTOMER = "mira@mail.example"
OTHER = "kai@mail.example"


@pytest.fixture(scope="session")
def mails(client: Callable[[str], Any]) -> Any:
    return mailboxes.make_bucket(client, BUCKET)


@pytest.fixture
def mailbox(stack: Stack, mails: Any, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection to one address, and SES's bucket."""
    with mailboxes.connected(client, BUCKET, monkeypatch):
        yield
    for each in mails.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        mails.delete_object(Bucket=BUCKET, Key=each["Key"])


def now() -> int:
    return time.time_ns() // 1_000_000


def told(ses_id: str, sender: str = CUSTOMER, at: int | None = None) -> dict[str, Any]:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime((at or now()) / 1000))
    receipt = {"recipients": [ADDRESS], "dmarcVerdict": {"status": "PASS"}}
    return {"mail": {"messageId": ses_id, "timestamp": moment, "source": sender}, "receipt": receipt}


def put(mails: Any, ses_id: str, sender: str = CUSTOMER, more: str = "", text: str = "Kein Netz.") -> None:
    heads = f"From: Mira <{sender}>\r\nTo: {ADDRESS}\r\nSubject: Netz\r\nMessage-ID: <{ses_id}@mail.example>\r\n"
    raw = f"{heads}{more}\r\n{text}"
    mails.put_object(Bucket=BUCKET, Key=f"mail/{ses_id}", Body=raw.encode())


def write(mails: Any, ses_id: str, sender: str = CUSTOMER, more: str = "", text: str = "Kein Netz.") -> dict[str, Any]:
    put(mails, ses_id, sender, more, text)
    notification = told(ses_id, sender, now() - 2000)
    receiving.take(notification, now())
    return notification


BROKEN = 'Content-Type: multipart/mixed; a="' + ";" * 9999 + "\r\n"
AUTOMATIC = "Auto-Submitted: auto-replied\r\n"


def lying(mails: Any) -> set[str]:
    return {each["Key"].removeprefix("mail/") for each in mails.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


def conversation(ses_id: str) -> str:
    return identity.thread_key("email", "support", email.thread_ids.thread_id(f"{ses_id}@mail.example"))


def words_in(stack: Stack) -> str:
    """All that stands in the table, as it is kept there; what is packed is unpacked."""
    entries = [str(each) for each in quarantine.entries("unread")[0] + quarantine.entries("handled")[0]]
    updates = [str(each.raw) for each in quarantine.updates("email", "support")]
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.table)
    return "\n".join([*entries, *updates, *(str(page["Items"]) for page in pages)])


def test_the_originals_of_an_erased_conversation_are_gone(
    stack: Stack, mailbox: None, mails: Any, lead: Console
) -> None:
    write(mails, "m1")
    write(mails, "m2")
    stack.settle()
    assert lying(mails) == {"m1", "m2"}
    assert lead.delete(f"/conversations/{conversation('m1')}").status == 200
    stack.settle()
    assert lying(mails) == {"m2"}


def test_all_messages_of_an_erased_customer_are_gone(stack: Stack, mailbox: None, mails: Any, lead: Console) -> None:
    """Also what could not be read, what somebody dealt with, and what a machine answered in the customer's name."""
    write(mails, "m1")
    write(mails, "m2")
    write(mails, "broken", more=BROKEN)
    write(mails, "handled", more=BROKEN)
    write(mails, "away", more=AUTOMATIC)
    write(mails, "others", OTHER)
    write(mails, "others-broken", OTHER, BROKEN)
    handled = next(each for each in quarantine.entries("unread")[0] if each.key == "mail/handled")
    assert lead.put(f"/unread/{handled.id}").status == 200
    stack.settle()
    assert lead.delete(f"/conversations/{conversation('m1')}/customer").status == 200
    stack.settle()
    assert lying(mails) == {"others", "others-broken"}
    assert [each.key for each in quarantine.entries("unread")[0]] == ["mail/others-broken"]
    assert quarantine.entries("handled")[0] == []
    assert CUSTOMER not in words_in(stack)


@pytest.mark.invariant(11)
def test_late_mails_do_not_bring_an_erased_customer_back(
    stack: Stack, mailbox: None, mails: Any, lead: Console
) -> None:
    first = write(mails, "m1")
    broken = write(mails, "broken", more=BROKEN)
    late = [told(f"late{number}", at=now() - 1000) for number in range(3)]
    stack.settle()
    assert lead.delete(f"/conversations/{conversation('m1')}/customer").status == 200
    stack.settle()
    put(mails, "late0")
    put(mails, "late1", more=BROKEN)
    put(mails, "late2", more=AUTOMATIC)
    for each in (first, broken, *late):
        receiving.take(each, now())
        stack.settle()
    assert lying(mails) == set()
    assert quarantine.entries("unread") == ([], False)
    assert CUSTOMER not in words_in(stack)


@pytest.mark.invariant(11)
def test_a_late_mail_of_an_erased_conversation_leaves_no_original(
    stack: Stack, mailbox: None, mails: Any, lead: Console
) -> None:
    write(mails, "m1")
    late = told("late", at=now() - 1000)
    stack.settle()
    assert lead.delete(f"/conversations/{conversation('m1')}").status == 200
    stack.settle()
    put(mails, "late", more="References: <m1@mail.example>\r\n")
    receiving.take(late, now())
    stack.settle()
    assert lying(mails) == set()


def test_a_customer_who_writes_after_the_erasure_is_read(
    stack: Stack, mailbox: None, mails: Any, lead: Console
) -> None:
    write(mails, "m1")
    stack.settle()
    assert lead.delete(f"/conversations/{conversation('m1')}/customer").status == 200
    stack.settle()
    time.sleep(1.1)  # SES tells whole seconds here
    put(mails, "m2", text="Ich bin wieder da.")
    receiving.take(told("m2"), now())
    assert [fact.text for fact in conversations.read(conversation("m2")).facts] == ["Ich bin wieder da."]
    assert lying(mails) == {"m2"}


def private(customer: str, said: str) -> Fact:
    return Fact(Kind.MESSAGE, Visibility.PRIVATE, f"chat-{customer}", now(), said, customer_id=customer, text="Hallo")


@pytest.mark.invariant(11)
def test_updates_of_other_channels_go_with_their_customer_and_stay_away(stack: Stack, lead: Console) -> None:
    odd = Unreadable("odd", {"entry": [{"from": {"id": 4711}, "text": "Geheimes"}]})
    other = Unreadable("odd", {"entry": [{"from": {"id": 47}, "text": "Anderes"}]})
    received_facts.add("facebook", "demo", [odd, other, private("4711", "m_1")], now())
    stack.settle()
    chat = identity.thread_key("facebook", "demo", "chat-4711")
    assert lead.delete(f"/conversations/{chat}/customer").status == 200
    stack.settle()
    assert quarantine.updates("facebook", "demo") == [other]
    received_facts.add("facebook", "demo", [odd], now())
    assert quarantine.updates("facebook", "demo") == [other]
    assert len(quarantine.entries("unread")[0]) == 1


def test_trace_of_an_erased_customer_does_not_identify_them(
    stack: Stack, mailbox: None, mails: Any, lead: Console
) -> None:
    write(mails, "m1")
    stack.settle()
    assert lead.delete(f"/conversations/{conversation('m1')}/customer").status == 200
    stack.settle()
    assert customers.erased_at("email", "support", CUSTOMER) > 0
    assert CUSTOMER not in words_in(stack)


def test_a_late_mail_to_two_addresses_reaches_the_one_where_nobody_was_erased(
    stack: Stack,
    mailbox: None,
    mails: Any,
    lead: Console,
    client: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also when storing it there fails once: its original goes when all is done, and not in between."""
    second = "zweite@nordlicht.example"
    connections.put_connection("email", "zweite", second, "Nordlicht Netz")
    document = json.dumps({"account_id": second, "secrets": {"reply_key": "another-key"}, "options": {}})
    name = f"{settings.connections_path()}/email/zweite"
    client("ssm").put_parameter(Name=name, Value=document, Type="SecureString", Overwrite=True)
    write(mails, "m1")
    stack.settle()
    late = told("late", at=now() - 1000)
    late["receipt"]["recipients"] = [ADDRESS, second]
    assert lead.delete(f"/conversations/{conversation('m1')}/customer").status == 200
    stack.settle()
    put(mails, "late", text="Noch immer kein Netz.")
    with monkeypatch.context() as patched:
        patched.setattr(received_facts, "add", _not_stored)
        with pytest.raises(conversations.NotStored):
            receiving.take(late, now())
    receiving.take(late, now())
    receiving.take(late, now())
    stack.settle()
    assert lying(mails) == set()
    assert [each.text for each in stack.messages()] == ["Noch immer kein Netz."]


def _not_stored(*_: Any) -> None:
    raise conversations.NotStored("throttled")

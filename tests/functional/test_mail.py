"""Mails that lie in the bucket, and what became of ours: whose they are, what is stored, and what is kept beside."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from channels import _mail_limits, email
from channels.base import Credentials
from conversations import attachments, identity
from conversations.facts import Fact, Kind
from mail import app, receiving
from shared import settings
from storage import conversations, quarantine
from tests.support import mailbox
from tests.support.context import Context
from tests.support.mailbox import ADDRESS, KEY

BUCKET = "mails"


@pytest.fixture(scope="session")
def mails(client: Callable[[str], Any]) -> Any:
    return mailbox.make_bucket(client, BUCKET)


@pytest.fixture
def connected(table: str, mails: Any, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection to one address, and SES's bucket."""
    with mailbox.connected(client, BUCKET, monkeypatch):
        yield


def mime(text: str = "Seit Montag kein Netz.", **heads: str) -> bytes:
    named = {"From": "Mira <mira@mail.example>", "To": ADDRESS, "Subject": "Netz", "Message-ID": "<1@mail.example>"}
    named |= {name.replace("_", "-"): value for name, value in heads.items()}
    return ("".join(f"{name}: {value}\r\n" for name, value in named.items()) + "\r\n" + text).encode()


def comes_in(mails: Any, raw: bytes, *recipients: str, ses_id: str = "ses1", **verdicts: str) -> dict[str, Any]:
    """SES puts a mail into the bucket and calls the function."""
    mails.put_object(Bucket=BUCKET, Key=f"mail/{ses_id}", Body=raw)
    mail = {"messageId": ses_id, "timestamp": "2026-09-21T14:13:20.000Z", "source": "mira@mail.example"}
    told = {f"{name}Verdict": {"status": status} for name, status in ({"dmarc": "PASS"} | verdicts).items()}
    receipt = {"recipients": list(recipients or [ADDRESS]), **told, "action": {"type": "Lambda"}}
    return call({"notificationType": "Received", "mail": mail, "receipt": receipt})


def call(told: dict[str, Any]) -> dict[str, Any]:
    """The queue hands on what SES told."""
    taken = receiving.take(told, time.time_ns() // 1_000_000)
    return {"facts": taken.facts, "quarantined": len(taken.quarantined)}


def read_queue(*bodies: dict[str, Any]) -> list[str]:
    """Lambda hands messages of the queue to the function; returns those that come again."""
    records = [
        {"messageId": str(number), "body": json.dumps(body), "eventSource": "aws:sqs", "attributes": {}}
        for number, body in enumerate(bodies)
    ]
    answer = app.lambda_handler({"Records": records}, Context())  # pyright: ignore[reportArgumentType]
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def stored(root: str = "1@mail.example") -> list[Fact]:
    return conversations.read(conversation(root)).facts


def conversation(root: str = "1@mail.example") -> str:
    return identity.thread_key("email", "support", email.threads.thread_id(root))


def test_a_mail_is_stored_however_often_it_is_told(connected: None, mails: Any) -> None:
    for _ in range(2):
        assert comes_in(mails, mime()) == {"facts": 1, "quarantined": 0}
    (fact,) = stored()
    assert (fact.text, fact.title, fact.customer_id) == ("Seit Montag kein Netz.", "Netz", "mira@mail.example")


def test_an_answer_comes_to_an_address_of_its_own(connected: None, mails: Any) -> None:
    comes_in(mails, mime())
    thread = email.threads.thread_id("1@mail.example")
    address = email.threads.reply_address(thread, Credentials(ADDRESS, KEY))
    comes_in(mails, mime("Läuft.", Message_ID="<2@mail.example>", To=address), address, ses_id="ses2")
    assert {fact.text for fact in stored()} == {"Seit Montag kein Netz.", "Läuft."}


def test_files_are_kept_beside_those_of_other_channels(
    connected: None, mails: Any, client: Callable[[str], Any]
) -> None:
    parts = (
        "--b\r\nContent-Type: text/plain\r\n\r\nAnbei.\r\n"
        '--b\r\nContent-Type: application/pdf; name="r.pdf"\r\nContent-Disposition: attachment; filename="r.pdf"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQ=\r\n--b--\r\n"
    )
    comes_in(mails, mime(parts, Content_Type="multipart/mixed; boundary=b"))
    (fact,) = stored()
    (attachment,) = fact.attachments
    spot = attachments.spot(conversation(), "", fact.at, fact.message_id, attachment)
    kept = client("s3").get_object(Bucket=settings.media_bucket(), Key=spot.object_key)
    assert kept["Body"].read() == b"%PDF-1.4"


def test_that_nobody_vouches_for_a_sender_is_kept_with_the_mail(connected: None, mails: Any) -> None:
    comes_in(mails, mime())
    comes_in(mails, mime("Bitte an meine neue Adresse.", Message_ID="<2@mail.example>"), ses_id="ses2", dmarc="FAIL")
    told = [*stored(), *stored("unproven 2@mail.example")]
    assert [(fact.text, fact.unproven) for fact in told] == [
        ("Seit Montag kein Netz.", False),
        ("Bitte an meine neue Adresse.", True),
    ]


def test_a_mail_to_somebody_else_is_left_alone(connected: None, mails: Any) -> None:
    assert comes_in(mails, mime(), "chef@nordlicht.example") == {"facts": 0, "quarantined": 0}
    assert stored() == []


@pytest.mark.parametrize("verdict", ["spam", "virus"])
def test_what_is_dangerous_is_put_aside_without_its_words(connected: None, mails: Any, verdict: str) -> None:
    assert comes_in(mails, mime(), **{verdict: "FAIL"}) == {"facts": 0, "quarantined": 1}
    (aside,) = quarantine.updates("email", "support")
    assert aside.reason == verdict
    assert aside.raw == {
        "kind": "Received",
        "message_id": "ses1",
        "key": "mail/ses1",
        "at": "2026-09-21T14:13:20.000Z",
        "from": "Mira <mira@mail.example>",
        "subject": "Netz",
        "senders": ["mira@mail.example"],
    }


def test_a_mail_that_is_too_large_is_put_aside(connected: None, mails: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_mail_limits, "LARGEST", 10)
    assert comes_in(mails, mime())["quarantined"] == 1
    (aside,) = quarantine.updates("email", "support")
    assert aside.reason == "too_large"
    assert isinstance(aside.raw, dict)
    assert aside.raw["from"] == "Mira <mira@mail.example>"


def test_a_mail_that_is_not_there_is_asked_for_again(connected: None, mails: Any) -> None:
    """Invariant 1: what was not stored comes again from the queue, and holds up nothing that came with it."""
    mail = {"messageId": "nowhere", "timestamp": "2026-09-21T14:13:20.000Z"}
    mails.put_object(Bucket=BUCKET, Key="mail/there", Body=mime())
    receipt = {"recipients": [ADDRESS], "dmarcVerdict": {"status": "PASS"}}
    there = {"mail": {**mail, "messageId": "there", "source": "mira@mail.example"}, "receipt": receipt}
    assert read_queue({"mail": mail, "receipt": receipt}, there) == ["0"]
    assert [fact.text for fact in stored()] == ["Seit Montag kein Netz."]


def test_the_queue_hands_on_what_became_of_ours(connected: None, mails: Any) -> None:
    assert read_queue({"detail": {"eventType": "Delivery", "mail": {"source": "notices@nordlicht.example"}}}) == []


def test_what_became_of_ours_is_stored_with_its_conversation(connected: None, mails: Any) -> None:
    comes_in(mails, mime())
    token = email.threads.thread_token(email.threads.thread_id("1@mail.example"), Credentials(ADDRESS, KEY))
    hit = [{"emailAddress": "mira@mail.example"}]
    event = {
        "eventType": "Bounce",
        "mail": {"messageId": "0107", "source": f"Nordlicht <{ADDRESS}>", "tags": {"thread": [token]}},
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": hit, "timestamp": "2026-09-28T08:00:00.000Z"},
    }
    told = {"source": "aws.ses", "detail-type": "Email Bounced", "detail": event}
    for _ in range(2):
        assert call(told) == {"facts": 2, "quarantined": 0}
    assert [fact.kind for fact in stored()][1:] in ([Kind.FAILED, Kind.GONE], [Kind.GONE, Kind.FAILED])
    other = {**event, "mail": {**event["mail"], "source": "notices@nordlicht.example"}}
    assert call({**told, "detail": other}) == {"facts": 0, "quarantined": 0}

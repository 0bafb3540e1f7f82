"""Mails that lie in the bucket, and what became of ours: whose they are, what is stored, and what is kept beside."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from channels import _mail_limits, email
from channels.base import Credentials
from conversations import attachments, identity
from conversations.facts import Fact, Kind, Visibility
from conversations.message_fold import messages_of
from conversations.messages import Message
from mail import app, receiving
from shared import settings
from storage import connections as stored_connections
from storage import conversations, customers, left_out_mails, quarantine, received_facts
from tests.functional.console_api import Console
from tests.support import mailbox
from tests.support.context import Context
from tests.support.mailbox import ADDRESS, KEY
from tests.support.stack import Stack

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
    return identity.thread_key("email", "support", email.thread_ids.thread_id(root))


def test_a_mail_is_stored_however_often_it_is_told(connected: None, mails: Any) -> None:
    for _ in range(2):
        assert comes_in(mails, mime()) == {"facts": 1, "quarantined": 0}
    (fact,) = stored()
    assert (fact.text, fact.title, fact.customer_id) == ("Seit Montag kein Netz.", "Netz", "mira@mail.example")


def test_an_answer_comes_to_an_address_of_its_own(connected: None, mails: Any) -> None:
    comes_in(mails, mime())
    thread = email.thread_ids.thread_id("1@mail.example")
    address = email.thread_ids.reply_address(thread, Credentials(ADDRESS, KEY))
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
def test_dangerous_mail_is_listed_without_its_text(connected: None, mails: Any, verdict: str) -> None:
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


def test_delivery_of_our_message_is_stored_with_its_conversation(connected: None, mails: Any) -> None:
    comes_in(mails, mime())
    token = email.thread_ids.thread_token(email.thread_ids.thread_id("1@mail.example"), Credentials(ADDRESS, KEY))
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


# -- what belongs together --------------------------------------------------------------------------------------------


def told_of(number: int) -> dict[str, Any]:
    """Return what SES tells of a mail of ``threads``."""
    moment = f"2026-09-21T14:13:{number:02d}.000Z"
    mail = {"messageId": f"thread{number}", "timestamp": moment, "source": "m@x.example"}
    receipt = {"recipients": [ADDRESS], "dmarcVerdict": {"status": "PASS"}}
    return {"notificationType": "Received", "mail": mail, "receipt": receipt}


def threads(mails: Any, *raws: bytes) -> list[str]:
    """Return the conversation of each of some mails, which come in one after the other."""
    found = []
    for number, raw in enumerate(raws):
        before = {each: len(conversations.read(each).facts) for each in found}
        mails.put_object(Bucket=BUCKET, Key=f"mail/thread{number}", Body=raw)
        notification = told_of(number)
        connection = next(each for each in stored_connections.connections() if each.channel == "email")
        events = email.received(notification, raw, Credentials(ADDRESS, KEY))
        (fact,) = received_facts.placed("email", connection.name, events, time.time_ns() // 1_000_000)
        assert isinstance(fact, Fact)
        assert call(notification) == {"facts": 1, "quarantined": 0}
        found.append(identity.thread_key("email", connection.name, fact.thread_id))
        assert len(conversations.read(found[-1]).facts) == before.get(found[-1], 0) + 1
    return found


def named(number: int, *earlier: int, in_reply_to: int | None = None, **heads: str) -> bytes:
    """Return a mail that names earlier ones in its References, and one in In-Reply-To."""
    if earlier:
        heads["References"] = " ".join(f"<n{each}@mail.example>" for each in earlier)
    if in_reply_to is not None:
        heads["In_Reply_To"] = f"<n{in_reply_to}@mail.example>"
    return mime(f"Mail {number}.", Message_ID=f"<n{number}@mail.example>", **heads)


@pytest.mark.parametrize(
    "chain",
    [
        pytest.param(
            [named(1), named(2, in_reply_to=1), named(3, in_reply_to=2), named(4, 2, in_reply_to=2)], id="cut"
        ),
        pytest.param([named(1), named(2, 1), named(3, 2), named(4, 3), named(5, 4)], id="the last one alone"),
        pytest.param([named(1), named(2, 8, 9, 1, in_reply_to=7)], id="one known among others"),
        pytest.param([named(2, 1, in_reply_to=1), named(3, 1, in_reply_to=1)], id="a first mail that nobody has"),
        pytest.param([named(1), named(2, *range(100, 190), 1)], id="a long chain"),
    ],
)
def test_mail_joins_the_conversation_of_an_earlier_one_that_it_names(
    connected: None, mails: Any, chain: list[bytes]
) -> None:
    assert len(set(threads(mails, *chain))) == 1


@pytest.mark.parametrize(
    "chain",
    [
        pytest.param([named(2, in_reply_to=1), named(1, in_reply_to=0)], id="its parent, which answers another"),
        pytest.param([named(3, 1, 2), named(2, 1, in_reply_to=1), named(1)], id="a whole chain, the last one first"),
        pytest.param([named(3, 2), named(4, 2), named(2, 1, in_reply_to=1)], id="two answers before their parent"),
        pytest.param([named(1), named(3, 1, 2), named(2, 1)], id="one between"),
        pytest.param([named(3, in_reply_to=2), named(2, in_reply_to=1), named(1, in_reply_to=0)], id="each before it"),
    ],
)
@pytest.mark.invariant(2)
def test_mail_that_comes_after_its_answers_joins_their_conversation(
    connected: None, mails: Any, chain: list[bytes]
) -> None:
    (conversation,) = set(threads(mails, *chain))
    for number in range(len(chain)):
        call(told_of(number))
    assert len(conversations.read(conversation).facts) == len(chain)


def test_mail_that_is_awaited_by_an_answer_belongs_to_the_known_one_that_it_answers(
    connected: None, mails: Any
) -> None:
    first, answer, between = threads(mails, named(1), named(3, in_reply_to=2), named(2, in_reply_to=1))
    assert first == between != answer


def test_mails_that_name_none_of_each_other_are_apart(connected: None, mails: Any) -> None:
    assert len(set(threads(mails, named(1), named(2), named(3, in_reply_to=77)))) == 3


def test_answer_to_the_id_of_a_mail_of_ours_joins_its_conversation(connected: None, mails: Any) -> None:
    (first,) = threads(mails, named(1))
    who = identity.Identity("email", "support", Visibility.PRIVATE, email.thread_ids.thread_id("n1@mail.example"))
    received_facts.store_reference("email", "support", "0102@eu-central-1.amazonses.com", who, 1_790_000_000_000)
    answer = mime("Danke.", Message_ID="<n2@mail.example>", In_Reply_To="<0102@eu-central-1.amazonses.com>")
    assert threads(mails, named(1), answer)[1] == first


def test_one_id_of_two_authors_or_with_two_texts_is_two_messages(connected: None, mails: Any) -> None:
    def scan(text: str, name: str) -> bytes:
        return mime(
            text, From=f"{name} <{name}@mail.example>", Message_ID="<scan@printer.local>", Subject=f"Scan {text}"
        )

    one, other, third = threads(mails, scan("100", "sven"), scan("900", "svea"), scan("777", "sven"))
    assert one == third != other
    written = [[each.text for each in messages_of_conversation(each)] for each in (one, other)]
    assert written == [["100", "777"], ["900"]]


def test_mail_that_is_delivered_twice_is_one_message_with_its_files_once(connected: None, mails: Any) -> None:
    part = '--b\r\n\r\nAnbei.\r\n--b\r\nContent-Disposition: attachment; filename="a.pdf"\r\n\r\nx\r\n--b--\r\n'
    raw = mime(part, Content_Type="multipart/mixed; boundary=b")
    for ses_id in ("once", "twice"):
        comes_in(mails, raw, ses_id=ses_id)
    (message,) = messages_of_conversation(conversation())
    assert [attachment.title for attachment in message.attachments] == ["a.pdf"]


@pytest.mark.invariant(2)
def test_mail_that_is_delivered_again_after_another_one_is_counted_once(
    stack: Stack, connected: None, mails: Any
) -> None:
    first, second = mime(), mime("Nachtrag.", Message_ID="<2@mail.example>", In_Reply_To="<1@mail.example>")
    for number, raw in enumerate((first, second, first)):
        mails.put_object(Bucket=BUCKET, Key=f"mail/thread{number}", Body=raw)
        call(told_of(number))
        stack.dispatch()
    head = conversations.head(conversation())
    assert head is not None
    assert (head.inbound, head.unread, head.heard) == (2, 2, 2)


def with_file(name: str, content: str) -> bytes:
    """Return a mail whose id, writer and text are always the same, with a file."""
    file = base64.b64encode(content.encode()).decode()
    parts = (
        "--b\r\nContent-Type: text/plain\r\n\r\nAnbei.\r\n"
        f'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{file}\r\n--b--\r\n"
    )
    return mime(parts, Content_Type="multipart/mixed; boundary=b")


def test_mails_of_one_id_with_other_files_are_messages_of_their_own(
    stack: Stack, connected: None, mails: Any, console: Console
) -> None:
    scans = [("a.pdf", "%PDF-1"), ("b.pdf", "%PDF-1"), ("a.pdf", "%PDF-2"), ("a.pdf", "%PDF-1")]
    for number, scan in enumerate(scans):
        comes_in(mails, with_file(*scan), ses_id=f"scan{number}")
    stack.dispatch()
    messages = console.get(f"/conversations/{conversation()}").body["messages"]
    files = [file for message in messages for file in message["attachments"]]
    assert sorted(file["title"] for file in files) == ["a.pdf", "a.pdf", "b.pdf"]
    assert [(len(message["attachments"]), file["state"]) for message, file in zip(messages, files, strict=True)] == [
        (1, "stored")
    ] * 3
    assert len({file["id"] for file in files}) == 3


def test_mail_that_is_left_out_is_listed_with_who_wrote_it_and_why(connected: None, mails: Any, lead: Console) -> None:
    away = mime("Bis Montag.", Message_ID="<a@mail.example>", Auto_Submitted="auto-replied", Subject="Abwesend")
    news = mime(
        "Zehn Tipps.", Message_ID="<b@mail.example>", List_Id="<tipps.example>", From="Tipps <post@tipps.example>"
    )
    for ses_id, raw in (("away", away), ("news", news), ("away", away)):
        assert comes_in(mails, raw, ses_id=ses_id) == {"facts": 0, "quarantined": 0}
    answer = lead.get("/mail/left-out").body
    shown = {(item["reason"], item["from"], item["subject"], item["connection"]) for item in answer["items"]}
    assert shown == {
        ("automatic_reply", "Mira <mira@mail.example>", "Abwesend", "support"),
        ("newsletter", "Tipps <post@tipps.example>", "Netz", "support"),
    }
    assert len(answer["items"]) == 2
    assert lead.get("/mail/left-out/counts").body == {
        "items": [
            {"connection": "support", "reason": "automatic_reply", "count": 1},
            {"connection": "support", "reason": "newsletter", "count": 1},
        ],
        "total": 2,
        "more": False,
    }
    first = lead.get("/mail/left-out", {"limit": "1"}).body
    second = lead.get("/mail/left-out", {"limit": "1", "cursor": first["cursor"]}).body
    assert [*first["items"], *second["items"]] != [] and first["items"] != second["items"]


def test_list_of_what_is_left_out_is_for_leads(connected: None, console: Console) -> None:
    for path in ("/mail/left-out", "/mail/left-out/counts"):
        assert console.get(path).status == 403


def test_mail_that_is_left_out_goes_with_its_erased_writer(connected: None, mails: Any) -> None:
    comes_in(mails, mime("Bis Montag.", Auto_Submitted="auto-replied"), ses_id="away")
    (mail,) = left_out_mails.page(10)
    left_out_mails.purge_customer(customers.digest("email", "support", "other@mail.example"), mail.at + 1)
    assert left_out_mails.page(10) == [mail]
    left_out_mails.purge_customer(customers.digest("email", "support", "mira@mail.example"), mail.at + 1)
    assert left_out_mails.page(10) == []


def messages_of_conversation(key: str) -> list[Message]:
    """Return the messages of a conversation as they are shown."""
    who = identity.Identity("email", "support", Visibility.PRIVATE, "")
    return messages_of(who, conversations.read(key).facts, [])

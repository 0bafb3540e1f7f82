"""E-mail over real HTTP: our channel against the square, and boto3 against the same square."""

from __future__ import annotations

import base64
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from msgspec.structs import replace

import channels
from channels.base import (
    Credentials,
    File,
    Outbound,
    PermanentFailure,
    Reason,
    Request,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from conversations.actions import Envelope
from conversations.facts import Fact, Kind
from infra.square.platforms.email.platform import Email
from tests.support.square_platform import SquarePlatform

email = channels.get("email")
SECTION = Email.invented(lambda: "an-invented-secret")
ADDRESS = SECTION["account_id"]
OUR_ID = "1790000000000abcdefghijklm"


@pytest.fixture
def credentials(square: SquarePlatform) -> Credentials:
    return Credentials.of(Email.connection(SECTION, square.url))


def heard(square: SquarePlatform, credentials: Credentials, part: str = "incoming") -> list[Any]:
    """Return what SES reported since the beginning, as facts."""
    told = square.http.get(f"/email/{part}").json()[part]
    requests = [Request("POST", {}, {}, json.dumps(each).encode()) for each in told]
    return [fact for request in requests for fact in email.receiver.parse(request, credentials)]


def write(square: SquarePlatform, text: str, author: str = "Mira", **more: Any) -> str:
    return square.post(author, text, private=True, **more)["message_id"]


def answer(fact: Fact, text: str = "Wir sehen nach.", **more: Any) -> Outbound:
    fields = {"reply_to_id": fact.message_id, "title": fact.title or "", **more}
    return Outbound(OUR_ID, Way.PRIVATE_MESSAGE, text, fact.thread_id, "", fact.customer_id, **fields)


def test_a_conversation_stays_one_however_often_it_goes_to_and_fro(
    square: SquarePlatform, credentials: Credentials
) -> None:
    write(square, "Seit Montag kein Netz.", title="Kein Netz")
    (first,) = heard(square, credentials)
    assert (first.customer_id, first.title, first.text) == ("mira@mail.example", "Kein Netz", "Seit Montag kein Netz.")
    sent = email.sender.try_send(answer(first), credentials)
    (ours,) = square.messages(own=True)
    assert (ours["id"], ours["text"], ours["traits"]["subject"]) == (sent, "Wir sehen nach.", "Re: Kein Netz")
    write(square, "Geht noch nicht.", to=sent)
    second = heard(square, credentials)[-1]
    assert (second.thread_id, second.parent_id, second.text) == (first.thread_id, sent, "Geht noch nicht.")
    square.control("/clock", advance_seconds=7 * 24 * 3600)
    asked = email.sender.try_send(answer(second, "Wie sieht es aus?", automatic=True), credentials)
    assert square.messages(own=True)[-1]["traits"]["headers"]["Auto-Submitted"] == "auto-generated"
    write(square, "Läuft!", to=asked)
    third = heard(square, credentials)[-1]
    assert (third.thread_id, third.text, third.title) == (first.thread_id, "Läuft!", "Kein Netz")
    threads = square.http.get("/_square/email/view").json()["threads"]
    assert len(threads) == 1, "nor does the customer's program begin another one"


def test_another_mail_of_the_same_customer_is_another_conversation(
    square: SquarePlatform, credentials: Credentials
) -> None:
    write(square, "Kein Netz.", title="Netz")
    write(square, "Rechnung falsch.", title="Rechnung")
    one, other = heard(square, credentials)
    assert one.thread_id != other.thread_id and one.customer_id == other.customer_id


def test_a_forged_sender_joins_no_conversation(square: SquarePlatform, credentials: Credentials) -> None:
    write(square, "Kein Netz.", title="Netz")
    (first,) = heard(square, credentials)
    sent = email.sender.try_send(answer(first), credentials)
    write(square, "Bitte an meine neue Adresse.", to=sent, traits={"dmarc": "FAIL"})
    forged = heard(square, credentials)[-1]
    assert forged.thread_id != first.thread_id and forged.unproven


def test_mail_of_a_form_is_answered_to_the_person_who_filled_it_in(
    square: SquarePlatform, credentials: Credentials
) -> None:
    form = {"From": "Formular <no-reply@shop.example>", "Reply-To": "Mira <mira@mail.example>"}
    write(square, "Mein Router blinkt rot.", title="Anfrage", traits={"headers": form})
    (asked,) = heard(square, credentials)
    assert (asked.author.id, asked.author.name, asked.unproven) == ("mira@mail.example", "Mira", True)
    sent = email.sender.try_send(answer(asked), credentials)
    assert square.messages(own=True)[0]["traits"]["to"] == "mira@mail.example"
    write(square, "Danke, läuft!", to=sent)
    answered = heard(square, credentials)[-1]
    assert (answered.thread_id, answered.unproven) == (asked.thread_id, False), "who got our answer is who was named"


def test_machines_are_not_answered(square: SquarePlatform, credentials: Credentials) -> None:
    write(square, "Bin nicht da.", traits={"headers": {"Auto-Submitted": "auto-replied"}})
    assert heard(square, credentials) == []


def test_delivery_of_a_mail_is_reported(square: SquarePlatform, credentials: Credentials) -> None:
    write(square, "Kein Netz.", title="Netz")
    (first,) = heard(square, credentials)
    sent = email.sender.try_send(answer(first), credentials)
    echo, delivered = heard(square, credentials, "events")
    assert (echo.kind, echo.own, echo.reference, echo.message_id) == (Kind.MESSAGE, True, OUR_ID, sent)
    assert (delivered.kind, delivered.message_id, delivered.thread_id) == (Kind.DELIVERED, sent, first.thread_id)
    square.do("bounce", message_id=sent)
    failed, gone = heard(square, credentials, "events")[2:]
    assert (failed.kind, failed.message_id, failed.payload) == (Kind.FAILED, sent, "gone")
    assert (gone.kind, gone.author.id, gone.thread_id) == (Kind.GONE, "mira@mail.example", first.thread_id)
    square.do("bounce", message_id=sent, type="Transient", subtype="General")
    square.do("complain", message_id=sent)
    (declined,) = heard(square, credentials, "events")[4:]
    assert (declined.kind, declined.payload) == (Kind.GONE, "declined")


def test_a_mail_whose_confirmation_was_lost_is_told_by_its_event(
    square: SquarePlatform, credentials: Credentials
) -> None:
    write(square, "Kein Netz.")
    (first,) = heard(square, credentials)
    square.fault("send", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        email.sender.try_send(answer(first), credentials)
    with pytest.raises(PermanentFailure):
        email.sender.find_sent(answer(first), credentials)
    echo = heard(square, credentials, "events")[0]
    assert (echo.reference, echo.message_id) == (OUR_ID, square.messages(own=True)[0]["id"])
    assert len(square.messages(own=True)) == 1


def test_files_go_along(square: SquarePlatform, credentials: Credentials) -> None:
    write(square, "Bitte die Anleitung.", attachments=[{"type": "file", "url": "", "name": "Foto.pdf"}])
    (first,) = heard(square, credentials)
    assert [each.title for each in first.attachments] == ["Foto.pdf"]
    email.sender.try_send(answer(first, files=(File("Anleitung.pdf", "application/pdf", b"%PDF"),)), credentials)
    assert [each["name"] for each in square.messages(own=True)[0]["attachments"]] == ["Anleitung.pdf"]


@pytest.mark.parametrize(
    ("action", "fields", "reason"),
    [
        ("sandbox", {}, Reason.PERMISSION),
        ("pause", {}, Reason.POLICY),
        ("quota", {"left": 0}, Reason.RATE),
    ],
)
def test_mail_is_refused_by_ses(
    square: SquarePlatform, credentials: Credentials, action: str, fields: dict[str, Any], reason: Reason
) -> None:
    write(square, "Kein Netz.")
    (first,) = heard(square, credentials)
    square.do(action, **fields)
    with pytest.raises((TransientFailure, PermanentFailure)) as failure:
        email.sender.try_send(answer(first), credentials)
    assert failure.value.reason == reason
    assert square.messages(own=True) == []


@pytest.mark.parametrize(
    ("error", "reason", "seconds"),
    [
        (
            {"name": "TooManyRequestsException", "http": 429, "message": "Maximum sending rate exceeded."},
            Reason.RATE,
            2,
        ),
        ({"name": "InternalServiceErrorException", "http": 500}, Reason.RETRY, None),
    ],
)
def test_passing_errors_wait(
    square: SquarePlatform, credentials: Credentials, error: dict[str, Any], reason: Reason, seconds: float | None
) -> None:
    write(square, "Kein Netz.")
    (first,) = heard(square, credentials)
    square.fault("send", error=error)
    with pytest.raises(TransientFailure) as failure:
        email.sender.try_send(answer(first), credentials)
    assert (failure.value.reason, failure.value.retry_after) == (reason, seconds)


def test_keys_that_are_not_ours_are_refused(square: SquarePlatform, credentials: Credentials) -> None:
    square.expire()
    with pytest.raises(TransientFailure) as expired:
        email.account.check(credentials)
    assert expired.value.reason == Reason.AUTH
    square.expire(False)
    assert email.account.check(credentials).id == ADDRESS
    for name in ("access_key_id", "secret_access_key"):
        wrong = replace(credentials, secrets={**credentials.secrets, name: "another"})
        with pytest.raises(TransientFailure) as refused:
            email.account.check(wrong)
        assert refused.value.reason == Reason.AUTH
    with pytest.raises(PermanentFailure) as unknown:
        email.account.check(replace(credentials, account_id="hilfe@elsewhere.example"))
    assert unknown.value.reason == Reason.PERMISSION


def test_ses_puts_mails_into_the_bucket_and_tells_the_queue(square: SquarePlatform, credentials: Credentials) -> None:
    """As the stack of one machine hears of them: the mail itself by S3, who wrote to whom by the queue."""
    called: queue.Queue[tuple[str, str, bytes]] = queue.Queue()

    class Aws(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            length = int(self.headers.get("x-amz-decoded-content-length") or self.headers["Content-Length"])
            called.put(
                (self.command, self.path.partition("?")[0], self.rfile.read(int(self.headers["Content-Length"])))
            )
            assert length
            self.send_response(200)
            answer = b"{}" if self.command == "POST" else b""
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_PUT  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        square.do(
            "rule", aws_url=f"http://127.0.0.1:{server.server_port}", bucket="mails", queue="http://127.0.0.1/0/mail"
        )
        write(square, "Kein Netz.", title="Netz")
        method, path, body = called.get(timeout=60)
        assert (method, path.rpartition("/")[0]) == ("PUT", "/mails/mail") and b"Kein Netz." in body
        method, path, body = called.get(timeout=60)
        told = json.loads(json.loads(body)["MessageBody"])
        assert method == "POST"
        assert json.loads(body)["QueueUrl"] == "http://127.0.0.1/0/mail"
        assert told["receipt"]["recipients"] == [ADDRESS]
        assert "content" not in told
        (first,) = heard(square, credentials)
        email.sender.try_send(answer(first), credentials)
        bodies = [json.loads(called.get(timeout=60)[2])["MessageBody"] for _ in range(2)]
        detail = [json.loads(each)["detail"]["eventType"] for each in bodies]
        assert sorted(detail) == ["Delivery", "Send"]
    finally:
        server.shutdown()
        server.server_close()


# -- the oracle: boto3 ------------------------------------------------------------------------------------------------


@pytest.fixture
def official(square: SquarePlatform) -> Any:
    keys = {"aws_access_key_id": SECTION["access_key_id"], "aws_secret_access_key": SECTION["secret_access_key"]}
    return boto3.client("sesv2", region_name=SECTION["region"], endpoint_url=square.home, **keys)


def test_boto3_sends_and_asks(square: SquarePlatform, official: Any) -> None:
    raw = b"From: hilfe@nordlicht.example\r\nTo: mira@mail.example\r\nSubject: Hallo\r\n\r\nHallo\r\n"
    sent = official.send_email(
        FromEmailAddress=ADDRESS,
        Destination={"ToAddresses": ["mira@mail.example"]},
        Content={"Raw": {"Data": raw}},
        EmailTags=[{"Name": "thread", "Value": "x"}],
    )
    assert square.messages(own=True)[0]["id"] == f"{sent['MessageId']}@eu-central-1.amazonses.com"
    assert official.get_email_identity(EmailIdentity="nordlicht.example")["VerifiedForSendingStatus"] is True
    with pytest.raises(official.exceptions.NotFoundException):
        official.get_email_identity(EmailIdentity=ADDRESS)
    square.do("sandbox")
    with pytest.raises(official.exceptions.MessageRejected):
        official.send_email(Destination={"ToAddresses": ["mira@mail.example"]}, Content={"Raw": {"Data": raw}})
    square.do("pause")
    with pytest.raises(official.exceptions.SendingPausedException):
        official.send_email(Destination={"ToAddresses": ["mira@mail.example"]}, Content={"Raw": {"Data": raw}})


def test_boto3_is_refused_with_other_keys(square: SquarePlatform) -> None:
    keys = {"aws_access_key_id": SECTION["access_key_id"], "aws_secret_access_key": "another"}
    stranger = boto3.client("sesv2", region_name=SECTION["region"], endpoint_url=square.home, **keys)
    with pytest.raises(ClientError) as refused:
        stranger.get_email_identity(EmailIdentity="nordlicht.example")
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"


def test_our_call_is_boto3s(square: SquarePlatform, credentials: Credentials, official: Any) -> None:
    """Method, path and body are the same; and so is the mail, as both carry the same bytes."""
    write(square, "Kein Netz.", title="Netz")
    (first,) = heard(square, credentials)
    email.sender.try_send(answer(first), credentials)
    ours = square.calls("outbound-emails")[-1]
    params = ours["params"]
    official.send_email(
        FromEmailAddress=params["FromEmailAddress"],
        Destination=params["Destination"],
        Content={"Raw": {"Data": base64.b64decode(params["Content"]["Raw"]["Data"])}},
        EmailTags=params["EmailTags"],
        ConfigurationSetName=params["ConfigurationSetName"],
    )
    theirs = square.calls("outbound-emails")[-1]
    assert [ours[name] for name in ("method", "path", "params")] == [
        theirs[name] for name in ("method", "path", "params")
    ]


def test_mail_goes_to_all_whom_it_names_and_each_copy_is_reported(
    square: SquarePlatform, credentials: Credentials
) -> None:
    write(square, "Seit Montag kein Netz.", title="Kein Netz")
    (first,) = heard(square, credentials)
    envelope = Envelope(("bernd@c15b.example", "anna@c15.example"), ("carla@c15c.example",), "Ihre Rechnung")
    email.sender.try_send(answer(first, envelope=envelope), credentials)
    (ours,) = square.messages(own=True)
    assert ours["traits"]["recipients"] == {"to": list(envelope.to), "cc": list(envelope.cc)}
    assert ours["traits"]["subject"] == "Ihre Rechnung"
    events = [each["eventType"] for each in square.http.get("/email/events").json()["events"]]
    assert events == ["Send", "Delivery", "Delivery", "Delivery"]


def test_mail_with_the_company_in_copy_arrives(square: SquarePlatform, credentials: Credentials) -> None:
    raw = f"From: Anna <anna@c15.example>\r\nTo: freund@x.example\r\nCc: {ADDRESS}\r\nMessage-ID: <1@x>\r\n\r\nHallo"
    square.do("raw_mail", content=base64.b64encode(raw.encode()).decode())
    (told,) = square.http.get("/email/incoming").json()["incoming"]
    assert told["receipt"]["recipients"] == [ADDRESS]
    (fact,) = heard(square, credentials)
    assert [each.id for each in fact.recipients.to] == ["freund@x.example"]

"""Forwards to somebody without a seat: what leaves, who may answer, and that the customer notices nothing of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from storage import audit, connections, conversations, keys, left_out_mails, table
from tests.functional.console_api import Answer, Console, now, private_message
from tests.functional.test_mail import call
from tests.functional.test_mail_recipients import (
    ADDRESS,
    ANNA,
    BUCKET,
    FIRST,
    Ses,
    detail,
    inbox,
    letters,
    mails,
    ses,
)
from tests.support.stack import Stack

__all__ = ["inbox", "mails", "ses"]
TECHNICIAN = "timo@technik.example"
AGENT = "b0356e29-883d-4d25-88f2-5a68a69cfd7b"
SECRET = "Bitte nichts versprechen."


def forward(console: Console, conversation: str, **more: Any) -> Answer:
    body = {"to": TECHNICIAN, "text": "Kennen Sie die Meldung?"} | more
    return console.post(f"/conversations/{conversation}/forwards", body)


def reply_to(ses: Ses) -> str:
    """Return where an answer to the last forward goes."""
    return str(letters(ses)[-1][1]["Reply-To"])


@pytest.fixture
def answers(mails: Any, stack: Stack) -> Callable[..., None]:
    """Have somebody answer a forward, as their mail program does."""

    def answer(to: str, text: str = "Das ist der Netzteilfehler.", sender: str = TECHNICIAN, **more: str) -> None:
        key = more.get("key", "answer1")
        heads = {"From": f"Timo Technik <{sender}>", "To": to, "Subject": "AW: WG: Doppelte Abbuchung"}
        heads |= {"Message-ID": more.get("id", "<t1@technik.example>")}
        raw = "".join(f"{name}: {value}\r\n" for name, value in heads.items()) + f"\r\n{text}\r\n"
        mails.put_object(Bucket=BUCKET, Key=f"mail/{key}", Body=raw.encode())
        mail = {"messageId": key, "timestamp": "2026-11-29T04:07:20.000Z", "source": sender}
        recipients = more.get("recipients", to).split(",")
        receipt = {"recipients": recipients, "dmarcVerdict": {"status": more.get("dmarc", "PASS")}}
        call({"notificationType": "Received", "mail": mail, "receipt": receipt})
        stack.dispatch()

    return answer


def notes(console: Console, conversation: str) -> list[dict[str, Any]]:
    return [each for each in detail(console, conversation)["messages"] if each["direction"] == "note"]


def test_forward_goes_to_the_person_alone_with_comment_and_messages(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST)
    console.post(f"/conversations/{conversation}/notes", {"text": SECRET})
    shown = forward(console, conversation)
    assert shown.status == 201, shown.body
    assert (shown.body["direction"], shown.body["state"]) == ("note", "queued")
    assert shown.body["forward"] == {"message": None}
    assert shown.body["recipients"]["to"] == [TECHNICIAN]
    before = detail(console, conversation)
    stack.settle()
    ((destination, letter),) = letters(ses)
    assert destination == {"ToAddresses": [TECHNICIAN]}
    text = letter.get_content()
    assert text.startswith("Kennen Sie die Meldung?")
    assert "> Wir wurden zweimal belastet." in text
    assert SECRET not in text
    assert ANNA not in str(letter)
    assert (letter["Subject"], letter["In-Reply-To"]) == ("Fwd: Doppelte Abbuchung", None)
    assert "c15-1@c15.example" not in str(letter)
    after = detail(console, conversation)
    assert notes(console, conversation)[-1]["state"] == "sent"
    assert {name: after[name] for name in ("status", "unread", "preview")} == {
        name: before[name] for name in ("status", "unread", "preview")
    }


def test_files_go_along_and_those_of_the_answer_are_kept(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console, mails: Any
) -> None:
    parts = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        "--x\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--x\r\nContent-Type: text/plain\r\n"
        "Content-Disposition: attachment; filename={name}\r\n\r\n{file}\r\n--x--\r\n"
    )
    heads, _, _ = FIRST.partition("\r\n\r\n")
    conversation = inbox(f"{heads}\r\n" + parts.format(text="Siehe Anhang.", name="meldung.txt", file="E-17"))
    message = detail(console, conversation)["messages"][0]["id"]
    forwarded = forward(console, conversation, message=message).body
    assert forwarded["forward"] == {"message": message}
    stack.settle()
    letter = letters(ses)[-1][1]
    assert [each.get_filename() for each in letter.iter_attachments()] == ["meldung.txt"]
    raw = f"From: {TECHNICIAN}\r\nTo: {reply_to(ses)}\r\nMessage-ID: <t2@technik.example>\r\n" + parts.format(
        text="So tauscht man es.", name="anleitung.txt", file="Erst Strom aus."
    )
    mails.put_object(Bucket=BUCKET, Key="mail/with-file", Body=raw.encode())
    told = {"messageId": "with-file", "timestamp": "2026-11-29T04:07:20.000Z", "source": TECHNICIAN}
    receipt = {"recipients": [reply_to(ses)], "dmarcVerdict": {"status": "PASS"}}
    for _ in range(2):
        call({"notificationType": "Received", "mail": told, "receipt": receipt})
    stack.dispatch()
    note = notes(console, conversation)[-1]
    assert (note["text"], [each["title"] for each in note["attachments"]]) == ("So tauscht man es.", ["anleitung.txt"])


def test_older_version_reads_a_forward_as_a_note_that_is_not_sent(
    ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST)
    sent = forward(console, conversation).body["id"]
    item = table.get(*keys.action_key(conversation, sent))
    assert item is not None
    assert (json.loads(item["b"])["verb"], item.get("st"), item["fst"]) == ("note", None, "queued")


def test_answer_of_the_person_becomes_a_note_and_alerts_the_agent(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console, answers: Callable[..., None]
) -> None:
    conversation = inbox(FIRST)
    forwarded = forward(console, conversation).body["id"]
    stack.settle()
    console.post(f"/conversations/{conversation}/resolve", {})
    for key in ("answer1", "answer1", "answer2"):  # SES tells it twice, and once more as another mail
        answers(reply_to(ses), key=key)
    note = notes(console, conversation)[-1]
    assert note["author"] == {"id": TECHNICIAN, "name": f"Timo Technik <{TECHNICIAN}>"}
    assert (note["text"], note["answers"], note["state"]) == ("Das ist der Netzteilfehler.", forwarded, "kept")
    assert len(notes(console, conversation)) == 2
    head = detail(console, conversation)
    assert (head["status"], head["inbound"], head["mentioned"]) == ("resolved", 1, [AGENT])
    assert [each["conversation"]["id"] for each in console.get("/for-me").body["items"]] == [conversation]
    assert len(stack.conversations()) == 1


@pytest.mark.parametrize(
    ("sender", "dmarc"), [("egon@technik.example", "PASS"), (TECHNICIAN, "FAIL"), ("timo+x@technik.example", "PASS")]
)
def test_answer_of_anybody_else_is_left_out_and_listed(
    stack: Stack,
    ses: Any,
    inbox: Callable[..., str],
    console: Console,
    answers: Callable[..., None],
    sender: str,
    dmarc: str,
) -> None:
    conversation = inbox(FIRST)
    forward(console, conversation)
    stack.settle()
    answers(reply_to(ses), sender=sender, dmarc=dmarc)
    assert len(notes(console, conversation)) == 1
    assert len(stack.conversations()) == 1
    (listed,) = [each for each in left_out_mails.page(10) if each.cause == "forward_stranger"]
    assert sender in listed.sender


def test_token_that_is_not_ours_is_no_forward(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console, answers: Callable[..., None]
) -> None:
    conversation = inbox(FIRST)
    forward(console, conversation)
    stack.settle()
    forged = re.sub(r"\+f.", "+fa" if "+fb" in reply_to(ses) else "+fb", reply_to(ses))
    answers(forged)
    assert len(notes(console, conversation)) == 1


def test_person_who_also_writes_to_the_company_is_heard_as_anybody(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console, answers: Callable[..., None]
) -> None:
    conversation = inbox(FIRST)
    forward(console, conversation)
    stack.settle()
    answers(reply_to(ses), sender="egon@technik.example", recipients=f"{reply_to(ses)},{ADDRESS}")
    assert len(notes(console, conversation)) == 1
    assert len(stack.conversations()) == 2


def test_forward_is_taken_back_while_it_is_held(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST)
    held = forward(console, conversation, hold_seconds=10).body
    assert held["held_until"]
    assert console.delete(f"/conversations/{conversation}/replies/{held['id']}").status == 200
    stack.settle()
    assert (letters(ses), notes(console, conversation)) == ([], [])


def test_forward_requested_twice_with_one_key_leaves_once(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST)
    path, body = f"/conversations/{conversation}/forwards", {"to": TECHNICIAN, "text": "Kennen Sie das?"}
    first, second = (console.post(path, body, Idempotency_Key="k1") for _ in range(2))
    assert first.body["id"] == second.body["id"]
    stack.settle()
    assert len(letters(ses)) == 1


@pytest.mark.parametrize(
    ("to", "error"),
    [(ANNA, "forward_to_customer"), ("verkauf@nordlicht.example", "own_address"), ("keine Adresse", "recipient")],
)
def test_forward_is_refused_to_customers_and_own_addresses(
    ses: Any, inbox: Callable[..., str], console: Console, to: str, error: str
) -> None:
    refused = forward(console, inbox(FIRST), to=to)
    assert (refused.status, refused.body["error"]) == (422, error)


def test_forward_needs_a_mail_connection_of_the_team(stack: Stack, table: str, console: Console) -> None:
    conversation = private_message()
    refused = forward(console, conversation)
    assert (refused.status, refused.body["error"]) == (422, "no_mail_connection")


def test_conversation_of_another_platform_leaves_by_the_teams_mail_connection(
    stack: Stack, ses: Any, console: Console
) -> None:
    conversation = private_message()
    team = detail(console, conversation)["team"]
    connections.put_connection("email", "support", ADDRESS, "Nordlicht Netz", team)
    sent = forward(console, conversation, connection="support")
    assert sent.status == 201, sent.body
    stack.settle()
    ((destination, _),) = letters(ses)
    assert destination == {"ToAddresses": [TECHNICIAN]}


def test_forward_is_audited_without_the_address(ses: Any, inbox: Callable[..., str], console: Console) -> None:
    conversation = inbox(FIRST)
    forward(console, conversation)
    entries, _ = audit.page(audit.Period(now() - 60_000, now() + 60_000), 10, event="forwarded")
    ((target, text),) = [(each.target, str(each)) for each in entries if each.target == conversation]
    assert target and TECHNICIAN not in text


def test_erased_conversation_takes_no_answer(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console, answers: Callable[..., None], mails: Any
) -> None:
    conversation = inbox(FIRST)
    forward(console, conversation)
    stack.settle()
    lead = Console(console.context, {"cognito:groups": "lead"})
    assert lead.delete(f"/conversations/{conversation}").status == 200
    stack.dispatch()
    answers(reply_to(ses))
    assert conversations.head(conversation) is None
    assert "mail/answer1" not in [each["Key"] for each in mails.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_forward_that_comes_back_is_shown_as_failed(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST)
    forward(console, conversation)
    stack.settle()
    tags = {each["Name"]: [each["Value"]] for each in ses.taken[-1]["EmailTags"]}
    mail = {"messageId": "0107-1", "source": ADDRESS, "tags": tags, "destination": [TECHNICIAN]}
    hit = [{"emailAddress": TECHNICIAN}]
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": hit}
    for _ in range(2):
        call({"detail": {"eventType": "Bounce", "mail": mail, "bounce": bounce}})
    assert notes(console, conversation)[-1]["state"] == "failed"
    assert detail(console, conversation)["undelivered"] is None
    call({"detail": {"eventType": "Delivery", "mail": mail, "delivery": {}}})
    assert notes(console, conversation)[-1]["state"] == "failed"

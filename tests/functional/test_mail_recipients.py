"""Answers to mails: to whom they go by themselves, to whom an agent has them go, and what leaves for SES."""

from __future__ import annotations

import base64
import email as mails_library
import json
from collections.abc import Callable, Iterator
from email import policy
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from application import loading
from channels import email
from channels.base import Credentials
from conversations.actions import State, Verb
from conversations.facts import Author, Fact, Kind, Visibility
from reply import tasks
from shared import settings
from storage import connections, conversations, received_facts
from tests.functional.console_api import Answer, Console, now, private_message
from tests.functional.test_mail import call
from tests.support import mailbox
from tests.support.mailbox import ADDRESS, KEY
from tests.support.serving import serving
from tests.support.stack import Stack

BUCKET = "mails-to-several"
ANNA, BERND, CARLA = "anna@c15.example", "bernd@c15b.example", "carla@c15c.example"
OTHER_ADDRESS = "verkauf@nordlicht.example"
FIRST = (
    f"From: Anna Erste <{ANNA}>\r\nTo: {ADDRESS}\r\nCc: Bernd Zweiter <{BERND}>, {OTHER_ADDRESS}\r\n"
    "Subject: Doppelte Abbuchung\r\nMessage-ID: <c15-1@c15.example>\r\n\r\nWir wurden zweimal belastet.\r\n"
)
SECOND = (
    f"From: Bernd Zweiter <{BERND}>\r\nTo: {ADDRESS}\r\nCc: Anna Erste <{ANNA}>\r\n"
    "Subject: Re: Doppelte Abbuchung\r\nMessage-ID: <c15-2@c15b.example>\r\nIn-Reply-To: <c15-1@c15.example>\r\n"
    "References: <c15-1@c15.example>\r\n\r\nBitte nur mir antworten.\r\n"
)


class Ses(BaseHTTPRequestHandler):
    """Takes mails, and fails as often as it is told to."""

    taken: list[dict[str, Any]]
    failures: list[int]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.taken.append(body)
        status = self.failures.pop(0) if self.failures else 200
        answer = json.dumps({"MessageId": f"0107-{len(self.taken)}"} if status == 200 else {"message": "x"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="session")
def mails(client: Callable[[str], Any]) -> Any:
    return mailbox.make_bucket(client, BUCKET)


@pytest.fixture
def ses(
    stack: Stack, mails: Any, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[type[Ses] | Any]:
    """SES, a connection to one address, and another one of the company."""
    taken: list[dict[str, Any]] = []
    failures: list[int] = []
    with (
        mailbox.connected(client, BUCKET, monkeypatch),
        serving(Ses, taken=taken, failures=failures) as port,
    ):
        keys = {"access_key_id": "AKIA", "secret_access_key": "s"}
        options = {"region": "eu-central-1", "base_url": f"http://127.0.0.1:{port}"}
        document = json.dumps({"account_id": ADDRESS, "secrets": KEY | keys, "options": options})
        name = f"{settings.connections_path()}/email/support"
        client("ssm").put_parameter(Name=name, Value=document, Type="SecureString", Overwrite=True)
        connections.put_connection("email", "sales", OTHER_ADDRESS, "Verkauf")
        yield type("Told", (), {"taken": taken, "failures": failures})


@pytest.fixture
def inbox(stack: Stack, ses: Any, mails: Any) -> Callable[..., str]:
    """Mails come in one after the other, each a second later; returns the conversation of the last."""
    second = iter(range(10, 60))

    def come(*raws: str, to: str = ADDRESS, dmarc: str = "PASS") -> str:
        for raw in raws:
            number = next(second)
            mails.put_object(Bucket=BUCKET, Key=f"mail/r{number}", Body=raw.encode())
            mail = {"messageId": f"r{number}", "timestamp": f"2026-11-29T02:07:{number}.000Z", "source": "m@x.example"}
            receipt = {"recipients": [to], "dmarcVerdict": {"status": dmarc}}
            call({"notificationType": "Received", "mail": mail, "receipt": receipt})
            stack.dispatch()
        return next(each for each in (found.id for found in map(stack.read, stack.conversations())) if each)

    return come


def detail(console: Console, conversation: str) -> dict[str, Any]:
    return console.get(f"/conversations/{conversation}").body


def reply(console: Console, conversation: str, text: str = "Wir sehen nach.", **more: Any) -> Answer:
    return console.post(f"/conversations/{conversation}/replies", {"text": text, **more})


def letters(ses: Any) -> list[tuple[dict[str, Any], Any]]:
    """Return the mails that SES took: their destination, and what their readers see."""
    return [
        (
            each["Destination"],
            mails_library.message_from_bytes(base64.b64decode(each["Content"]["Raw"]["Data"]), policy=policy.default),
        )
        for each in ses.taken
    ]


def test_answer_goes_to_who_wrote_last_and_to_nobody_else(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST, SECOND)
    shown = detail(console, conversation)
    assert (shown["customer"]["id"], len(shown["messages"])) == (ANNA, 2)
    assert shown["answer"]["to"] == [BERND]
    assert reply(console, conversation, seen=shown["messages"][-1]["id"]).status == 201
    stack.settle()
    ((destination, letter),) = letters(ses)
    assert destination == {"ToAddresses": [BERND]}
    assert (letter["To"], letter["Cc"], letter["Subject"]) == (BERND, None, "Re: Doppelte Abbuchung")
    assert letter["In-Reply-To"] == "<c15-2@c15b.example>"
    assert ANNA not in str(letter)


def test_person_who_answers_to_the_conversations_address_is_answered(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST)
    head = conversations.head(conversation)
    assert head is not None
    address = email.thread_ids.reply_address(head.identity.thread_id, Credentials(ADDRESS, KEY))
    raw = SECOND.replace("In-Reply-To: <c15-1@c15.example>\r\nReferences: <c15-1@c15.example>\r\n", "")
    assert inbox(raw.replace(BERND, CARLA).replace(f"To: {ADDRESS}", f"To: {address}"), to=address) == conversation
    assert detail(console, conversation)["answer"]["to"] == [CARLA]
    reply(console, conversation)
    stack.settle()
    assert [destination for destination, _ in letters(ses)] == [{"ToAddresses": [CARLA]}]


def test_answer_to_the_first_person_again_goes_to_them(inbox: Callable[..., str], console: Console) -> None:
    third = SECOND.replace("c15-2@c15b", "c15-3@c15").replace(f"Bernd Zweiter <{BERND}>", f"Anna Erste <{ANNA}>", 1)
    assert detail(console, inbox(FIRST, SECOND, third))["answer"]["to"] == [ANNA]


def test_mail_that_nobody_vouches_for_changes_no_recipient(inbox: Callable[..., str], console: Console) -> None:
    conversation = inbox(FIRST)
    inbox(SECOND, dmarc="FAIL")
    assert detail(console, conversation)["answer"]["to"] == [ANNA]


def test_mail_shows_to_whom_else_it_was_sent_without_our_addresses(inbox: Callable[..., str], console: Console) -> None:
    shown = detail(console, inbox(FIRST, SECOND))
    assert [each["recipients"] for each in shown["messages"]] == [{"to": [], "cc": [BERND]}, {"to": [], "cc": [ANNA]}]
    assert shown["answer"]["people"] == [{"id": ANNA, "name": "Anna Erste"}, {"id": BERND, "name": "Bernd Zweiter"}]


def test_recipients_and_subject_are_changed_by_the_agent(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST, SECOND)
    chosen = {"to": ["Anna@C15.example", ANNA, CARLA], "cc": [BERND, ANNA], "subject": "Ihre Erstattung (5 €)"}
    answer = reply(console, conversation, **chosen)
    assert answer.status == 201
    assert answer.body["recipients"] == {"to": [ANNA, CARLA], "cc": [BERND]}
    assert answer.body["title"] == "Ihre Erstattung (5 €)"
    stack.settle()
    ((destination, letter),) = letters(ses)
    assert destination == {"ToAddresses": [ANNA, CARLA], "CcAddresses": [BERND]}
    assert [str(letter[name]) for name in ("To", "Cc", "Subject")] == [f"{ANNA}, {CARLA}", BERND, chosen["subject"]]
    assert letter["In-Reply-To"] == "<c15-1@c15.example>"
    assert detail(console, conversation)["messages"][-1]["recipients"] == {"to": [ANNA, CARLA], "cc": [BERND]}


@pytest.mark.invariant(3)
def test_each_try_goes_to_the_same_people_although_others_write_meanwhile(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST)
    ses.failures.append(429)
    first = reply(console, conversation, text="An Anna.", cc=[CARLA]).body["id"]
    stack.settle()
    inbox(SECOND)
    stack.settle()
    loaded = loading.load(conversation)
    assert loaded is not None
    state = next(each.state for each in loaded.actions if each.id == first)
    assert state == State.QUEUED
    tasks.carry_out({"conversation": conversation, "action": first}, 3, now() + 10_000_000)
    assert len(ses.taken) >= 2
    assert {json.dumps(destination) for destination, _ in letters(ses)} == {
        json.dumps({"ToAddresses": [ANNA], "CcAddresses": [CARLA]})
    }
    assert {letter["In-Reply-To"] for _, letter in letters(ses)} == {"<c15-1@c15.example>"}


@pytest.mark.invariant(10)
def test_answer_is_refused_when_another_person_wrote_meanwhile(inbox: Callable[..., str], console: Console) -> None:
    conversation = inbox(FIRST)
    seen = detail(console, conversation)["messages"][-1]["id"]
    inbox(SECOND)
    assert reply(console, conversation, seen=seen).body["error"] == "stale"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"to": []}, "no_recipient"),
    ({"to": [""]}, "recipient"),
    ({"to": ["anna"]}, "recipient"),
    ({"to": [f"Anna <{ANNA}>"]}, "recipient"),
    ({"to": [f"{ANNA}, {BERND}"]}, "recipient"),
    ({"to": [f"{ANNA}\r\nBcc: {CARLA}"]}, "recipient"),
    ({"cc": ["jörg@mail.example"]}, "recipient"),
    ({"to": [f"p{number}@x.example" for number in range(11)]}, "recipients_many"),
    ({"cc": [f"p{number}@x.example" for number in range(21)]}, "recipients_many"),
    ({"to": [ADDRESS]}, "own_address"),
    ({"cc": ["Hilfe+abc@Nordlicht.example"]}, "own_address"),
    ({"cc": [BERND, OTHER_ADDRESS]}, "own_address"),
    ({"subject": " "}, "subject"),
    ({"subject": "x" * 201}, "subject"),
    ({"subject": f"x\r\nBcc: {CARLA}"}, "subject"),
    ({"subject": "x\u2028y"}, "subject"),
]


def test_recipients_that_cannot_be_are_refused(inbox: Callable[..., str], console: Console) -> None:
    conversation = inbox(FIRST)
    for chosen, error in REFUSED:
        answer = reply(console, conversation, **chosen)
        assert (chosen, answer.status, answer.body["error"]) == (chosen, 422, error)
    assert detail(console, conversation)["messages"][1:] == []


def test_recipients_are_refused_on_other_channels(stack: Stack, console: Console) -> None:
    said = Fact(
        Kind.MESSAGE, Visibility.PRIVATE, "p", now(), "m1", author=Author("p", "Jana"), text="Hallo", customer_id="p"
    )
    received_facts.add("facebook", "demo", [said], now())
    stack.dispatch()
    conversation = stack.only().id
    for chosen in ({"to": [ANNA]}, {"cc": []}, {"subject": "Netz"}):
        answer = reply(console, conversation, **chosen)
        assert (answer.status, answer.body["error"]) == (422, "not_addressed")
    shown = detail(console, conversation)
    assert "answer" not in shown
    assert "recipients" not in shown["messages"][0]


def test_nothing_is_sent_to_a_person_whose_mails_come_back(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST)
    reply(console, conversation, cc=[BERND])
    stack.settle()
    loaded = loading.load(conversation)
    assert loaded is not None
    action = next(each for each in loaded.actions if each.verb == Verb.REPLY)
    token = email.thread_ids.thread_token(loaded.head.identity.thread_id, Credentials(ADDRESS, KEY))
    mail = {"timestamp": "2026-11-29T03:00:00.000Z", "messageId": "0107-1", "source": ADDRESS}
    mail |= {"destination": [ANNA, BERND], "tags": {"thread": [token], "message": [action.id]}}
    hit = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": BERND}]}
    call({"detail": {"eventType": "Bounce", "mail": mail, "bounce": hit}})
    stack.settle()
    shown = detail(console, conversation)
    assert (shown["messages"][-1]["state"], shown["undelivered"]) == ("sent", None)
    assert shown["messages"][-1]["recipients"] == {"to": [ANNA], "cc": [BERND], "unreached": [BERND]}
    assert (reply(console, conversation, cc=[BERND]).body["error"], reply(console, conversation).status) == (
        "recipient_gone",
        201,
    )


def test_question_goes_to_the_customer_alone_and_only_if_nobody_else_is_talked_with(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST)
    promise = {"follow_up": {"after": "P7D", "text": "Ist es gelöst?"}}
    assert reply(console, conversation, **promise).status == 201
    stack.settle()
    version = detail(console, conversation)["follow_up"]
    assert version["doer"] == "machine"
    loaded = loading.load(conversation)
    assert loaded is not None
    assert loaded.head.follow_up is not None
    assert stack.follow_up(conversation, loaded.head.follow_up.version, now() + 9 * 86_400_000) in ("ask", "move")


def test_person_asks_where_somebody_else_got_the_answer(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    conversation = inbox(FIRST, SECOND)
    promise = {"follow_up": {"after": "P7D", "text": "Ist es gelöst?"}}
    assert reply(console, conversation, **promise).status == 201
    follow_up = detail(console, conversation)["follow_up"]
    assert (follow_up["doer"], follow_up["reason"]) == ("person", "elsewhere")


def test_person_asks_where_another_person_was_chosen(inbox: Callable[..., str], console: Console) -> None:
    conversation = inbox(FIRST)
    assert reply(console, conversation, to=[CARLA], follow_up={"after": "P7D"}).status == 201
    assert detail(console, conversation)["follow_up"]["doer"] == "person"


@pytest.mark.invariant(11)
def test_recipients_go_with_the_erased_conversation(
    stack: Stack, ses: Any, inbox: Callable[..., str], lead: Console
) -> None:
    conversation = inbox(FIRST)
    reply(lead, conversation, cc=[CARLA])
    stack.settle()
    assert CARLA in json.dumps(stack.items())
    assert lead.delete(f"/conversations/{conversation}/customer").status == 200
    stack.settle()
    left = json.dumps(stack.items())
    assert [each for each in (ANNA, BERND, CARLA) if each in left] == []


def test_macro_names_the_person_to_whom_its_answer_goes(
    stack: Stack, ses: Any, inbox: Callable[..., str], lead: Console
) -> None:
    conversation = inbox(FIRST, SECOND)
    team = detail(lead, conversation)["team"]
    macro = {"title": "Eingang", "actions": [{"reply": {"text": "Guten Tag {{customer}}, wir sehen nach."}}]}
    assert lead.put(f"/teams/{team}/macros/eingang", macro).status == 200
    assert lead.post(f"/conversations/{conversation}/macros/eingang", {}).status == 200
    stack.settle()
    ((destination, letter),) = letters(ses)
    assert destination == {"ToAddresses": [BERND]}
    assert letter.get_content().startswith("Guten Tag Bernd Zweiter, wir sehen nach.\r\n\r\nOn 2026-11-29 at ")


SIGNATURE = {"en": "Kind regards\nNordlicht", "de": "Freundliche Grüße\nNordlicht"}


@pytest.fixture
def signed(lead: Console) -> Console:
    """The team has a signature."""
    team = lead.get("/teams/service").body | {"signature": SIGNATURE}
    assert lead.put("/teams/service", team).body["signature"] == SIGNATURE
    return lead


def test_signature_and_quoted_mail_stand_below_an_answer_and_are_shown_before(
    stack: Stack, ses: Any, inbox: Callable[..., str], signed: Console
) -> None:
    conversation = inbox(FIRST.replace("belastet.", "belastet.\r\n>From hier an: bitte prüfen Sie das."))
    assert detail(signed, conversation)["answer"]["signature"] == SIGNATURE["de"]
    answer = reply(signed, conversation, text="Wir sehen nach.").body
    assert (answer["text"], answer["signature"]) == ("Wir sehen nach.", SIGNATURE["de"])
    stack.settle()
    ((_, letter),) = letters(ses)
    assert letter.get_content().splitlines() == [
        "Wir sehen nach.",
        "",
        "-- ",
        "Freundliche Grüße",
        "Nordlicht",
        "",
        f"Am 29.11.2026 um 02:07 UTC schrieb Anna Erste <{ANNA}>:",
        "> Wir wurden zweimal belastet.",
        ">>From hier an: bitte prüfen Sie das.",
    ]
    quoted = "".join(f"> {line}\r\n" for line in letter.get_content().splitlines())
    said = f"Danke.\r\n\r\nAm 30.11.2026 um 08:00 schrieb Nordlicht:\r\n{quoted}"
    inbox(SECOND.replace("Bitte nur mir antworten.", said))
    newest = [each for each in detail(signed, conversation)["messages"] if each["direction"] == "inbound"][-1]
    assert newest["text"] == "Danke."
    assert "Wir wurden zweimal belastet." in newest["folded"]


def test_mail_is_quoted_for_its_author_alone(
    stack: Stack, ses: Any, inbox: Callable[..., str], console: Console
) -> None:
    """To somebody else an answer says only what the agent wrote."""
    reply(console, inbox(FIRST), to=[CARLA])
    stack.settle()
    assert letters(ses)[0][1].get_content() == "Wir sehen nach.\r\n"


def test_signature_is_not_below_anything_but_mail(console: Console, lead: Console, signed: Console) -> None:
    conversation = private_message()
    answer = console.post(f"/conversations/{conversation}/replies", {"text": "Hallo."}).body
    assert "signature" not in answer
    assert not conversations.read(conversation).actions[-1].signature


@pytest.mark.parametrize("signature", [{"fr": "x"}, {"en": 1}, {"en": "x" * 1001}, "x"])
def test_signature_of_another_form_is_refused(lead: Console, signature: Any) -> None:
    team = lead.get("/teams/service").body | {"signature": signature}
    assert lead.put("/teams/service", team).status in (400, 422)


def test_signature_stands_below_a_question_that_is_asked_later(
    stack: Stack, ses: Any, inbox: Callable[..., str], signed: Console
) -> None:
    conversation = inbox(FIRST)
    wish = {"after": "P7D", "text": "Ist es gelöst?"}
    assert reply(signed, conversation, follow_up=wish).status == 201
    stack.settle()
    loaded = loading.load(conversation)
    assert loaded is not None and loaded.head.follow_up is not None
    at, version = now() + 9 * 86_400_000, loaded.head.follow_up.version
    while stack.follow_up(conversation, version, at) == "move":
        loaded = loading.load(conversation)
        assert loaded is not None and loaded.head.follow_up is not None
        at, version = loaded.head.follow_up.promise.at, loaded.head.follow_up.version
    (asked,) = [each for each in conversations.read(conversation).actions if each.verb == Verb.ASK]
    assert asked.signature == SIGNATURE["de"]

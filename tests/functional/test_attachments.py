"""Files beside a conversation: what agents see of those that came, and what they may send along."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from channels.facebook.sending import FacebookSender
from conversations import attachments, identity
from conversations.actions import Action, State, Verb
from conversations.attachments import Attached, Stage
from conversations.facts import Attachment, Author, Fact, Kind, Visibility
from conversations.send_options import Files, Route, Situation, Way
from storage import conversations, erased_conversations, files
from tests.functional.console_api import JANA, MINUTE, Answer, Console, come_in, now, private_message
from tests.support.stack import Stack

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PICTURE = Attachment("image", "https://platform.example/picture?expires=soon", "Router", "p_1")
TAKES = Files(2, {"image/*": 1000, "application/pdf": 2000})
Json = dict[str, Any]


@pytest.fixture
def chat(console: Console) -> str:
    """Jana sent a picture and a place."""
    return come_in(
        Fact(
            Kind.MESSAGE,
            Visibility.PRIVATE,
            "t_1",
            now() - MINUTE,
            "m_1",
            author=JANA,
            customer_id=JANA.id,
            attachments=(PICTURE, Attachment("location", "https://maps.example/1", "Bremen")),
        )
    )


@pytest.fixture
def takes(monkeypatch: pytest.MonkeyPatch) -> Callable[[Files | None], None]:
    """Lets the platform take these files."""
    real = FacebookSender.send_options

    def take(rule: Files | None) -> None:
        def send_options(self: FacebookSender, situation: Situation, now: int) -> list[Route]:
            return [replace(each, files=rule) for each in real(self, situation, now)]

        monkeypatch.setattr(FacebookSender, "send_options", send_options)

    take(TAKES)
    return take


def spot_of(chat: str) -> attachments.Spot:
    (fact,) = [each for each in conversations.read(chat).facts if each.kind == Kind.MESSAGE and each.attachments]
    return attachments.spot(chat, "", fact.at, "m_1", PICTURE)


def shown(console: Console, chat: str) -> list[Json]:
    """The attachments of all messages."""
    whole = console.get(f"/conversations/{chat}")
    assert whole.status == 200
    return [each for message in whole.body["messages"] for each in message["attachments"]]


def put(answer: Answer, content: bytes, **headers: str) -> int:
    """Upload as a browser does; the status."""
    upload = answer.body["upload"]
    request = urllib.request.Request(upload["url"], content, upload["headers"] | headers, method=upload["method"])
    try:
        with urllib.request.urlopen(request) as answered:
            return answered.status
    except urllib.error.HTTPError as error:
        return error.code


def offer(console: Console, chat: str, content: bytes = PNG, name: str = "Plan.png", **more: Any) -> Answer:
    body = {"name": name, "type": "image/png", "size": len(content)} | more
    return console.post(f"/conversations/{chat}/files", body)


def uploaded(console: Console, chat: str, content: bytes = PNG, **more: Any) -> str:
    """The id of a file that lies there."""
    answer = offer(console, chat, content, **more)
    assert answer.status == 201
    assert put(answer, content) == 200
    return answer.body["id"]


# -- what came --------------------------------------------------------------------------------------------------------


def test_a_file_that_nobody_fetched_shows_no_address_of_the_platform(console: Console, chat: str) -> None:
    picture, place = shown(console, chat)
    assert (picture["state"], picture["url"], picture["link"], picture["title"]) == ("absent", None, None, "Router")
    assert (place["state"], place["url"]) == (None, "https://maps.example/1")


def test_a_file_that_was_fetched_is_given_by_a_link_of_ours(console: Console, chat: str) -> None:
    files.store(Attached(spot_of(chat), "m_1", Stage.PENDING), PNG, "image/png", now())
    picture, _ = shown(console, chat)
    assert (picture["state"], picture["mime"], picture["size"], picture["shown"]) == (
        "stored",
        "image/png",
        len(PNG),
        True,
    )
    for link in (picture["link"], console.get(f"/conversations/{chat}/files/{picture['id']}").body["link"]):
        with urllib.request.urlopen(link) as answer:
            assert answer.read() == PNG


def test_a_file_that_did_not_come_says_why_and_is_fetched_again(
    console: Console, chat: str, media_settings: dict[str, str], client: Callable[[str], Any]
) -> None:
    files.note(Attached(spot_of(chat), "m_1", Stage.FAILED, reason="gone"), now())
    picture, _ = shown(console, chat)
    assert (picture["state"], picture["reason"]) == ("failed", "gone")
    assert picture["explanation"]
    again = console.post(f"/conversations/{chat}/files/{picture['id']}/retry")
    assert (again.status, again.body["state"]) == (200, "pending")
    asked = list(taken_out_of(client("sqs"), media_settings["MEDIA_QUEUE_URL"]))
    # Beside it, there is what other tests of this process asked for.
    assert len([body for body in asked if picture["id"] in body]) == 1


def taken_out_of(sqs: Any, queue: str) -> Iterator[str]:
    """Yield the bodies of all messages of a queue, which is empty then."""
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            yield message["Body"]


def test_a_reason_that_only_a_channel_knows_is_said_in_general(console: Console, chat: str) -> None:
    files.note(Attached(spot_of(chat), "m_1", Stage.FAILED, reason="policy"), now())
    assert shown(console, chat)[0]["explanation"] == "The platform did not give it."


@pytest.mark.parametrize("file_id", ["x", f"-.{'1' * 13}{'a' * 26}"])
def test_a_file_that_is_not_there_is_not_found(console: Console, chat: str, file_id: str) -> None:
    assert console.get(f"/conversations/{chat}/files/{file_id}").body["error"] == "no_file"
    assert console.post(f"/conversations/{chat}/files/{file_id}/retry").body["error"] == "no_file"


def test_files_of_one_conversation_are_not_those_of_another(console: Console, chat: str) -> None:
    files.store(Attached(spot_of(chat), "m_1", Stage.PENDING), PNG, "image/png", now())
    other = private_message("m_9", thread="t_9")
    file_id = spot_of(chat).id
    assert console.get(f"/conversations/{other}/files/{file_id}").status == 404


def test_a_removed_message_shows_no_files(console: Console, chat: str) -> None:
    files.store(Attached(spot_of(chat), "m_1", Stage.PENDING), PNG, "image/png", now())
    come_in(Fact(Kind.REMOVED, Visibility.PRIVATE, "t_1", now(), "m_1", customer_id=JANA.id))
    assert shown(console, chat) == []
    assert console.get(f"/conversations/{chat}/files/{spot_of(chat).id}").status == 404


# -- what goes along --------------------------------------------------------------------------------------------------


def test_an_answer_takes_a_file_along(console: Console, chat: str, takes: object) -> None:
    file_id = uploaded(console, chat)
    answer = console.post(f"/conversations/{chat}/replies", {"text": "So geht es.", "files": [file_id]})
    assert answer.status == 201
    (went,) = answer.body["attachments"]
    assert (went["title"], went["mime"], went["state"], went["type"]) == ("Plan.png", "image/png", "stored", "image")
    assert shown(console, chat)[-1]["id"] == file_id
    action = next(each for each in conversations.read(chat).actions if each.files)
    assert files.load(chat, action.files) == [("Plan.png", "image/png", PNG)]


def test_a_file_needs_no_words(console: Console, chat: str, takes: object) -> None:
    answer = console.post(f"/conversations/{chat}/replies", {"files": [uploaded(console, chat)]})
    assert (answer.status, answer.body["text"]) == (201, "")
    assert console.post(f"/conversations/{chat}/replies", {"files": []}).status == 400


def test_a_file_that_is_taken_back_with_its_answer_can_be_sent_again(
    console: Console, chat: str, takes: object
) -> None:
    body = {"text": "So geht es.", "files": [uploaded(console, chat)]}
    first = console.post(f"/conversations/{chat}/replies", body | {"hold_seconds": 10})
    assert console.delete(f"/conversations/{chat}/replies/{first.body['id']}").status == 200
    assert console.post(f"/conversations/{chat}/replies", body).status == 201


def test_a_sent_file_loses_the_mark_of_a_draft(
    console: Console, chat: str, takes: object, client: Callable[[str], Any]
) -> None:
    file_id = uploaded(console, chat)
    spot = attachments.spot_of_id(chat, file_id)
    assert spot

    def tags() -> Any:
        return client("s3").get_object_tagging(Bucket="files", Key=spot.object_key)["TagSet"]

    assert tags() == [{"Key": "draft", "Value": "1"}]
    console.post(f"/conversations/{chat}/replies", {"text": "x", "files": [file_id]})
    assert tags() == []


@pytest.mark.parametrize(
    ("rule", "more", "error"),
    [
        (None, {}, "files_refused"),
        (TAKES, {"type": "video/mp4"}, "file_type"),
        (TAKES, {"type": "image/svg+xml"}, "file_type"),
        (TAKES, {"type": "text/html"}, "file_type"),
        (TAKES, {"size": 1001}, "file_large"),
        (TAKES, {"type": "application/pdf", "size": 2001}, "file_large"),
        (TAKES, {"name": "Plan.png.exe"}, "file_dangerous"),
        (TAKES, {"name": "plan.JS. "}, "file_dangerous"),
        (TAKES, {"size": 0}, "file_empty"),
        (TAKES, {"size": "1"}, "malformed"),
        (TAKES, {"type": None}, "malformed"),
        (TAKES, {"colour": "red"}, "malformed"),
    ],
)
def test_file_that_the_platform_does_not_take_is_not_uploaded(
    console: Console, chat: str, takes: Callable[[Files | None], None], rule: Files | None, more: Json, error: str
) -> None:
    takes(rule)
    answer = offer(console, chat, **more)
    assert answer.body["error"] == error


def test_uploaded_file_is_checked_again(console: Console, chat: str, takes: Callable[[Files | None], None]) -> None:
    """The rule holds when the answer is written, for what the file is and not for what it was said to be."""
    path = f"/conversations/{chat}/replies"
    picture, pretender = uploaded(console, chat), uploaded(console, chat, b"<html>" + b" " * 42)
    assert console.post(path, {"text": "x", "files": [pretender]}).body["error"] == "file_type"
    assert console.post(path, {"text": "x", "files": [picture, picture]}).status == 201  # named twice, it is one
    more = [uploaded(console, chat) for _ in range(3)]
    assert console.post(path, {"text": "x", "files": more}).body["error"] == "files_many"
    takes(Files(1, {"image/*": 10}))
    assert console.post(path, {"text": "x", "files": more[:1]}).body["error"] == "file_large"
    takes(None)
    assert console.post(path, {"text": "x", "files": more[:1]}).body["error"] == "files_refused"


@pytest.mark.parametrize("rule", [{"with_text": False}, {"limit": 3}])
@pytest.mark.invariant(3)
@pytest.mark.invariant(4)
def test_files_go_out_behind_the_text_where_the_platform_wants_two_messages(
    console: Console, chat: str, takes: Callable[[Files | None], None], rule: Json
) -> None:
    takes(Files(1, {"image/*": 1000}, **rule))
    body = {"text": "Here is the plan.", "files": [uploaded(console, chat)], "resolve": True, "hold_seconds": 5}
    path = f"/conversations/{chat}/replies"
    answers = [console.post(path, body, idempotency_key="answer-once") for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert [[each["id"] for each in (answer.body, *answer.body["parts"])] for answer in answers[1:]] == [
        [each["id"] for each in (answers[0].body, *answers[0].body["parts"])]
    ]
    first, second = [each for each in conversations.read(chat).actions if each.verb == Verb.REPLY]
    assert (first.text, first.files, second.text, second.files) == ("Here is the plan.", (), "", tuple(body["files"]))
    assert (first.id < second.id, second.beside, first.resolve, second.resolve) == (True, first.id, False, True)
    assert console.delete(f"{path}/{first.id}").status == 200
    assert {each.state for each in conversations.read(chat).actions if each.verb == Verb.REPLY} == {State.CANCELLED}


@pytest.mark.parametrize(("rule", "error"), [({"with_text": False}, "files_alone"), ({"limit": 3}, "text_too_long")])
def test_files_beside_a_text_are_refused_where_one_message_is_all_there_is(
    console: Console, chat: str, monkeypatch: pytest.MonkeyPatch, rule: Json, error: str
) -> None:
    takes = Files(1, {"image/*": 1000}, **rule)
    once = Route(Way.PRIVATE_REPLY, Visibility.PRIVATE, 100, files=takes)
    monkeypatch.setattr(FacebookSender, "send_options", lambda *_: [once])
    body = {"text": "long", "files": [uploaded(console, chat)]}
    assert console.post(f"/conversations/{chat}/replies", body).body["error"] == error


def test_program_is_not_sent_whatever_it_is_called(
    console: Console, chat: str, takes: Callable[[Files | None], None]
) -> None:
    takes(Files(1, {"*/*": 1000}))
    program = uploaded(console, chat, b"MZ\x90\0" + b"\0" * 60, name="Plan.pdf", type="application/pdf")
    answer = console.post(f"/conversations/{chat}/replies", {"text": "x", "files": [program]})
    assert (answer.status, answer.body["error"]) == (422, "file_dangerous")


def test_file_that_was_not_uploaded_is_not_sent(console: Console, chat: str, takes: object) -> None:
    files.store(Attached(spot_of(chat), "m_1", Stage.PENDING), PNG, "image/png", now())
    empty = offer(console, chat).body["id"]
    for wrong in (empty, "x", spot_of(chat).id, f"-.{'1' * 13}{'a' * 26}"):
        answer = console.post(f"/conversations/{chat}/replies", {"text": "x", "files": [wrong]})
        assert answer.body["error"] == "file_missing"


def test_an_erased_conversation_takes_what_was_sent_along(
    console: Console, chat: str, takes: object, client: Callable[[str], Any]
) -> None:
    sent, left = uploaded(console, chat), uploaded(console, chat)
    console.post(f"/conversations/{chat}/replies", {"text": "x", "files": [sent]})
    erased_conversations.erase(chat, now() + MINUTE)
    files.purge(chat, now() + MINUTE)
    assert "Contents" not in client("s3").list_objects_v2(Bucket="files", Prefix=chat)
    for each in (sent, left):
        with pytest.raises(files.NotThere):
            files.load(chat, [each])


# -- on its way out ---------------------------------------------------------------------------------------------------


def write(stack: Stack, file_id: str) -> None:
    """Put an answer with a file into the outbox of the one conversation there is."""
    found = stack.only()
    at = found.moment(now())
    action = Action(
        identity.action_id(at, b"87654321"),
        at,
        Verb.REPLY,
        Author("kim", "Kim"),
        seen=found.head.inbound,
        heard=found.head.heard,
        text="So geht es.",
        way=Way.PRIVATE_MESSAGE,
        state=State.QUEUED,
        files=(file_id,),
    )
    conversations.commit(found.id, action, found.after(action), at)


def test_the_channel_gets_the_file_and_a_lost_one_is_said(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The uploaded bytes are sent; a reply whose file is gone fails with that reason, and sends nothing."""
    sent: list[Any] = []
    channel = channels.get("facebook")
    monkeypatch.setattr(type(channel.sender), "try_send", lambda self, message, secrets: sent.append(message) or "p_1")
    chat = private_message()
    stack.settle()
    upload = identity.action_id(now(), b"12345678")
    file, address = files.await_upload(chat, upload, "Plan.png", "image/png", len(PNG), now())
    request = urllib.request.Request(
        address, PNG, {"Content-Type": "image/png", "x-amz-tagging": files.DRAFT}, method="PUT"
    )
    urllib.request.urlopen(request).close()
    files.keep([files.uploaded(file.spot)], now())
    write(stack, file.spot.id)
    stack.settle()
    assert [(each.name, each.mime, each.content) for each in sent[0].files] == [("Plan.png", "image/png", PNG)]
    files.drop(file.spot)
    write(stack, file.spot.id)
    stack.settle()
    failed = conversations.read(chat).actions[-1]
    assert (failed.state, failed.reason, len(sent)) == ("failed", "file_missing", 1)

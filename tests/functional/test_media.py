"""Files that come with messages: fetched once, kept while their message stands, and of no type but their own."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

import media.app
from conversations import attachments, identity
from conversations.attachments import Attached, Stage
from conversations.facts import Attachment, Author, Fact, Kind, Visibility
from media import retry
from shared import http_guard
from storage import conversations, erased_conversations, file_items, files, received_facts
from tests.functional.console_api import JANA
from tests.support.context import Context
from tests.support.platform import Platform
from tests.support.stack import CONNECTION, Stack

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
THREAD = "t_1"
_numbers = itertools.count(1)


def now() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Post:
    """Delivers messages with files into the stack, and lets the media function work."""

    stack: Stack
    queue: str

    def come_in(self, *attachments: Attachment, message_id: str = "m_1", at: int = 0, **more: Any) -> Fact:
        """A private message of Jana's with these attachments."""
        said = Fact(
            Kind.MESSAGE,
            Visibility.PRIVATE,
            THREAD,
            at or now() - 60_000,
            message_id,
            author=JANA,
            customer_id=JANA.id,
            attachments=attachments,
            **more,
        )
        self.tell(said)
        return said

    def tell(self, *facts: Fact) -> None:
        """Facts are stored, as the webhook does it, and dispatched."""
        received_facts.add("facebook", CONNECTION, facts, now())
        self.stack.dispatch()

    def picture(self, path: str = "/picture", **more: Any) -> Attachment:
        """A picture that lies on the platform's server."""
        return Attachment("image", f"http://127.0.0.1:{self.stack.platform.port}{path}", **more)

    def waiting(self) -> list[dict[str, Any]]:
        """Return the visible messages of the queue, as Lambda hands them on."""
        return self.stack.receive(self.queue)

    def fetch(self, batch: list[dict[str, Any]] | None = None) -> list[str]:
        """Let the function take what waits; the ids of what goes back to the queue."""
        batch = self.waiting() if batch is None else batch
        if not batch:
            return []
        answer = media.app.lambda_handler({"Records": batch}, Context())
        failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        for record in batch:
            if record["messageId"] not in failed:
                with contextlib.suppress(ClientError):  # handed in twice, it is gone the second time
                    self.stack.client("sqs").delete_message(QueueUrl=self.queue, ReceiptHandle=record["receiptHandle"])
        return failed

    def known(self) -> list[Attached]:
        """Return the states of the conversation's files."""
        return list(conversations.read(self.conversation).files)

    def lying(self) -> list[str]:
        """The keys of the conversation's files in the bucket."""
        found = self.stack.client("s3").list_objects_v2(Bucket="files", Prefix=self.conversation)
        return [each["Key"] for each in found.get("Contents", [])]

    @property
    def conversation(self) -> str:
        return identity.thread_key("facebook", CONNECTION, THREAD)


@pytest.fixture
def post(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    # A queue of its own: SQS empties one once in sixty seconds, and takes as long for it.
    made = Post(stack, stack.client("sqs").create_queue(QueueName=f"media-{next(_numbers)}")["QueueUrl"])
    monkeypatch.setenv("MEDIA_QUEUE_URL", made.queue)
    yield made
    stack.client("sqs").delete_queue(QueueUrl=made.queue)
    for key in made.lying():
        stack.client("s3").delete_object(Bucket="files", Key=key)


# -- coming in --------------------------------------------------------------------------------------------------------


def test_a_picture_is_fetched_and_an_agent_gets_it_from_us(post: Post, platform: Platform) -> None:
    platform.says(PNG, content_type="image/png")
    post.come_in(post.picture("/router.png"))
    assert post.fetch() == []
    (file,) = post.known()
    assert (file.stage, file.mime, file.size, file.name) == (Stage.STORED, "image/png", len(PNG), "router.png")
    with urlopen(files.link(file)) as answer:
        assert answer.read() == PNG
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''router.png"
    assert files.link(file).startswith(f"{files.origin()}/")
    assert "X-Amz-Expires=300" in files.link(file)


def test_repeated_events_fetch_once(post: Post, platform: Platform) -> None:
    """Invariant 2: the platform is asked once, however often it tells."""
    platform.says(PNG)
    said = post.come_in(post.picture())
    batch = post.waiting()
    post.fetch(batch)
    post.tell(said)
    post.fetch(batch)
    post.fetch()
    assert len(platform.asked) == 1
    assert len(post.lying()) == 1


def test_several_files_of_a_message_are_several(post: Post, platform: Platform) -> None:
    for _ in range(3):
        platform.says(PNG)
    pictures = [post.picture(f"/{number}") for number in range(3)]
    post.come_in(*pictures, Attachment("location", "https://maps.example/1"), Attachment("image"))
    post.fetch()
    assert len(post.known()) == len(post.lying()) == len(platform.asked) == 3


@pytest.mark.parametrize(
    ("content", "told", "kept"),
    [
        (b"<html><script>alert(1)</script>", "text/html", "application/octet-stream"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "application/octet-stream"),
        (b"<script>", "image/png", "application/octet-stream"),
        (b"MZ\x90\0", "application/x-msdownload", "application/x-dosexec"),
        (b"%PDF-1.7", "image/png", "application/pdf"),
        (PNG, "text/html", "image/png"),
        (b"Name;Wert", "text/csv", "text/csv"),
    ],
)
def test_only_what_is_harmless_is_shown(post: Post, platform: Platform, content: bytes, told: str, kept: str) -> None:
    platform.says(content, content_type=told)
    post.come_in(post.picture("/rechnung%22.html"))
    post.fetch()
    (file,) = post.known()
    assert file.mime == kept
    with urlopen(files.link(file)) as answer:
        if kept == "image/png":
            assert answer.headers["content-disposition"].startswith("inline")
        else:
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''rechnung_.html"


def test_an_echo_of_what_was_sent_from_here_is_not_fetched(post: Post, platform: Platform) -> None:
    ours = identity.action_id(now(), b"12345678")
    post.come_in(post.picture(), own=True, reference=ours)
    assert post.waiting() == []


# -- what does not come -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "gone"), (403, "gone"), (410, "gone"), (400, "bad"), (204, "bad")]
)
def test_a_file_that_is_refused_is_shown_with_its_reason(
    post: Post, platform: Platform, status: int, reason: str
) -> None:
    platform.says(b"", status=status)
    post.come_in(post.picture())
    assert post.fetch() == []
    (file,) = post.known()
    assert (file.stage, file.reason) == (Stage.FAILED, reason)


def test_a_file_that_is_too_large_is_not_taken(post: Post, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_LIMIT", "1")
    platform.says(b"x" * 1_000_001)
    post.come_in(post.picture())
    assert post.fetch() == []
    assert post.known()[0].reason == "too_large"
    assert post.lying() == []


def test_a_link_into_our_own_network_is_not_followed(
    post: Post, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWORK", "public")
    post.come_in(post.picture())
    assert post.fetch() == []
    http_guard.permit("any")
    assert post.known()[0].reason == "refused"
    assert platform.asked == []


def test_a_passing_fault_is_waited_for_and_shown_in_the_end(post: Post, platform: Platform) -> None:
    platform.says(b"", status=503)
    post.come_in(post.picture())
    batch = post.waiting()
    assert post.fetch(batch) == [batch[0]["messageId"]]
    assert post.known()[0].stage == Stage.PENDING
    platform.says(b"", status=503)
    batch[0]["attributes"]["ApproximateReceiveCount"] = str(retry.PATIENCE)
    assert post.fetch(batch) == []
    assert (post.known()[0].stage, post.known()[0].reason) == (Stage.FAILED, "retry")


def test_waiting_message_is_shown_again_when_the_platform_says(post: Post, platform: Platform) -> None:
    platform.says(b"", 503, **{"Retry-After": "1"})
    post.come_in(post.picture())
    assert len(post.fetch()) == 1
    shown = post.stack.client("sqs").receive_message(QueueUrl=post.queue, VisibilityTimeout=30, WaitTimeSeconds=10)
    assert len(shown.get("Messages", [])) == 1, "received for half a minute, it would not be there by then"


def test_one_file_that_waits_does_not_hold_up_another(post: Post, platform: Platform) -> None:
    platform.says(b"", status=503)
    platform.says(PNG)
    post.come_in(post.picture("/a"), post.picture("/b"))
    assert len(post.fetch()) == 1
    assert sorted(file.stage for file in post.known()) == [Stage.PENDING, Stage.STORED]


def test_a_connection_that_is_gone_is_the_reason(post: Post, platform: Platform) -> None:
    said = post.come_in(post.picture())
    received_facts.add("facebook", "elsewhere", [said], now())
    post.stack.dispatch()
    post.fetch()
    other = conversations.read(identity.thread_key("facebook", "elsewhere", THREAD)).files
    assert [file.reason for file in other] == ["connection"]


# -- what is forgotten ------------------------------------------------------------------------------------------------


def remove(post: Post, message_id: str = "m_1") -> None:
    post.tell(Fact(Kind.REMOVED, Visibility.PRIVATE, THREAD, now(), message_id, customer_id=JANA.id))


def test_a_removed_message_takes_its_files_along(post: Post, platform: Platform) -> None:
    for _ in range(2):
        platform.says(PNG)
    post.come_in(post.picture("/a"))
    post.come_in(post.picture("/b"), message_id="m_2")
    post.fetch()
    remove(post)
    assert [file.message_id for file in post.known()] == ["m_2"]
    assert len(post.lying()) == 1


def test_a_file_does_not_come_to_a_message_that_was_removed(post: Post, platform: Platform) -> None:
    post.come_in(post.picture())
    remove(post)
    post.fetch()
    assert (post.known(), post.lying(), platform.asked) == ([], [], [])


def test_a_removal_that_arrives_before_its_message_holds(post: Post, platform: Platform) -> None:
    remove(post)
    post.come_in(post.picture())
    post.fetch()
    assert (post.known(), post.lying(), platform.asked) == ([], [], [])


def test_a_message_that_is_brought_back_may_have_its_files_again(post: Post, platform: Platform) -> None:
    said = post.come_in(post.picture())
    remove(post)
    post.fetch()
    post.tell(Fact(Kind.SHOWN, Visibility.PRIVATE, THREAD, said.at, "m_1", customer_id=JANA.id))  # of before
    assert not files.stands(post.conversation, f"#{identity.position(said)}", "m_1")
    post.tell(Fact(Kind.SHOWN, Visibility.PRIVATE, THREAD, now() + 1000, "m_1", customer_id=JANA.id))
    assert files.stands(post.conversation, f"#{identity.position(said)}", "m_1")


@pytest.mark.parametrize("end", ["removed", "erased", "erased and purged"])
def test_a_file_that_arrives_while_its_message_goes_does_not_stay(
    post: Post, platform: Platform, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """Invariant 11: a late file cannot bring back what was erased, in whichever order it happens."""
    post.come_in(post.picture())
    batch, real = post.waiting(), files.store

    def stored_late(*arguments: Any) -> Attached:
        if end == "removed":
            remove(post)
        else:
            erased_conversations.erase(post.conversation, now())
        if end == "erased and purged":
            post.stack.dispatch()
        return real(*arguments)

    monkeypatch.setattr(files, "store", stored_late)
    platform.says(PNG)
    assert post.fetch(batch) == []
    post.stack.dispatch()
    assert (post.known(), post.lying()) == ([], [])


@pytest.mark.parametrize("killed_at", ["store", "stands"])
def test_a_function_that_dies_leaves_nothing_behind(
    post: Post, platform: Platform, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    """Invariant 12: killed after the file lay in the bucket, and erased meanwhile, the next run finishes the work."""
    post.come_in(post.picture())
    batch, real, calls = post.waiting(), getattr(files, killed_at), []

    def dies(*arguments: Any) -> Any:
        calls.append(1)
        found = real(*arguments)
        if killed_at == "store" or len(calls) == 2:
            raise KeyboardInterrupt
        return found

    platform.says(PNG)
    with monkeypatch.context() as patched:
        patched.setattr(files, killed_at, dies)
        with pytest.raises(KeyboardInterrupt):
            post.fetch(batch)
    assert len(post.lying()) == 1
    erased_conversations.erase(post.conversation, now())
    post.stack.dispatch()
    assert post.fetch(batch) == []
    assert (post.known(), post.lying()) == ([], [])


def test_an_erased_conversation_takes_its_files_along_and_what_comes_later_stays(
    post: Post, platform: Platform
) -> None:
    for _ in range(2):
        platform.says(PNG)
    post.come_in(post.picture("/a"))
    post.fetch()
    erased_conversations.erase(post.conversation, now())
    post.stack.dispatch()
    assert (post.known(), post.lying()) == ([], [])
    post.come_in(post.picture("/b"), message_id="m_2", at=now() + 1000)
    post.fetch()
    assert [file.message_id for file in post.known()] == ["m_2"]
    assert len(post.lying()) == 1


def test_a_late_event_of_an_erased_conversation_fetches_nothing(post: Post, platform: Platform) -> None:
    platform.says(PNG)
    said = post.come_in(post.picture())
    post.fetch()
    erased_conversations.erase(post.conversation, now())
    post.stack.dispatch()
    post.tell(said)
    post.fetch()
    assert (post.known(), post.lying()) == ([], [])
    assert len(platform.asked) == 1


# -- what an e-mail brings along --------------------------------------------------------------------------------------


def test_bytes_that_are_at_hand_are_kept_without_being_fetched(post: Post, platform: Platform) -> None:
    part = Attachment("document", None, "Rechnung.pdf", "mail/1#2")
    said = post.come_in(part)
    files.put(post.conversation, said, part, b"%PDF-1.7", now(), "application/pdf")
    assert post.fetch() == []
    (file,) = post.known()
    assert (file.stage, file.mime, file.name) == (Stage.STORED, "application/pdf", "Rechnung.pdf")
    assert platform.asked == []


@pytest.mark.parametrize("days", [0, -2000, 2000], ids=["now", "long ago", "years ahead"])
def test_state_of_a_file_expires_with_its_message(post: Post, days: int) -> None:
    """Also where the platform's clock is wrong: no trace of a file is kept for longer than the message it came with."""
    part = Attachment("document", None, "Rechnung.pdf", "mail/1#2")
    told = post.come_in(part, at=now() + days * 86_400_000)
    (said,) = received_facts.placed("facebook", CONNECTION, [told], now())
    assert isinstance(said, Fact)
    files.put(post.conversation, said, part, b"%PDF-1.7", now(), "application/pdf")
    stored = [item for item in post.stack.items() if item["pk"]["S"] == post.conversation]
    expires = {int(item["expires"]["N"]) for item in stored if item["sk"]["S"] != "#~"}
    assert len(stored) == 3
    assert max(expires) - min(expires) <= 5


# -- names ------------------------------------------------------------------------------------------------------------


def test_a_spot_is_found_by_its_id_and_its_key_and_in_its_conversation_alone() -> None:
    thread, branch = identity.thread_key("facebook", "demo", "1"), identity.branch_key("2")
    for own in ("", branch):
        spot = attachments.spot(thread, own, 17, "m", Attachment("image", "https://x.example/"))
        assert attachments.spot_of_object(spot.object_key) == spot
        assert attachments.spot_of_id(identity.conversation_id(thread, own), spot.id) == spot
        assert attachments.spot_of_id(thread, spot.id) == spot  # the post's conversation took the branch up
        item = file_items.item(Attached(spot, "m", Stage.STORED, "image/png", 3, "x"), 1)
        assert file_items.is_item(item)
        assert file_items.of_item(item).spot == spot
        assert attachments.spot_of_id(identity.conversation_id(thread, identity.branch_key("3")), spot.id) is None
    for wrong in ("", "x", "../x", f"-.{'1' * 13}{'a' * 25}", f"-.{'1' * 13}{'a' * 26}/"):
        assert attachments.spot_of_id(thread, wrong) is None


def test_files_of_unreadable_names_are_named_all_the_same(
    post: Post, platform: Platform, client: Callable[[str], Any]
) -> None:
    platform.says(PNG, content_disposition='attachment; filename="..\\\\..\\\\\x01b\xf6se.png"')
    post.come_in(post.picture("/"))
    post.fetch()
    with urlopen(files.link(post.known()[0])) as answer:
        assert answer.status == 200


def test_an_author_without_a_name_is_nobody_special(post: Post, platform: Platform) -> None:
    platform.says(PNG)
    said = Fact(Kind.MESSAGE, Visibility.PUBLIC, "p_1", now(), "p_1", author=Author(), attachments=(post.picture(),))
    post.tell(said)
    post.fetch()
    thread = identity.thread_key("facebook", CONNECTION, "p_1")
    assert [file.stage for file in conversations.read(thread).files] == [Stage.STORED]
    files.purge(thread, now())
    assert conversations.read(thread).files == []

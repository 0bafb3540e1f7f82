"""Second tries of what could not be read: from the real webhook and the bucket of mails to the conversation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from application import quarantine as second_tries
from channels import _payload
from channels._payload import UnreadableUpdate
from conversations.facts import Author, Source, Unreadable
from mail import app as mail_app
from mail import receiving
from storage import customers, quarantine, quarantine_erasure, received_facts
from tests.functional.console_api import Console
from tests.functional.test_mail import BUCKET, mime, stored
from tests.support import mailbox, payloads
from tests.support.context import Context
from tests.support.stack import CONNECTION, Stack

BROKEN = "not yet"
START = payloads.START * 1000
GROUP = {"channel": "facebook", "connection": CONNECTION, "reason": "older_version"}


def put_aside(stack: Stack, *updates: dict[str, Any]) -> None:
    """Have a webhook call come in while the parser is that of an older version."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        whole = _payload.as_object

        def as_object(value: object) -> dict[str, Any]:
            found = whole(value)
            if BROKEN in str(found.get("message")):
                raise UnreadableUpdate("older_version")
            return found

        monkeypatch.setattr(_payload, "as_object", as_object)
        assert stack.post(payloads.delivery(*updates))["statusCode"] == 200


def listed(console: Console, name: str = "unread") -> list[dict[str, Any]]:
    return console.get("/unread", {"list": name}).body["items"]


def retry(admin: Console, entry: dict[str, Any]) -> dict[str, Any]:
    answer = admin.post(f"/unread/{entry['id']}/retry")
    assert answer.status == 200, answer
    return answer.body


def texts(stack: Stack) -> list[str | None]:
    stack.settle()
    return [message.text for message in stack.messages()]


def test_an_update_is_read_again_and_stands_where_it_was_sent(stack: Stack, admin: Console) -> None:
    put_aside(stack, payloads.message("m1", f"first, {BROKEN}", START), payloads.message("m2", "second", START + 1000))
    assert texts(stack) == ["second"]
    (entry,) = listed(admin)
    assert retry(admin, entry) == {"id": entry["id"], "result": "read", "reason": None}
    assert texts(stack) == [f"first, {BROKEN}", "second"]
    assert listed(admin) == []
    assert admin.get("/unread/counts").body == {"items": [], "total": 0, "more": False}
    (done,) = listed(admin, "handled")
    assert (done["was_read"], done["handled_by"]["name"]) == (True, admin.get("/me").body["name"])


def test_it_is_stored_to_the_byte_as_on_the_direct_way(stack: Stack, admin: Console) -> None:
    update = payloads.message("m1", BROKEN)
    put_aside(stack, update)
    (entry,) = listed(admin)
    retry(admin, entry)
    again = stored_facts(stack)
    assert len(again) == 1
    stack.post(payloads.delivery(update))
    assert stored_facts(stack) == again


def stored_facts(stack: Stack) -> list[dict[str, Any]]:
    return [item for item in everything(stack) if item.get("x", {}).get("S") == BROKEN]


def test_two_administrators_at_the_same_time_store_it_once(stack: Stack, admin: Console) -> None:
    put_aside(stack, payloads.message("m1", BROKEN))
    (entry,) = listed(admin)
    found = quarantine.find(entry["id"])
    assert found is not None
    now = time.time_ns() // 1_000_000
    with ThreadPoolExecutor(4) as pool:
        tries = list(pool.map(lambda number: second_tries.read_again(found, Author("ada"), now + number), range(4)))
    assert {each.outcome for each in tries} == {"read"}
    assert listed(admin) == []
    assert texts(stack) == [BROKEN]
    everywhere = admin.get("/audit", {"kind": "unread_retried"}).body["items"]
    assert [(noted["target"], noted["detail"]) for noted in everywhere] == [(entry["id"], {"result": "read"})]


def test_a_try_that_died_after_its_facts_were_stored_is_finished_by_the_next(stack: Stack, admin: Console) -> None:
    update = payloads.message("m1", BROKEN)
    put_aside(stack, update)
    stack.post(payloads.delivery(update))  # the facts are there, and the entry still is
    (entry,) = listed(admin)
    assert retry(admin, entry)["result"] == "read"
    assert texts(stack) == [BROKEN]


def test_update_that_still_cannot_be_read_stays_with_its_new_reason(stack: Stack, admin: Console) -> None:
    stack.post({"object": "page", "entry": [{"id": "1", "changes": [{"field": "new_field", "value": {"a": 1}}]}]})
    (entry,) = listed(admin)
    key = quarantine.find(entry["id"])
    assert key is not None
    quarantine.note_tried(key, "broken_update", 1, [])
    assert retry(admin, entry) == {"id": entry["id"], "result": "unreadable", "reason": "unknown_field"}
    (still,) = listed(admin)
    assert (still["reason"], still["handled_at"]) == ("unknown_field", None)
    assert still["tried_at"] is not None
    (noted,) = admin.get("/audit", {"kind": "unread_retried"}).body["items"]
    assert noted["detail"] == {"result": "unreadable", "reason": "unknown_field"}


def test_a_reason_without_meaning_moves_it_to_the_filtered(stack: Stack, admin: Console) -> None:
    source = Source({"object": "page", "entry": [{"id": "1", "messaging": [handover()]}]})
    received_facts.add("facebook", CONNECTION, [Unreadable("older_version", handover(), source)], START)
    (entry,) = listed(admin)
    assert retry(admin, entry)["reason"] == "not_handled:pass_thread_control"
    assert listed(admin) == []
    assert [each["id"] for each in listed(admin, "filtered")] == [entry["id"]]


def handover() -> dict[str, Any]:
    return {"sender": {"id": "7"}, "recipient": {"id": "1"}, "timestamp": START, "pass_thread_control": {"a": "b"}}


def test_an_entry_of_an_older_version_says_why_it_cannot_be_read_again(stack: Stack, admin: Console) -> None:
    received_facts.add("facebook", CONNECTION, [Unreadable("older_version", {"a": 1})], START)
    (entry,) = listed(admin)
    assert retry(admin, entry) == {"id": entry["id"], "result": "no_source", "reason": "older_version"}
    assert len(listed(admin)) == 1


def test_an_entry_of_an_account_that_is_gone_says_so(stack: Stack, admin: Console) -> None:
    source = Source({"object": "page", "entry": []})
    received_facts.add("facebook", "gone", [Unreadable("older_version", {"a": 1}, source)], START)
    received_facts.add("myspace", "gone", [Unreadable("older_version", {"a": 2}, source)], START)
    assert {retry(admin, entry)["result"] for entry in listed(admin)} == {"no_connection"}


def test_numbers_and_tries_are_for_administrators(stack: Stack, console: Console, lead: Console) -> None:
    put_aside(stack, payloads.message("m1", BROKEN))
    (entry,) = listed(console)
    for person in (console, lead):
        for answer in (
            person.get("/unread/counts"),
            person.post(f"/unread/{entry['id']}/retry"),
            person.post("/unread/retry", GROUP),
        ):
            assert (answer.status, answer.body["error"]) == (403, "admins_only")


def test_entries_are_counted_by_account_and_reason(stack: Stack, admin: Console) -> None:
    for number in range(3):
        received_facts.add("facebook", "demo", [Unreadable("broken_update", {"a": number})], START + number)
    received_facts.add("x", "demo", [Unreadable("unknown_event", {"a": 1}), Unreadable("spam", {"a": 2})], START)
    assert admin.get("/unread/counts").body == {
        "items": [
            {"channel": "facebook", "connection": "demo", "reason": "broken_update", "count": 3},
            {"channel": "x", "connection": "demo", "reason": "unknown_event", "count": 1},
        ],
        "total": 4,
        "more": False,
    }
    assert admin.get("/unread/counts", {"list": "filtered"}).body["total"] == 1


def test_a_group_is_read_again_page_by_page(stack: Stack, admin: Console) -> None:
    updates = [payloads.message(f"m{number:02d}", f"{number:02d} {BROKEN}", START + number) for number in range(25)]
    put_aside(stack, *updates)
    received_facts.add("facebook", CONNECTION, [Unreadable("older_version", {"a": 1})], START)
    received_facts.add("facebook", CONNECTION, [Unreadable("other", {"a": 2})], START)
    tried: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = admin.post("/unread/retry", {**GROUP, "cursor": cursor}).body
        tried += answer["items"]
        assert len(answer["items"]) <= 20
        cursor = answer["cursor"]
        if cursor is None:
            break
    assert sorted(each["result"] for each in tried) == ["no_source"] + ["read"] * 25
    assert [group["count"] for group in admin.get("/unread/counts").body["items"]] == [1, 1]
    assert texts(stack) == [f"{number:02d} {BROKEN}" for number in range(25)]


def test_a_list_is_read_page_by_page(stack: Stack, admin: Console) -> None:
    for number in range(5):
        received_facts.add("facebook", "demo", [Unreadable("odd", {"a": number})], START + number)
    first = admin.get("/unread", {"limit": "3"}).body
    second = admin.get("/unread", {"limit": "3", "cursor": first["cursor"]}).body
    assert [len(first["items"]), len(second["items"]), first["more"], second["more"]] == [3, 2, True, False]
    assert second["cursor"] is None
    assert len({each["id"] for each in first["items"] + second["items"]}) == 5
    other = admin.get("/unread", {"list": "filtered", "cursor": first["cursor"]})
    assert (other.status, other.body["error"]) == (422, "cursor")


@pytest.mark.parametrize(
    "body", ["", "[]", {}, {**GROUP, "reason": ""}, {**GROUP, "reason": "x" * 201}, {**GROUP, "more": 1}]
)
def test_a_body_without_a_group_is_refused(table: str, admin: Console, body: Any) -> None:
    assert admin.post("/unread/retry", body).status == 400


def test_an_entry_that_is_not_there_is_not_found(table: str, admin: Console) -> None:
    assert admin.post(f"/unread/{START}-{'0' * 32}/retry").status == 404


def test_the_source_goes_with_an_erased_customer_whom_it_names(stack: Stack, admin: Console) -> None:
    source = Source({"object": "page", "beside": {"id": "7001"}, "entry": [{"changes": [{"field": "x"}]}]})
    received_facts.add("facebook", CONNECTION, [Unreadable("odd", {"field": "x"}, source)], START)
    own = Unreadable("odd", {"sender": "7001"}, source)
    received_facts.add("facebook", CONNECTION, [own], START)
    quarantine_erasure.purge("facebook", CONNECTION, customers.digest("facebook", CONNECTION, "7001"), START + 1)
    (entry,) = listed(admin)
    assert retry(admin, entry)["result"] == "no_source"
    assert not [item for item in everything(stack) if "src" in item]


def everything(stack: Stack) -> list[dict[str, Any]]:
    return stack.client("dynamodb").scan(TableName=stack.table, ConsistentRead=True)["Items"]


# -- mails ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mails(client: Callable[[str], Any]) -> Any:
    return mailbox.make_bucket(client, f"{BUCKET}-again")


@pytest.fixture
def queue(
    table: str, mails: Any, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], None]]:
    """A connected address; what is called has the mail function take what stands in its queue."""
    url = client("sqs").create_queue(QueueName=f"mails-{time.time_ns()}")["QueueUrl"]
    monkeypatch.setenv("MAIL_QUEUE_URL", url)

    def work() -> None:
        found = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        records = [{"messageId": each["MessageId"], "body": each["Body"], "eventSource": "aws:sqs"} for each in found]
        answer = mail_app.lambda_handler({"Records": records}, Context())  # pyright: ignore[reportArgumentType]
        assert answer["batchItemFailures"] == []

    with mailbox.connected(client, f"{BUCKET}-again", monkeypatch):
        yield work


def mail_comes_in(mails: Any, raw: bytes, ses_id: str, **verdicts: str) -> None:
    mails.put_object(Bucket=f"{BUCKET}-again", Key=f"mail/{ses_id}", Body=raw)
    mail = {"messageId": ses_id, "timestamp": "2026-09-21T14:13:20.000Z", "source": "mira@mail.example"}
    told = {f"{name}Verdict": {"status": status} for name, status in ({"dmarc": "PASS"} | verdicts).items()}
    receipt = {"recipients": [mailbox.ADDRESS], **told, "action": {"type": "Lambda"}}
    receiving.take({"notificationType": "Received", "mail": mail, "receipt": receipt}, time.time_ns() // 1_000_000)


def test_a_mail_is_read_again_by_its_own_function(queue: Callable[[], None], mails: Any, admin: Console) -> None:
    with pytest.MonkeyPatch.context() as older:
        older.setattr("channels._mail_limits.LINES", 1)
        mail_comes_in(mails, mime("Seit Montag\r\nkein Netz."), "again1")
    (entry,) = listed(admin)
    for _ in range(2):
        assert retry(admin, entry)["result"] == "waiting"
    queue()
    assert listed(admin) == []
    (done,) = listed(admin, "handled")
    assert (done["was_read"], done["handled_by"]["name"]) == (True, admin.get("/me").body["name"])
    (fact,) = stored()
    assert (fact.text, fact.unproven) == ("Seit Montag\nkein Netz.", False)
    (noted,) = admin.get("/audit", {"kind": "unread_retried"}).body["items"]
    assert noted["detail"] == {"result": "read"}


def test_a_mail_whose_original_has_expired_says_so(queue: Callable[[], None], mails: Any, admin: Console) -> None:
    mail_comes_in(mails, mime(), "again2", spam="FAIL")
    (entry,) = listed(admin, "filtered")
    assert retry(admin, entry)["result"] == "waiting"
    queue()
    assert [each["reason"] for each in listed(admin, "filtered")] == ["spam"]
    mails.delete_object(Bucket=f"{BUCKET}-again", Key="mail/again2")
    retry(admin, entry)
    queue()
    assert [each["reason"] for each in listed(admin)] == ["no_original"]


def test_a_mail_of_an_older_version_says_why_it_cannot_be_read_again(queue: Callable[[], None], admin: Console) -> None:
    raw = {"kind": "Received", "key": "mail/older", "at": "2026-11-29T07:00:00.000Z"}
    received_facts.add("email", "support", [Unreadable("no_mail", raw)], START)
    (entry,) = listed(admin)
    assert retry(admin, entry)["result"] == "no_source"

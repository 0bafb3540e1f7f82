"""Unreadable updates: the list that people see, and the note that somebody dealt with one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from conversations.facts import Unreadable
from storage import received_facts
from tests.functional.console_api import Console


def now() -> int:
    return time.time_ns() // 1_000_000


def refuse(number: int = 1, reason: str = "too_many_parts", **more: Any) -> None:
    raw = {"kind": "Received", "message_id": f"ses{number}", "at": "2026-11-29T07:00:00.000Z", "subject": "Netz"}
    raw |= {"key": f"mail/ses{number}", "from": "Mira <mira@mail.example>", "senders": ["mira@mail.example"]}
    received_facts.add("email", "support", [Unreadable(reason, raw | more)], now())


@pytest.fixture(autouse=True)
def mail_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_BUCKET", "mails-to-look-at")


def items(console: Console, name: str = "unread") -> list[dict[str, Any]]:
    return console.get("/unread", {"list": name}).body["items"]


def test_a_mail_that_could_not_be_read_is_shown_with_sender_and_subject(console: Console) -> None:
    for _ in range(2):
        refuse()
    (entry,) = items(console)
    shown = {name: entry[name] for name in ("channel", "connection", "reason", "from", "subject", "original")}
    assert shown == {
        "channel": "email",
        "connection": "support",
        "reason": "too_many_parts",
        "from": "Mira <mira@mail.example>",
        "subject": "Netz",
        "original": None,
    }
    assert entry["at"].startswith("2026-11-29T07:00:00")


def test_an_update_of_another_channel_is_shown_without_a_sender(console: Console) -> None:
    received_facts.add("facebook", "demo", [Unreadable("unknown_event", {"a": 1})], now())
    (entry,) = items(console)
    assert (entry["channel"], entry["from"], entry["original"]) == ("facebook", None, None)


def test_handled_update_names_the_agent_and_stays_handled(console: Console, lead: Console) -> None:
    refuse()
    (entry,) = items(console)
    assert console.put(f"/unread/{entry['id']}").status == 200
    refuse()  # delivered once more
    assert items(console) == []
    (done,) = items(console, "handled")
    assert done["handled_by"]["name"] == console.get("/me").body["name"]
    assert console.put(f"/unread/{entry['id']}").status == 404


def test_the_audit_log_has_who_dealt_with_it(console: Console, admin: Console) -> None:
    refuse()
    (entry,) = items(console)
    console.put(f"/unread/{entry['id']}")
    (noted,) = admin.get("/audit", {"kind": "unread_handled"}).body["items"]
    assert noted["target"] == entry["id"]


@pytest.mark.parametrize("reason", ["spam", "virus", "not_handled:poll"])
def test_filtered_mail_is_listed_apart(console: Console, reason: str) -> None:
    refuse(reason=reason)
    assert items(console) == []
    (entry,) = items(console, "filtered")
    assert console.put(f"/unread/{entry['id']}").status == 200
    assert [each["reason"] for each in items(console, "handled")] == [reason]


def test_leads_download_the_original_as_a_file_that_no_browser_shows(
    console: Console, lead: Console, client: Callable[[str], Any]
) -> None:
    import urllib.request

    s3 = client("s3")
    s3.create_bucket(Bucket="mails-to-look-at", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(
        Bucket="mails-to-look-at", Key="mail/ses1", Body=b"<script>alert(1)</script>", ContentType="text/html"
    )
    refuse()
    refuse(2, "virus")
    (entry,) = items(lead)
    with urllib.request.urlopen(entry["original"]) as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="mail.eml"'
    assert [each["original"] for each in items(lead, "filtered")] == [None]
    assert [each["original"] for each in items(console)] == [None]


def test_a_list_that_does_not_exist_is_refused(console: Console) -> None:
    assert console.get("/unread", {"list": "others"}).status == 400


@pytest.mark.parametrize(
    "entry", ["1", "1764400000000-" + "0" * 32, "1764400000000-" + "x" * 32, "x" * 200, "x" * 2000]
)
def test_an_entry_that_does_not_exist_is_not_found(console: Console, entry: str) -> None:
    assert console.put(f"/unread/{entry}").status == 404


def test_a_long_list_says_that_there_is_more(console: Console) -> None:
    for number in range(101):
        refuse(number)
    answer = console.get("/unread").body
    assert (len(answer["items"]), answer["more"]) == (100, True)


def test_the_words_of_a_stranger_are_one_line(console: Console) -> None:
    refuse(**{"from": "Chef\r\nBcc: x\u202egpj\u0000", "subject": "a\u2028b" + "c" * 500})
    (entry,) = items(console)
    assert entry["from"] == "Chef Bcc: x gpj"
    assert entry["subject"].isprintable()
    assert len(entry["subject"]) <= 200

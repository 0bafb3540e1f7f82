"""Notices: a team hears of what waits once, without a customer's word, and only where it may be told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from aws import clients, notification_addresses
from notifications import email, sender, webhook_client
from notifications.notice_texts import Words, words
from notifications.webhook_client import NotNow, Refused, Unsure
from shared import http_guard
from storage import notifications, table, teams
from storage.notifications import Notice, Target
from tests.functional.console_api import Console, now, private_message, visitor_post
from tests.functional.follow_ups.agents_api import answer as customer_answers
from tests.functional.follow_ups.agents_api import asked, outcome
from tests.functional.service_levels.clock import HOUR, aims, watch
from tests.support.context import Context
from tests.support.platform import Platform
from tests.support.stack import Stack
from watch import app, notification_delivery, recompute_due

MINUTE = 60_000
NOTICE = Notice(notifications.FAILED, "service", "email", "c" * 26, at=1_790_000_000_000)
SAID = Words("Service", "Something <waits> & more", "https://inbox.example.org/#/c/abc", "Open")


def texts(told: Platform) -> list[str]:
    """Return the texts that were posted in the channel."""
    return [each["body"]["text"] for each in told.asked if each["call"].endswith("/services/T0/B0/x")]


def overdue(lead: Console) -> str:
    """A conversation that is overdue."""
    aims(lead, first_response="PT4H")
    return private_message("m_1", at=now() - 5 * HOUR, text="Geheime Kundennummer 4711")


def test_a_missed_target_is_told_once(told: Platform, lead: Console) -> None:
    chat = overdue(lead)
    told.says("ok")
    assert watch(now())["notices"] == 1
    assert watch(now() + MINUTE)["notices"] == 0
    (text,) = texts(told)
    assert text.startswith("*service*: On Facebook, somebody has been waiting for a first answer for 5 h 0 min")
    assert text.endswith(f"<https://inbox.example.org/#/c/{chat}|Open the conversation>")


def test_no_word_and_no_name_of_a_customer_is_told(told: Platform, lead: Console) -> None:
    """Invariant 8."""
    overdue(lead)
    told.says("ok")
    watch(now())
    assert not [word for word in ("Geheim", "4711", "Jana") if word in json.dumps(told.asked)]


def test_it_is_told_in_the_teams_language_by_its_label(told: Platform, lead: Console) -> None:
    lead.put("/teams/service", {"language": "de", "label": "Kundendienst"})
    overdue(lead)
    lead.put("/teams/service", {"language": "de", "label": "Kundendienst", "targets": {"first_response": "PT4H"}})
    told.says("ok")
    watch(now())
    assert texts(told)[0].startswith("*Kundendienst*: Auf Facebook wartet jemand seit 5 Std.")


def test_a_follow_up_that_found_it_still_broken_is_told_once(told: Platform, console: Console, stack: Stack) -> None:
    post = asked(console)
    customer_answers(1, "Ist mir egal.")
    stack.settle()
    outcome(console, post, "still_broken")
    stack.dispatch()
    assert stack.hand_over(stack.records) == []
    told.says("ok")
    assert watch(now())["notices"] == 1
    assert "still broken" in texts(told)[0]


def test_an_answer_that_failed_is_told(told: Platform, console: Console, stack: Stack) -> None:
    post = visitor_post("104200000000001_1")
    console.post(f"/conversations/{post}/replies", {"text": "Hallo"})
    told.fails(100, status=400)
    stack.settle()
    told.says("ok")
    assert watch(now())["notices"] == 1
    assert "could not be delivered" in texts(told)[0]


def test_a_team_hears_only_what_it_wants_to(told: Platform, lead: Console) -> None:
    notifications.put_targets("service", [Target("1", "slack", (notifications.FAILED,))])
    overdue(lead)
    assert watch(now())["missed"] == 1
    assert notifications.pinned(10) == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_notification_is_repeated_after_a_passing_failure(told: Platform, lead: Console, status: int) -> None:
    overdue(lead)
    told.says("busy", status)
    assert watch(now())["notices_later"] == 1
    assert watch(now())["notices"] == 0
    told.says("ok")
    assert watch(now() + 2 * MINUTE)["notices"] == 1
    assert len(texts(told)) == 2


@pytest.mark.parametrize("status", [302, 400, 403, 404, 410])
def test_refused_notification_is_counted_and_not_tried_again(told: Platform, lead: Console, status: int) -> None:
    overdue(lead)
    told.says("no_service", status, location="http://127.0.0.1:1/")
    done = watch(now())
    assert (done["notices_failed"], done["missed"]) == (1, 1)
    assert notifications.pinned(10) == []
    assert watch(now() + HOUR)["notices_failed"] == 0


def test_where_nobody_knows_it_is_not_told_again(told: Platform, lead: Console) -> None:
    overdue(lead)
    told.answers.append("reset")
    assert watch(now())["notices_failed"] == 1
    assert notifications.pinned(10) == []


def test_it_is_given_up_after_a_bounded_number_of_times(told: Platform, lead: Console) -> None:
    overdue(lead)
    outcomes = []
    for number in range(len(notifications.PAUSES) + 1):
        told.says("busy", 500)
        outcomes.append(watch(now() + number * 2 * HOUR))
    assert [each["notices_failed"] for each in outcomes] == [0, 0, 0, 0, 1]
    assert notifications.pinned(10) == []


def test_notification_is_not_sent_twice_after_a_kill(told: Platform, lead: Console) -> None:
    """Invariant 12."""
    overdue(lead)
    told.says("busy", 500)
    watch(now())
    (pinned,) = notifications.pinned(10)
    notifications.claim(pinned, now())
    assert watch(now() + MINUTE) | {"notices": 0, "notices_failed": 0} == watch(now() + MINUTE)
    assert watch(now() + 2 * notifications.LEASE)["notices_failed"] == 1
    assert notifications.pinned(10) == []


@pytest.mark.invariant(12)
def test_notification_that_was_given_up_while_it_was_told_leaves_nothing_that_stops_others(
    told: Platform,
) -> None:
    notifications.enqueue(NOTICE, "1", now())
    (pending,) = notifications.pinned(10)
    claimed = notifications.claim(pending, now())
    notifications.complete(pending)
    notifications.release(claimed, now())
    assert notifications.pinned(10) == []


def test_notification_is_sent_while_hundreds_of_others_wait_to_be_tried_again(told: Platform, lead: Console) -> None:
    waiting = [
        notifications.PendingNotice(f"{number:013d}#waits", "1", "slack", NOTICE, tries=1, not_before=now() + HOUR)
        for number in range(300)
    ]
    schema, partition = notifications.PENDING_NOTICE, notifications._PINNED
    table.put_many([schema.item((partition, each.place), each, now() // 1000 + 3600) for each in waiting])
    overdue(lead)
    told.says("ok")
    assert watch(now())["notices"] == 1


def test_notification_is_sent_though_an_update_after_new_rules_takes_all_the_time(
    told: Platform, lead: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recompute_due, "PAGE", 1)
    for number in range(12):
        private_message(f"m_{number}", thread=f"t_{number}", at=now() - 2 * HOUR)
    aims(lead, first_response="PT1H")
    notifications.enqueue(NOTICE, "1", now())
    told.says("ok")
    hurried: Any = Hurried()
    assert app.lambda_handler({}, hurried)["notices"] == 1


@dataclass
class Hurried(Context):
    """The context of a call in which four seconds pass between two looks at the clock."""

    looks: int = 0

    def get_remaining_time_in_millis(self) -> int:
        self.looks += 1
        return 55_000 - self.looks * 4_000


def test_two_who_tell_at_once_tell_it_once(told: Platform, lead: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    overdue(lead)
    told.says("busy", 500)
    watch(now())
    (pinned,) = notifications.pinned(10)
    later = now() + 2 * MINUTE
    monkeypatch.setattr(notification_delivery.notifications, "pinned", lambda _: [pinned, pinned])
    told.says("ok")
    assert watch(later)["notices"] == 1
    assert len(texts(told)) == 2


# -- how it looks -----------------------------------------------------------------------------------------------------


def test_slack_gets_text_that_means_nothing_to_it(told: Platform) -> None:
    told.says("ok")
    sender.tell("slack", notification_addresses.read("service", "1"), SAID)
    assert told.asked[-1]["body"]["text"] == (
        "*Service*: Something &lt;waits&gt; &amp; more\n<https://inbox.example.org/#/c/abc|Open>"
    )


def test_a_workflow_of_teams_gets_an_adaptive_card(told: Platform) -> None:
    told.says("", 202)
    sender.tell("teams", notification_addresses.read("service", "1"), SAID)
    body = told.asked[-1]["body"]
    (attachment,) = body["attachments"]
    card = attachment["content"]
    assert (body["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    shown = [run["text"] for block in card["body"] for run in block["inlines"]]
    assert shown == ["Service", "Something <waits> & more"]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open", "url": SAID.link}]


@pytest.fixture
def ses(told: Platform, client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A server in the place of Amazon SES, which keeps what it is asked. The emulator took the same before."""
    client("sesv2").create_email_identity(EmailIdentity="notices@example.org")
    email.send("team@example.org", SAID)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{told.port}")
    clients.forget()
    yield told
    clients.forget()


def test_an_e_mail_goes_out_as_text(ses: Platform) -> None:
    ses.says({"MessageId": "1"})
    email.send("team@example.org", SAID)
    (request,) = ses.asked
    assert request["call"] == "POST /v2/email/outbound-emails"
    assert request["body"] == {
        "FromEmailAddress": "notices@example.org",
        "Destination": {"ToAddresses": ["team@example.org"]},
        "Content": {
            "Simple": {
                "Subject": {"Data": "Service: Something <waits> & more", "Charset": "UTF-8"},
                "Body": {
                    "Text": {
                        "Data": "Something <waits> & more\n\nhttps://inbox.example.org/#/c/abc",
                        "Charset": "UTF-8",
                    }
                },
            }
        },
    }


def test_without_a_sender_there_is_no_e_mail(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTICE_SENDER", "")
    with pytest.raises(Refused):
        email.send("team@example.org", SAID)


def test_a_short_wait_is_told_in_minutes_and_a_long_one_in_days() -> None:
    def told_after(length: int) -> str:
        return words(Notice("missed", "a", "x", "c", "resolution", since=1), "a", "en", "", 1 + length).text

    assert " 1 min" in told_after(5000)
    assert " 59 min" in told_after(59 * MINUTE)
    assert " 2 d 3 h" in told_after(51 * HOUR)


# -- where it may go --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "http://93.184.215.14/x",
        "https://127.0.0.1/x",
        "https://10.0.0.7/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/x",
        "https://0.0.0.0/x",
        "https://[::1]/x",
        "https://[fe80::1]/x",
        "https://[fd00::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[2002:a00:1::]/x",
        "https://224.0.0.1/x",
        "https://localhost/x",
        "https://2130706433/x",
        "https://user:secret@93.184.215.14/x",
        "https:///x",
        "ftp://93.184.215.14/x",
        "https://93.184.215.14:99999/x",
        "https://[broken/x",
        "gibberish",
    ],
)
def test_notification_to_a_private_address_is_refused(
    environment: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("NETWORK", "public")
    with pytest.raises(ValueError):
        webhook_client.check(address)
    with pytest.raises((Refused, NotNow)):
        webhook_client.post(address, {})


def test_a_public_address_over_tls_is_fine(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWORK", "public")
    webhook_client.check("https://93.184.215.14/services/T0/B0/x")


def test_a_name_that_changes_between_look_and_call_leads_nowhere(
    told: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look says public, the connection goes inside: nothing is said there."""
    http_guard.permit("public")
    monkeypatch.setattr(webhook_client, "check", lambda _: None)
    with pytest.raises((Refused, NotNow)):
        webhook_client.post(notification_addresses.read("service", "1"), {"text": "hush"})
    assert told.asked == []


def test_an_answer_that_is_lost_is_told_apart_from_one_that_never_left(told: Platform) -> None:
    told.answers.append("reset")
    with pytest.raises(Unsure):
        webhook_client.post(notification_addresses.read("service", "1"), {})
    with pytest.raises(NotNow):
        webhook_client.post("http://127.0.0.1:1/x", {})


# -- how it is set up -------------------------------------------------------------------------------------------------


def test_addresses_are_written_and_never_read(told: Platform, lead: Console) -> None:
    to = f"http://127.0.0.1:{told.port}/services/secret"
    saved = lead.put("/teams/service/notices", {"items": [{"kind": "teams", "to": to, "on": ["missed"]}]})
    assert saved.body == {"items": [{"id": "2", "kind": "teams", "to": "…cret", "on": ["missed"]}]}
    assert lead.get("/teams/service/notices").body == saved.body
    assert notification_addresses.read("service", "2") == to
    with pytest.raises(notification_addresses.NoAddress):
        notification_addresses.read("service", "1")


def test_an_address_that_is_left_out_stays(told: Platform, lead: Console) -> None:
    before = notification_addresses.read("service", "1")
    saved = lead.put("/teams/service/notices", {"items": [{"id": "1", "kind": "slack", "on": ["failed"]}]})
    assert saved.body["items"] == [{"id": "1", "kind": "slack", "to": "…B0/x", "on": ["failed"]}]
    assert notification_addresses.read("service", "1") == before


@pytest.mark.parametrize(
    ("item", "status", "error"),
    [
        ({"kind": "slack", "on": ["missed"]}, 422, "notice_address"),
        ({"kind": "slack", "on": ["missed"], "to": "gibberish"}, 422, "notice_address"),
        ({"kind": "email", "on": ["missed"], "to": "nobody"}, 422, "notice_address"),
        ({"kind": "email", "on": ["missed"], "to": "a@example.org,b@example.org"}, 422, "notice_address"),
        ({"id": "9", "kind": "slack", "on": ["missed"], "to": "https://93.184.215.14/"}, 422, "no_notice"),
        ({"id": "1", "kind": "teams", "on": ["missed"]}, 422, "no_notice"),
        ({"kind": "fax", "on": ["missed"]}, 400, "malformed"),
        ({"kind": "slack", "on": []}, 400, "malformed"),
        ({"kind": "slack", "on": ["weather"]}, 400, "malformed"),
        ({"kind": "slack", "on": ["missed"], "colour": "red"}, 400, "malformed"),
    ],
    ids=str,
)
def test_invalid_notification_target_is_refused(
    told: Platform, lead: Console, item: Any, status: int, error: str
) -> None:
    refused = lead.put("/teams/service/notices", {"items": [item]})
    assert (refused.status, refused.body["error"]) == (status, error)
    assert [each.id for each in notifications.targets("service")] == ["1"]


def test_a_test_says_how_it_went(told: Platform, lead: Console) -> None:
    told.says("ok")
    assert lead.post("/teams/service/notices/test").body == {
        "items": [{"id": "1", "kind": "slack", "ok": True, "reason": None}]
    }
    told.says("no_service", 404)
    (item,) = lead.post("/teams/service/notices/test").body["items"]
    assert (item["ok"], item["reason"]) == (False, "404")
    assert "All is well" in texts(told)[0]


def test_addresses_are_for_leads(told: Platform, console: Console) -> None:
    for refused in (console.get("/teams/service/notices"), console.post("/teams/service/notices/test")):
        assert (refused.status, refused.body["error"]) == (403, "forbidden")
    assert teams.team("service").name == "service"

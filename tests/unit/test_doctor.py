"""The checks of ``make doctor``: what each finds, and that nothing unseen is called in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from application.doctor import checks, explanations, outcomes, search_checks
from application.doctor.checks import Secret
from application.doctor.outcomes import CHECKS, Outcome, State, Unneeded, Unread, Unseen
from application.doctor.search_checks import SearchState
from infra.doctor import account
from infra.doctor.account import Alarm, Mail, Reader, Rule
from infra.doctor.readers import attempt
from outreach.searches import Query, Search, Source
from shared import texts
from storage.connections import Connection
from storage.outreach_budgets import Budget
from storage.searches import SourceCursor

NOW = 1_790_000_000_000
DAY = 86_400_000
KNOWN = {name: channels.get(name) for name in channels.names()}
PATTERN = "https://api.example/live/webhooks/{channel}/{connection}"
URL = "https://api.example/live/webhooks/facebook/support"
GOOD = Connection("facebook", "support", "1", "Us", looked_at=NOW - 60_000, webhook=URL, hooked="yes")
FULL = Secret(filled=frozenset(KNOWN["facebook"].capabilities.secret_names))


def codes(found: Iterable[Outcome]) -> list[str]:
    return [each.code for each in found]


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ({}, []),
        ({"held": True}, ["stopped"]),
        ({"problem": "auth"}, ["refused"]),
        ({"problem": "policy"}, ["restricted"]),
        ({"problem": "rate"}, []),
        ({"channel": "smoke-signals"}, ["unknown_channel"]),
        ({"looked_at": NOW - DAY}, ["neglected"]),
        ({"looked_at": 0}, [Unseen.NOT_YET]),
    ],
)
def test_a_connection_that_does_not_work_is_found(marks: dict[str, Any], code: list[str]) -> None:
    assert codes(checks.connections([replace(GOOD, **marks)], KNOWN, NOW)) == code


def test_connection_that_used_most_of_its_budget_is_found() -> None:
    read = {
        ("x", "near"): Budget(16_000_000, 20_000_000),
        ("x", "over"): Budget(20_500_000, 20_000_000),
        ("x", "within"): Budget(1_000_000, 20_000_000),
        ("x", "without"): Budget(90_000_000),
    }
    found = list(checks.budgets(read))
    assert [(each.code, each.fields["connection"]) for each in found] == [("near", "x/near"), ("exhausted", "x/over")]
    assert "x/over used 20.50 of 20.00 US dollars" in explanations.sentence(found[1], "en")


def test_a_connection_is_not_neglected_when_many_wait_for_their_turn() -> None:
    waited = replace(GOOD, looked_at=NOW - 10 * checks.CARE)
    assert codes(checks.connections([waited] * 200, KNOWN, NOW)) == []
    assert codes(checks.connections([waited] * 20, KNOWN, NOW)) == ["neglected"] * 20


def test_a_stack_without_connections_is_a_finding() -> None:
    assert codes(checks.connections([], KNOWN, NOW)) == ["none"]


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        (FULL, []),
        (None, ["missing"]),
        (Secret(is_whole=False), ["broken"]),
        (Secret(), ["incomplete"]),
        (Unread(Unseen.DENIED, "GetParameter"), [Unseen.DENIED]),
    ],
)
def test_secrets_that_cannot_be_used_are_found(secret: Secret | Unread | None, code: list[str]) -> None:
    assert codes(checks.secrets([GOOD], KNOWN, {"facebook/support": secret})) == code


@pytest.mark.parametrize(
    "value", ["", "{", "[]", "null", "{}", '{"secrets": null}', '{"secrets": []}', '{"secrets": "x"}', "7"]
)
def test_a_parameter_that_is_no_document_of_secrets_is_broken(value: str) -> None:
    assert not checks.secret_of(value).is_whole


def test_of_a_parameter_the_names_of_its_secrets_are_told_and_no_value() -> None:
    secret = checks.secret_of('{"secrets": {"app_secret": "hush", "empty": ""}}')
    assert secret == Secret(is_whole=True, filled=frozenset({"app_secret"}))


@pytest.mark.parametrize(
    ("channel", "until", "code"),
    [
        ("facebook", 0, []),
        ("facebook", NOW - 1, ["ended"]),
        ("facebook", NOW + 3 * DAY, ["ending"]),
        ("facebook", NOW + 60 * DAY, []),
        ("threads", NOW + 3 * DAY, []),
        ("threads", NOW - 1, ["ended"]),
    ],
)
def test_the_end_of_a_token_is_found_unless_it_is_renewed_by_itself(channel: str, until: int, code: list[str]) -> None:
    assert codes(checks.tokens([replace(GOOD, channel=channel, token_until=until)], KNOWN, NOW)) == code


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ({}, []),
        ({"hooked": "no"}, ["lost"]),
        ({"hooked": "unknown"}, [Unseen.PLATFORM]),
        ({"hooked": ""}, [Unseen.NOT_YET]),
        ({"webhook": "https://old.example/webhooks/facebook/support"}, ["elsewhere"]),
        ({"hooked": "no", "held": True}, []),
    ],
)
def test_a_webhook_that_does_not_call_this_stack_is_found(marks: dict[str, Any], code: list[str]) -> None:
    assert codes(checks.webhooks([replace(GOOD, **marks)], KNOWN, PATTERN)) == code


def test_a_platform_that_has_to_be_asked_and_is_not_is_found() -> None:
    polled = replace(GOOD, channel="mastodon")
    names = {"mastodon/support": "listen-m", "facebook/support": "listen-f"}
    assert codes(checks.polls([polled], KNOWN, names, set())) == ["not_asked"]
    assert codes(checks.polls([polled], KNOWN, names, {"listen-m"})) == []
    assert codes(checks.polls([replace(polled, held=True)], KNOWN, names, set())) == []


SOURCE = Source("x", "demo")
SEARCH = Search("s1", "Headphones", "service", Query(any=("headphones",)), (SOURCE,), created_at=NOW - DAY)
CURSOR = SourceCursor("", 1, asked_at=NOW - 60_000)


@pytest.mark.parametrize(
    ("search", "cursor", "code"),
    [
        (SEARCH, CURSOR, []),
        (SEARCH, replace(CURSOR, problem="permission", failures=1), ["not_permitted"]),
        (SEARCH, replace(CURSOR, problem="no_youtube", failures=1), ["no_youtube"]),
        (SEARCH, replace(CURSOR, problem="retry", failures=2), []),
        (SEARCH, replace(CURSOR, problem="retry", failures=3), ["failing"]),
        (SEARCH, replace(CURSOR, asked_at=NOW - DAY), ["silent"]),
        (SEARCH, replace(CURSOR, asked_at=NOW - DAY, not_before=NOW + DAY), []),
        (SEARCH, None, ["silent"]),
        (replace(SEARCH, created_at=NOW), None, []),
        (replace(SEARCH, paused=True), None, []),
        (replace(SEARCH, paused=True, pause_reason="refusals"), None, ["refused"]),
        (replace(SEARCH, paused=True, pause_reason="no_source", sources=()), None, ["no_source"]),
    ],
)
def test_a_search_that_finds_nothing_any_more_is_found(
    search: Search, cursor: SourceCursor | None, code: list[str]
) -> None:
    states = [SearchState(search, {SOURCE.key: cursor} if cursor else {})]
    assert codes(search_checks.searches(states, set(), NOW)) == code


def test_a_source_on_a_connection_that_a_person_stopped_is_no_finding_of_its_search() -> None:
    assert codes(search_checks.searches([SearchState(SEARCH)], {"x/demo"}, NOW)) == []


def test_a_search_without_a_schedule_is_found_unless_it_is_paused() -> None:
    names = {("s1", "x"): "search-s1.x"}
    assert codes(search_checks.clocks([SearchState(SEARCH)], names, set())) == ["not_searched"]
    assert codes(search_checks.clocks([SearchState(SEARCH)], names, {"search-s1.x"})) == []
    assert codes(search_checks.clocks([SearchState(replace(SEARCH, paused=True))], names, set())) == []


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (account.stack("UPDATE_COMPLETE", is_protected=True, is_expendable=False), []),
        (account.stack("UPDATE_ROLLBACK_COMPLETE", is_protected=True, is_expendable=False), ["unfinished"]),
        (account.stack("CREATE_COMPLETE", is_protected=False, is_expendable=False), ["unprotected"]),
        (account.stack("CREATE_COMPLETE", is_protected=False, is_expendable=True), []),
        (account.hardening({"Network": "any"}, is_local=False), ["any_network"]),
        (account.hardening({"Network": "any"}, is_local=True), []),
        (account.hardening({"AllowPasswordSignIn": "true"}, is_local=False), ["password_sign_in"]),
        (account.hardening({"TlsOnly": "false"}, is_local=False), ["plain_http"]),
        (checks.console_parameters({"/s/console/webhook": None}), ["missing"]),
        (checks.console_parameters({"/s/console/webhook": "https://x"}), ["broken"]),
        (checks.console_parameters({"/s/console/sign-in": "7"}), ["broken"]),
        (account.plain_secrets({"x/new": "String"}), ["plain"]),
        (account.plain_secrets({"x/new": "SecureString"}), []),
        (account.stray_secrets(["/s/connections/x/old"], "/s/connections", ["x/new"]), ["stray"]),
        (account.stray_secrets(["/s/connections/x/new"], "/s/connections", ["x/new"]), []),
        (account.readers([Reader("A", needs=True, may=False)]), ["unreadable"]),
        (account.readers([Reader("A", needs=False, may=True)]), ["too_readable"]),
        (account.readers([Reader("A", needs=True, may=True), Reader("B", needs=False, may=False)]), []),
        (account.rules([Rule("A", None)]), ["missing"]),
        (account.rules([Rule("A", "DISABLED", 1)]), ["disabled"]),
        (account.rules([Rule("A", "ENABLED", 0)]), ["aimless"]),
        (account.rules([Rule("A", "ENABLED", 1)]), []),
        (account.queues({"A": 0, "B": 2}), ["letters"]),
        (account.alarms([Alarm("A", None)]), ["missing"]),
        (account.alarms([Alarm("A", "OK", is_enabled=False)]), ["silenced"]),
        (account.alarms([Alarm("A", "ALARM")]), ["ringing"]),
        (account.alarms([Alarm("A", "OK"), Alarm("B", "INSUFFICIENT_DATA")]), []),
        (account.hearers("", []), ["no_topic"]),
        (account.hearers("t", []), ["nobody"]),
        (account.hearers("t", ["PendingConfirmation"]), ["unconfirmed"]),
        (account.hearers("t", ["Deleted"]), ["unconfirmed"]),
        (account.hearers("t", ["PendingConfirmation", "arn:aws:sns:eu-central-1:1:t:2"]), []),
        (account.mail(Mail(is_in_production=True, is_sending=True)), []),
        (account.mail(Mail(is_in_production=False, is_sending=True)), ["sandbox"]),
        (account.mail(Mail(is_in_production=True, is_sending=False)), ["stopped"]),
        (account.mail(Mail(True, True, ("a@b.example",))), ["unverified"]),
        (account.mail(Mail(True, True, wants_rule=True, has_rule=False)), ["inactive"]),
        (account.concurrency(10), ["concurrency"]),
        (account.concurrency(1000), []),
        (account.mails_a_day(200), ["mails"]),
        (account.mails_a_day(-1), []),
        (account.schedules(500), ["schedules"]),
        (account.schedules(10_000_000), []),
        (account.agents(0), ["no_admin"]),
        (account.agents(1), []),
        (account.clock(-301), ["off"]),
        (account.clock(2), []),
    ],
)
def test_answers_of_aws_are_judged(found: Iterable[Outcome], code: list[str]) -> None:
    assert codes(found) == code


def test_check_that_could_not_look_is_never_in_order() -> None:
    found = outcomes.complete(outcomes.judge("clock", Unread(Unseen.DENIED, "DescribeStacks"), account.clock))
    clock = [each for each in found if each.check == "clock"]
    assert [each.state for each in clock] == [State.UNSEEN]
    assert [each.check for each in found] == list(CHECKS)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ([], 0),
        ([outcomes.unneeded("mail", Unneeded.NO_MAIL)], 0),
        ([outcomes.unseen("webhooks", Unseen.PLATFORM, "x")], 0),
        ([outcomes.unseen("alarms", Unseen.DENIED, "x")], 2),
        ([outcomes.unseen("alarms", Unseen.DENIED, "x"), outcomes.finding("agents", "no_admin")], 1),
    ],
)
def test_the_exit_status_tells_findings_from_what_could_not_be_looked_at(found: list[Outcome], status: int) -> None:
    assert outcomes.exit_status(outcomes.complete(found)) == status


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Throttling"])
def test_a_refusal_of_aws_becomes_a_reason_and_no_error(code: str) -> None:
    from botocore.exceptions import ClientError

    def read() -> None:
        raise ClientError({"Error": {"Code": code, "Message": "secret words"}}, "DescribeAlarms")

    expected = Unseen.FAILED if code == "Throttling" else Unseen.DENIED
    assert attempt(read) == Unread(expected, f"DescribeAlarms ({code})")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_finding_has_words_and_one_next_step(language: str) -> None:
    fields = dict.fromkeys(("connection", "names", "name", "days", "status", "function", "rule", "queue", "count"), "1")
    fields |= dict.fromkeys(("alarm", "topic", "identity", "least", "seconds", "used", "limit"), "1")
    fields |= dict.fromkeys(("search", "source", "kind", "reason"), "1")
    for check, every in CHECKS.items():
        for code in every:
            outcome = outcomes.finding(check, code, **fields)
            assert explanations.sentence(outcome, language)
            assert explanations.next_step(outcome, language)

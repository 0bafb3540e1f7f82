"""The audit log: what is noted, who may read it, and that nothing of a customer stands in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conversations.facts import Author
from storage import audit
from storage.audit import AuditEvent
from tests.functional.console_api import DAY, Console, now, visitor_post

KIM = Author("kim", "Kim")


def read(admin: Console, **query: str) -> list[dict[str, Any]]:
    """The entries of a page."""
    answer = admin.get("/audit", query)
    assert answer.status == 200, answer
    return answer.body["items"]


def told(admin: Console, **query: str) -> list[tuple[str, str, str]]:
    """Return author, kind and target of each entry of a page."""
    return [(each["by"]["id"], each["kind"], each["target"]) for each in read(admin, **query)]


def test_leads_actions_are_in_the_audit_log_the_latest_first(lead: Console, admin: Console) -> None:
    post = visitor_post()
    lead.put("/teams/service", {"cap": 3})
    lead.put("/teams/service/templates/usual/en", {"text": "All well?"})
    lead.delete("/teams/service/templates/usual/en")
    lead.put(f"/conversations/{post}/opt-out")
    lead.delete(f"/conversations/{post}/opt-out")
    lead.delete(f"/conversations/{post}")
    assert told(admin) == [
        ("kim", "erase_conversation", post),
        ("kim", "permit", post),
        ("kim", "opt_out", post),
        ("kim", "template_deleted", "service"),
        ("kim", "template", "service"),
        ("kim", "team", "service"),
    ]


def test_an_entry_says_who_when_and_which(lead: Console, admin: Console) -> None:
    lead.put("/teams/service/templates/usual/de", {"text": "Alles gut?"})
    (entry,) = read(admin)
    assert entry["by"] == {"id": "kim", "name": "Kim"}
    assert entry["detail"] == {"template": "usual", "language": "de", "use": "question"}


def test_refused_request_is_not_in_the_audit_log(lead: Console, admin: Console) -> None:
    assert lead.put("/teams/service", {"cap": -1}).status == 400
    assert lead.delete(f"/conversations/{'a' * 26}").status == 404
    assert told(admin) == []


def test_erasing_leaves_nothing_of_the_customer_in_the_log(
    lead: Console, table: str, client: Callable[[str], Any]
) -> None:
    post = visitor_post(text="Mein WLAN bricht ab.")
    lead.delete(f"/conversations/{post}/customer")
    found = client("dynamodb").scan(TableName=table)["Items"]
    entries = [item for item in found if item["pk"]["S"].startswith("audit#")]
    assert entries
    assert not [word for word in ("Jana", "jana", "WLAN") if word in str(entries)]


@pytest.mark.parametrize("groups", ["agent", "lead"])
def test_only_administrators_read_it(table: str, lambda_context: object, groups: str) -> None:
    answer = Console(lambda_context, {"cognito:groups": groups}).get("/audit")
    assert (answer.status, answer.body["error"]) == (403, "admins_only")


def test_it_is_filtered_by_agent_kind_and_day(admin: Console) -> None:
    moment = now()
    audit.put(AuditEvent.TEAM, KIM, "service", moment - 40 * DAY)
    audit.put(AuditEvent.MACRO, KIM, "close", moment - 3 * DAY)
    audit.put(AuditEvent.MACRO, Author("ole", "Ole"), "thanks", moment)
    assert told(admin, agent="kim") == [("kim", "macro", "close"), ("kim", "team", "service")]
    assert told(admin, kind="macro") == [("ole", "macro", "thanks"), ("kim", "macro", "close")]
    day = audit.datetime.fromtimestamp((moment - 3 * DAY) / 1000, audit.UTC).date().isoformat()
    assert told(admin, **{"from": day, "to": day}) == [("kim", "macro", "close")]


def test_pages_hold_each_entry_once(admin: Console) -> None:
    for number in range(7):
        audit.put(AuditEvent.MACRO, KIM, str(number), now() - number * 20 * DAY)
    seen: list[str] = []
    query = {"limit": "2", "from": "2024-06-01", "to": "2027-01-01"}
    while True:
        page = admin.get("/audit", query).body
        seen += [each["target"] for each in page["items"]]
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
    assert seen == [str(number) for number in range(7)]


def test_a_page_of_a_month_full_of_other_things_ends_and_goes_on(
    admin: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "READS", 3)
    audit.put(AuditEvent.TEAM, KIM, "service", now() - 1000)
    for number in range(5):
        audit.put(AuditEvent.MACRO, KIM, str(number), now())
    first = admin.get("/audit", {"kind": "team"}).body
    assert first["items"] == []
    second = admin.get("/audit", {"kind": "team", "cursor": first["cursor"]}).body
    assert [each["target"] for each in second["items"]] == ["service"]


def test_entry_of_a_kind_of_a_later_release_is_shown_with_who_and_when(admin: Console) -> None:
    audit.put(AuditEvent.MACRO, KIM, "thanks", now() - 1000)
    audit.put("letter_sent", KIM, "k1", now(), pages=3)  # type: ignore[arg-type]
    first, second = read(admin)
    assert (first["kind"], first["by"]["name"], first["target"], first["detail"]) == (
        "letter_sent",
        "Kim",
        "k1",
        {"pages": 3},
    )
    assert second["kind"] == "macro"
    assert [each["kind"] for each in read(admin, kind="macro")] == ["macro"]


def test_sign_in_is_recorded_once_a_day(console: Console, admin: Console) -> None:
    audit._here.clear()
    for _ in range(2):
        assert console.get("/me").status == 200
    (entry,) = read(admin, kind="sign_in")
    assert entry["by"]["name"] == "Alex Beispiel"


def test_an_agent_is_noted_once_a_day(admin: Console) -> None:
    moment = now()
    for at in (moment - DAY, moment, moment):
        audit.signed_in(KIM, at)
        audit._here.clear()
    assert told(admin) == [("kim", "sign_in", "kim")] * 2
    assert read(admin)[0]["at"] == read(admin, kind="sign_in")[0]["at"]


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ({"from": "2026-11-31"}, 422, "dates"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, 422, "dates"),
        ({"from": "2020-01-01", "to": "2026-11-01"}, 422, "dates"),
        ({"from": "yesterday"}, 400, "malformed"),
        ({"kind": "gossip"}, 400, "malformed"),
        ({"cursor": "bm9uc2Vuc2U="}, 422, "cursor"),
    ],
)
def test_invalid_query_is_refused(admin: Console, query: dict[str, str], status: int, error: str) -> None:
    answer = admin.get("/audit", query)
    assert (answer.status, answer.body["error"]) == (status, error)

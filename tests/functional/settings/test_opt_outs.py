"""The list of who does not want to be asked: it names nobody, and leads can lift an entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conversations.facts import Author
from storage import customers
from tests.functional.console_api import JANA, MINUTE, OLE, Console, now, visitor_post

Json = dict[str, Any]


def listed(lead: Console, **query: str) -> list[Json]:
    answer = lead.get("/opt-outs", query)
    assert answer.status == 200, answer
    return answer.body["items"]


def test_opt_outs_are_listed_the_latest_first(console: Console, lead: Console) -> None:
    posts = [visitor_post("1055_1"), visitor_post("1055_2", author=OLE)]
    for post in posts:
        console.put(f"/conversations/{post}/opt-out")
    assert [each["conversation"] for each in listed(lead)] == posts[::-1]
    assert (listed(lead)[0]["channel"], listed(lead)[0]["connection"]) == ("facebook", "demo")


def test_declining_twice_is_declining_once(console: Console, lead: Console) -> None:
    posts = [visitor_post("1055_1"), visitor_post("1055_2")]
    for post in posts:
        assert console.put(f"/conversations/{post}/opt-out").status == 200
    assert [each["conversation"] for each in listed(lead)] == posts[:1]


def test_an_entry_names_nobody(console: Console, table: str, client: Callable[[str], Any]) -> None:
    console.put(f"/conversations/{visitor_post()}/opt-out")
    found = client("dynamodb").scan(TableName=table)["Items"]
    entries = [item for item in found if item["pk"]["S"] == customers.LIST]
    assert entries
    assert not [word for word in ("Jana", "jana", "1055_1") if word in str(entries)]


def test_lifting_an_entry_lets_the_customer_be_asked(console: Console, lead: Console) -> None:
    post = visitor_post()
    console.put(f"/conversations/{post}/opt-out")
    (entry,) = listed(lead)
    assert lead.delete(f"/opt-outs/{entry['id']}").body == {"declined": False}
    assert listed(lead) == []
    assert not console.get(f"/conversations/{post}").body["opt_out"]
    assert lead.delete(f"/opt-outs/{entry['id']}").status == 404


def test_permitting_in_the_conversation_takes_the_entry_away(console: Console, lead: Console) -> None:
    post = visitor_post()
    console.put(f"/conversations/{post}/opt-out")
    lead.delete(f"/conversations/{post}/opt-out")
    assert listed(lead) == []
    console.put(f"/conversations/{post}/opt-out")
    assert len(listed(lead)) == 1


def test_an_erased_conversation_is_not_named(console: Console, lead: Console) -> None:
    post = visitor_post()
    console.put(f"/conversations/{post}/opt-out")
    lead.delete(f"/conversations/{post}/customer")
    assert [each["conversation"] for each in listed(lead)] == [None]
    assert customers.read("facebook", "demo", JANA.id).declined_at


def test_pages_hold_each_entry_once(lead: Console) -> None:
    moment = now()
    for number in range(5):
        customers.decline("facebook", "demo", Author(str(number)).id or "", moment - number * MINUTE)
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        page = lead.get("/opt-outs", query).body
        seen += [each["declined_at"] for each in page["items"]]
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


def test_lifting_is_noted(console: Console, lead: Console, admin: Console) -> None:
    console.put(f"/conversations/{visitor_post()}/opt-out")
    (entry,) = listed(lead)
    lead.delete(f"/opt-outs/{entry['id']}")
    noted = admin.get("/audit", {"kind": "permit"}).body["items"]
    assert [(each["by"]["id"], each["target"]) for each in noted] == [("kim", entry["id"])]


@pytest.mark.parametrize("name", ["nothing", "1700000000000-" + "0" * 32, "x" * 46])
def test_there_is_nothing_to_lift(lead: Console, name: str) -> None:
    answer = lead.delete(f"/opt-outs/{name}")
    assert (answer.status, answer.body["error"]) == (404, "no_opt_out")


def test_agents_do_not_see_the_list(console: Console) -> None:
    assert console.get("/opt-outs").body["error"] == "forbidden"
    assert console.delete("/opt-outs/x").body["error"] == "forbidden"

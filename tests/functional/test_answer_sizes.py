"""Every answer of the API is one that Lambda gives back: lists come in pages that end in time, or have a bound.

Lambda answers with six megabytes at most: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
Here an answer may hold far less, so that what a stack of the golden items has is too much already.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from console import sizes
from console.views import follow_up_plan as plans
from conversations.facts import Author, Fact, Kind, Visibility
from storage import received_facts
from tests.functional.console_api import JANA, OLE, Console, content_of, document, now, operations, private_message
from tests.functional.stored_history import Clock
from tests.functional.test_stored_formats import RELEASES, golden, load

Json = dict[str, Any]
SMALL = 1_000
"""Bytes of an answer in these tests: less than a page of any list takes; an item may take more."""
ALL_ON_EACH_PAGE = {"listChecks": 20_000}
"""Larger sizes of lists of which each page looks at all connections."""

BOUNDED = {
    "me": "a hundred teams, by name, and the channels that there are",
    "countConversations": "a hundred teams, by name",
    "pulse": "a hundred teams, and who looks at one conversation, which one item of the table holds",
    "readConversation": "pages of messages by their weight, of which the test below is",
    "listTags": "500 tags of 50 characters",
    "countUnread": "a hundred accounts and reasons",
    "countLeftOutMails": "the reasons for which mails are left out",
    "listChannels": "what the code says of each channel",
    "listNotices": "ten addresses",
    "setNotices": "ten addresses",
    "testNotices": "ten addresses",
    "readRouting": "one item of the table",
    "setRouting": "one item of the table",
    "testRouting": "a hundred heads of a few kilobytes",
    "doInSeveral": "fifty sentences",
    "previewBulk": "a thousand plans, whose texts go where they are too much; a test below",
    "makeBulk": "a hundred plans, whose texts go where they are too much; a test below",
    "reply": "one message, in ten parts at most",
    "forward": "one message",
    "setTemplate": "four files",
    **dict.fromkeys(("finishSignIn", "chooseSignInAccount"), "the accounts that a platform's sign-in may be for"),
    "undoReply": "one message",
    "retryReply": "one message",
    "settleReply": "one message",
    "note": "one message that was written just now",
    **dict.fromkeys(
        ("assign", "snooze", "wake", "setTags", "resolve", "reopen", "setFollowUp", "cancelFollowUp", "setOutcome",
         "moderate", "putAttention", "claimNext", "logCall"),
        "one head, which one item of the table holds",
    ),
    **dict.fromkeys(("setSpeaker", "markSolution", "unmarkSolution", "thankHelper"), "one message"),
    **dict.fromkeys(("inviteAgent", "inviteAgentAgain", "changeAgent"), "one account, with a hundred teams by name"),
    **dict.fromkeys(
        ("readCustomer", "changeCustomer", "joinCustomers", "partCustomers"),
        "a card: twenty identities, fifty notes, and fifty conversations and follow-ups",
    ),
    "listPosts": "a hundred posts",
    "listViews": "fifty views of an agent and of each of a hundred teams",
    "saveView": "one view",
    "reportBoard": "a hundred teams, by name",
    **dict.fromkeys(("createSearch", "readSearch", "changeSearch"), "one search, which one item of the table holds"),
    "trySearch": "ten examples of what a search finds, and twenty sources",
    "readProposal": "one post with fifty answers, and twenty templates",
    **dict.fromkeys(
        ("claimProposal", "releaseProposal", "dismissProposal", "offerAdvice", "approveOffer", "noteOfferPosted"),
        "one post, which one item of the table holds",
    ),
}  # fmt: skip
"""Answers with lists that need no cursor, by operation, and what bounds them."""
FEW = {"search", "listOptOuts", "listFollowUps", "readAudit", "listUnread", "listLeftOutMails", "listStatuses",
       "listConversationsOfPost", "exportCustomer", "listProposals", "listSearches",
       "reportOutreach"}  # fmt: skip
"""Lists of which the golden items have too little for a second page; tests of their own turn their pages."""
QUERIES = {
    "listFollowUps": {"state": "answered"},
    "search": {"q": "Router"},
    "reportOverview": {"from": "2026-W01", "to": "2026-W53"},
    "reportFollowUps": {"from": "2026-W01", "to": "2026-W53"},
    "listVersions": {"message": "m_1"},
}


def lists() -> Iterator[tuple[str, str, Json]]:
    """Every operation whose answer has a list on its first level that the document does not bound: id, path, schema."""
    for path, item in document()["paths"].items():
        for described in item.values():
            if not isinstance(described, dict):
                continue
            for code, answer in described["responses"].items():
                if not code.startswith("2") or "application/json" not in resolved(answer).get("content", {}):
                    continue
                schema = resolved(content_of(answer)["schema"])
                if any(is_open_list(each) for each in schema.get("properties", {}).values()):
                    yield described["operationId"], path, schema


def resolved(node: Json) -> Json:
    """Return the schema that a reference names."""
    while "$ref" in node:
        found: Any = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found | {name: value for name, value in node.items() if name != "$ref"}
    return node


def is_open_list(node: Json) -> bool:
    node = resolved(node)
    return "array" in str(node.get("type")) and "maxItems" not in node


UNTIL_WHERE_ENTRIES_ARE_IN_ROWS = "~"
"""Sort key of the item of a team's figures that is no row; there is one."""
STEPS = {"retryUnreadGroup": "results of twenty entries"}
"""Requests that do something step by step, each answered by a list, and what bounds it."""
ELSEWHERE = {
    "listAgentAccounts": "the pool has them, and not the table",
    "exportProposalPerson": "test_offers has strangers with several posts",
}
"""Lists whose pages are turned by a test where they are made."""
PAGED = [
    (name, path)
    for name, path, schema in lists()
    if "cursor" in schema["properties"] and name not in STEPS.keys() | ELSEWHERE.keys()
]


@pytest.fixture
def filled(client: Callable[[str], Any], table: str, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A table with what the last release wrote, and with more of what there is one of."""
    clock = Clock()
    clock.rule(monkeypatch)
    monkeypatch.setenv("MAIL_BUCKET", "mails")
    release = RELEASES[-1]
    clock.now = golden(release, "views")["at"]
    written = golden(release, "items")
    more = [again(item, number) for item in written for number in range(12) if is_listed(item)]
    load(client, table, [*written, *more])
    return clock


def is_listed(item: Json) -> bool:
    beginnings = ("agents", "macros#", "templates#", "answers#", "connections", "teams", "figures#", "figure-log#")
    return item["pk"]["S"].startswith(beginnings) and item["sk"]["S"] != UNTIL_WHERE_ENTRIES_ARE_IN_ROWS


def again(item: Json, number: int) -> Json:
    """The item under another name, which is what its key begins with; of figures in another week."""
    made = copy.deepcopy(item)
    if item["pk"]["S"].startswith("figure-log#"):
        figures = json.loads(item["f"]["S"])
        made["f"]["S"] = json.dumps([[f"{week[:-2]}{number + 10}", *figure] for week, *figure in figures])
    name, mark, rest = made["sk"]["S"].partition("#")
    name = f"{name[:-2]}{number + 10}" if item["pk"]["S"].startswith("figures#") else f"{name}{number}"
    made["sk"]["S"] = f"{name}{mark}{rest}"
    return made


def test_every_list_ends_in_time() -> None:
    unbounded = {name for name, _, schema in lists() if "cursor" not in schema["properties"]}
    assert unbounded == BOUNDED.keys()


def test_operations_are_all_looked_at() -> None:
    assert len(operations()) > len({name for name, _, _ in lists()}) > 30


def without_links(items: list[Json]) -> list[Json]:
    """Return items without their links, which are signed for the second in which they are made."""
    return [item | {"original": None} if "original" in item else item for item in items]


@pytest.mark.parametrize(("name", "path"), PAGED)
def test_list_that_is_too_long_for_an_answer_comes_whole_in_pages(
    name: str, path: str, filled: Clock, admin: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = conversation_with_many_versions() if name == "listVersions" else a_conversation(admin)
    path = path.replace("{team}", "service").replace("{conversation_id}", conversation)
    path = path.replace("{customer_id}", admin.get(f"/conversations/{conversation}").body["card"] or "")
    if "{post_id}" in path:
        path = path.replace("{post_id}", admin.get("/posts").body["items"][0]["id"])
    query = QUERIES.get(name, {})
    whole = items_of(admin.get(path, query).body)
    small = ALL_ON_EACH_PAGE.get(name, SMALL)
    monkeypatch.setattr(sizes, "LARGEST", small)
    found, pages, cursor = [], 0, None
    while pages == 0 or cursor:
        answer = admin.get(path, query | ({"cursor": cursor} if cursor else {}))
        assert answer.status == 200, answer
        page = items_of(answer.body)
        # A step of a search may find more than it was asked for.
        assert len(page) == 1 or sizes.weight(page) <= small + 2 or name == "search"
        found, cursor, pages = found + page, answer.body["cursor"], pages + 1
    assert without_links(found) == without_links(whole)
    assert pages > 1 or name in FEW
    refused = admin.get(path, query | {"cursor": "WyJhIiwxXQ=="})
    assert (refused.status, refused.body["error"]) == (422, "cursor")


def items_of(body: Json) -> list[Json]:
    return body["rows"] if "rows" in body else body["items"]


def a_conversation(console: Console) -> str:
    return console.get("/conversations").body["items"][0]["id"]


def conversation_with_many_versions() -> str:
    conversation = private_message("m_1", text="x" * 500)
    for each in range(20):
        edit = Fact(
            Kind.EDITED, Visibility.PRIVATE, "t_1", now() + each + 1, "m_1", author=JANA, text=f"{each} " + "ä" * 200,
            customer_id=JANA.id,
        )  # fmt: skip
        received_facts.add("facebook", "demo", [edit], now())
    return conversation


def test_message_whose_versions_were_left_out_says_how_many_and_they_can_be_read(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = conversation_with_many_versions()
    (message,) = console.get(f"/conversations/{conversation}").body["messages"]
    versions = message["earlier"]
    assert "earlier_left" not in message
    monkeypatch.setattr(sizes, "LARGEST", 10_000)
    answer = console.get(f"/conversations/{conversation}").body
    assert sizes.weight(answer) <= 10_000
    (cut,) = answer["messages"]
    assert 0 < len(cut["earlier"]) < len(versions)
    assert cut["earlier"] == versions[cut["earlier_left"] :], "the oldest go first"
    page = console.get(f"/conversations/{conversation}/versions", {"message": "m_1"}).body
    found = page["items"]
    while page["cursor"]:
        query = {"message": "m_1", "cursor": page["cursor"]}
        page = console.get(f"/conversations/{conversation}/versions", query).body
        found += page["items"]
    assert found == versions


def test_versions_are_those_of_a_message_of_the_conversation(console: Console) -> None:
    conversation, other = private_message("m_1"), private_message("m_2", author=OLE, thread="t_2")
    for query, status, error in (
        ({}, 400, "malformed"),
        ({"message": ""}, 400, "malformed"),
        ({"message": "m_2"}, 404, "no_message"),
        ({"message": "m_1", "before": "m_2"}, 400, "malformed"),
    ):
        answer = console.get(f"/conversations/{conversation}/versions", query)
        assert (answer.status, answer.body["error"]) == (status, error)
    assert console.get(f"/conversations/{other}/versions", {"message": "m_2"}).body == {"items": [], "cursor": None}
    assert console.get(f"/conversations/{'a' * 26}/versions", {"message": "m_2"}).status == 404


def test_more_reactions_than_an_answer_holds_are_left_out_and_counted(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = private_message("m_1")
    for each in range(100):
        fan = Author(f"fan-{each}", "Fan")
        fact = Fact(
            Kind.REACTION, Visibility.PRIVATE, "t_1", now() + each, "m_1", author=fan, text="love",
            customer_id=JANA.id,
        )  # fmt: skip
        received_facts.add("facebook", "demo", [fact], now())
    (message,) = console.get(f"/conversations/{conversation}").body["messages"]
    assert len(message["reactions"]) == 100
    monkeypatch.setattr(sizes, "LARGEST", 5_000)
    answer = console.get(f"/conversations/{conversation}").body
    (cut,) = answer["messages"]
    assert sizes.weight(answer) <= 5_000
    assert len(cut["reactions"]) + cut["reactions_left"] == 100


def test_texts_of_a_preview_that_are_too_long_together_are_left_out_and_the_plans_stay() -> None:
    entries = [{"conversation": f"c{each}", "plan": {"at": "2026", "text": "ä" * 200}} for each in range(10)]
    entries.append({"conversation": "c10", "plan": None})
    shown = plans.short_enough(copy.deepcopy(entries), 8_000)
    assert sizes.weight(shown) <= 8_000
    assert [each["conversation"] for each in shown] == [f"c{each}" for each in range(11)]
    texts = [each["plan"]["text"] for each in shown[:10]]
    assert texts[0] is not None
    assert texts[-1] is None
    assert plans.short_enough(entries, 100_000) == entries


def test_answer_that_no_bound_foresaw_is_refused_in_words(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "LAMBDA_LIMIT", 100)
    with pytest.raises(
        AssertionError, match="answer_too_large"
    ):  # no route is meant to come to it: it is not described
        console.get("/me")


def test_report_as_a_file_that_is_too_long_is_refused(
    filled: Clock, admin: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = {"from": "2026-W01", "to": "2026-W53", "format": "csv"}
    monkeypatch.setattr(sizes, "LARGEST", SMALL)
    answer = admin.get("/reports/overview", query)
    assert (answer.status, answer.body["error"]) == (422, "file_too_long")

"""Restoring: what was lost comes back into a table that is in use, what was erased does not, and nothing is sent twice.

The embedded stack knows no recovery to a point in time: the table that stands for the restored one is a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from conversations.actions import State
from conversations.facts import Author
from infra import restore
from outreach.found_posts import FoundPost
from storage import attribute_values, conversations, customers, keys, proposals, reporting, team_names
from tests.functional.console_api import Console
from tests.functional.stored_history import Clock, History
from tests.support import payloads
from tests.support.stack import Stack

Json = dict[str, Any]
Copy = Callable[[], str]


@pytest.fixture
def history(stack: Stack, console: Console, lead: Console, admin: Console, monkeypatch: pytest.MonkeyPatch) -> History:
    clock = Clock()
    clock.rule(monkeypatch)
    return History(stack, clock, console, lead, admin)


@pytest.fixture
def copy(client: Callable[[str], Any], table: str, table_definition: Json) -> Iterator[Copy]:
    """Copies the table as it is now, as a recovery to this moment would, and returns the copy's name."""
    name = f"{table}-restored"
    dynamodb = client("dynamodb")
    definition = {key: value for key, value in table_definition.items() if key != "StreamSpecification"}
    dynamodb.create_table(TableName=name, **definition)

    def make() -> str:
        for item in all_of(dynamodb, table):
            dynamodb.put_item(TableName=name, Item=item)
        return name

    yield make
    dynamodb.delete_table(TableName=name)


def all_of(dynamodb: Any, table: str) -> list[Json]:
    found: list[Json] = []
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        found += page["Items"]
    return found


def lose(dynamodb: Any, table: str, *partitions: str) -> None:
    """An accident takes everything in some partitions, or in all."""
    for item in all_of(dynamodb, table):
        if not partitions or item["pk"]["S"] in partitions:
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})


def shown(history: History) -> dict[str, Any]:
    """The conversations as agents see them."""
    ids = sorted(keys.id_of(head.identity) for head in history.stack.conversations())
    bodies = {each: history.agent.get(f"/conversations/{each}").body for each in ids}
    for body in bodies.values():
        body.pop("changes", None)
    return bodies


def figures_of(history: History) -> list[reporting.Row]:
    """Return what the reports count, in rows or in none yet."""
    names = team_names.names_now()
    return [row for name in names for row in reporting.rows(name, "2000-W01", "2999-W53")]


def copied(history: History, source: str, **options: Any) -> restore.Restore:
    """The command's copy, and dispatch after it."""
    stack = history.stack
    done = restore.Restore(stack.client("dynamodb"), source, stack.table, **options)
    done.run(lambda: history.clock.now)
    stack.settle()
    return done


def test_all_that_was_lost_is_there_again_and_nothing_is_counted_or_sent_twice(history: History, copy: Copy) -> None:
    history.settings()
    history.public()
    before, figures = shown(history), figures_of(history)
    sent = len(history.stack.platform.asked)
    source = copy()
    lose(history.stack.client("dynamodb"), history.stack.table)
    history.stack.settle()
    assert history.stack.conversations() == []
    history.clock.passes()
    copied(history, source, settings=True)
    assert shown(history) == before
    assert figures_of(history) == figures
    assert len(history.stack.platform.asked) == sent
    assert copied(history, source, settings=True).counts["written"] == 0


def test_messages_since_the_backup_stay_as_they_are(history: History, copy: Copy) -> None:
    history.settings()
    history.public()
    source = copy()
    conversation = history.newest()
    thread = conversation.partition("-")[0]
    history.stack.post(payloads.delivery(payloads.comment("1_99", "Doch nicht.", at=history.clock.passes() // 1000)))
    history.stack.settle()
    after = shown(history)
    copied(history, source)
    assert shown(history) == after
    lose(history.stack.client("dynamodb"), history.stack.table, thread)
    history.stack.settle()
    at = history.clock.passes() // 1000
    history.stack.post(payloads.delivery(payloads.comment("1_100", "Hallo?", at=at)))
    history.stack.settle()
    figures = figures_of(history)
    history.clock.passes()
    copied(history, source)
    assert figures_of(history) == figures
    texts = [message["text"] for message in shown(history)[conversation]["messages"]]
    assert texts[-1] == "Hallo?"
    assert "Läuft wieder, danke!" in texts


@pytest.mark.invariant(11)
@pytest.mark.parametrize("everything_is_lost", [False, True])
def test_customer_erased_since_the_backup_does_not_come_back(
    history: History, copy: Copy, everything_is_lost: bool
) -> None:
    history.stack.platform.says({"name": "Ina Beispiel"})
    history.stack.post(
        payloads.delivery(payloads.message("m_9", "Bitte alles löschen.", history.clock.passes(), "7009"))
    )
    history.stack.settle()
    conversation = history.newest()
    source = copy()
    history.clock.passes()
    assert history.admin.delete(f"/conversations/{conversation}/customer").status < 300
    history.stack.settle()
    dynamodb, table = history.stack.client("dynamodb"), history.stack.table
    if everything_is_lost:  # but what says that somebody was erased
        for item in all_of(dynamodb, table):
            if not item["pk"]["S"].startswith("erased-customers#"):
                dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    copied(history, source, settings=True)
    copied(history, source, conversations=frozenset({conversation}))
    left = str(all_of(dynamodb, table))
    assert "Bitte alles" not in left
    assert "Ina" not in left
    assert "7009" not in left


@pytest.mark.invariant(11)
def test_nobody_who_was_erased_on_any_platform_comes_back(history: History, copy: Copy) -> None:
    for part in (history.settings, history.platforms, history.public, history.private):
        part()
    source = copy()
    history.clock.passes()
    heads = [head for head in history.stack.conversations() if head.identity.channel != "email"]  # has a bucket, too
    assert len({head.identity.channel for head in heads}) > 10
    for head in heads:
        answer = history.admin.delete(f"/conversations/{keys.id_of(head.identity)}/customer")
        assert answer.status in (200, 404), "gone already with another of the same customer"
    history.stack.settle()
    assert {head.identity.channel for head in history.stack.conversations()} == {"email"}
    dynamodb, table = history.stack.client("dynamodb"), history.stack.table
    before = {(item["pk"]["S"], item["sk"]["S"]) for item in all_of(dynamodb, table)}
    copied(history, source, settings=True)
    copied(history, source, conversations=frozenset(keys.id_of(head.identity) for head in heads))
    after = {(item["pk"]["S"], item["sk"]["S"]) for item in all_of(dynamodb, table)}
    assert after - before == set()


def test_reply_pending_in_the_backup_is_for_a_person_to_decide(history: History, copy: Copy) -> None:
    history.settings()
    history.stack.post(payloads.delivery(payloads.post(at=history.clock.passes() // 1000)))
    history.stack.settle()
    conversation = history.newest()
    history.answer(conversation, "Bitte neu starten.")
    source = copy()
    assert "queued" in str(all_of(history.stack.client("dynamodb"), source))
    lose(history.stack.client("dynamodb"), history.stack.table)
    history.stack.dispatch()
    history.stack.client("sqs").purge_queue(QueueUrl=history.stack.queue)
    copied(history, source, settings=True)
    (answer,) = conversations.read(conversation).actions
    assert answer.state == State.UNCONFIRMED
    assert history.stack.platform.asked == []


def test_settings_that_were_removed_since_come_back_only_where_that_is_asked_for(history: History, copy: Copy) -> None:
    history.settings()
    source = copy()
    assert history.lead.delete("/teams/service/macros/outage").status < 300
    copied(history, source)
    assert history.lead.get("/teams/service/macros").body["items"] == []
    copied(history, source, settings=True)
    assert [each["name"] for each in history.lead.get("/teams/service/macros").body["items"]] == ["outage"]


def test_looking_writes_nothing(history: History, copy: Copy) -> None:
    history.settings()
    source = copy()
    dynamodb, table = history.stack.client("dynamodb"), history.stack.table
    lose(dynamodb, table)
    looked = copied(history, source, settings=True, dry=True)
    assert looked.counts["found"] > 5
    assert all_of(dynamodb, table) == []


def test_dynamodb_is_asked_for_a_table_beside_without_indexes() -> None:
    """Held to DynamoDB's own model of the request; the embedded one does not know it."""
    dynamodb = botocore.session.Session().create_client("dynamodb", region_name="eu-central-1")
    asked = {"SourceTableName": "live", "TargetTableName": "restored", "BillingModeOverride": "PAY_PER_REQUEST"}
    at = datetime(2026, 11, 20, 6, tzinfo=UTC)
    with Stubber(dynamodb) as stubbed:
        expected = asked | {"GlobalSecondaryIndexOverride": [], "RestoreDateTime": at}
        stubbed.add_response("restore_table_to_point_in_time", {}, expected)
        stubbed.add_response("describe_table", {"Table": {"TableStatus": "ACTIVE"}}, {"TableName": "restored"})
        restore.begin(dynamodb, "live", "restored", at)
        stubbed.assert_no_pending_responses()


class Mappings:
    """The event source mappings of dispatch, and what was asked for."""

    def __init__(self) -> None:
        self.state, self.calls = "Enabled", []

    def list_event_source_mappings(self, **asked: str) -> Json:
        self.calls.append(asked["FunctionName"])
        return {"EventSourceMappings": [{"UUID": "1"}]}

    def update_event_source_mapping(self, **asked: Any) -> None:
        self.state = "Enabled" if asked["Enabled"] else "Disabled"
        self.calls.append(self.state)

    def get_event_source_mapping(self, **asked: str) -> Json:
        return {"State": self.state}


def test_dispatch_is_held_while_items_are_copied_and_goes_on_after_a_failure() -> None:
    mappings = Mappings()
    with pytest.raises(KeyError), restore.paused(mappings, "dispatch:live"):
        assert mappings.state == "Disabled"
        raise KeyError
    assert mappings.calls == ["dispatch:live", "Disabled", "Enabled"]


def test_proposals_come_back_but_not_those_of_people_who_were_erased(stack: Stack) -> None:
    now = 1_790_000_000_000
    for name in ("mina", "runa"):
        post = FoundPost("mastodon", "support", name, name, f"https://a.example/{name}", now, author=Author(name, name))
        proposals.add(post, "s1", "asks_advice", team="service", now=now)
    items = all_decoded(stack)
    digest = customers.digest("mastodon", "support", "mina")
    erased = restore.Erased(customers={digest: now})
    kept = [item["pk"] for item in items if restore.brought_back(item, erased, now)]
    assert sum(pk.startswith("proposal#") for pk in kept) == 1
    assert f"proposals-of#{digest}" not in kept
    assert len(kept) == len(items) - 2


def all_decoded(stack: Stack) -> list[Json]:
    return [attribute_values.decode(item) for item in all_of(stack.client("dynamodb"), stack.table)]

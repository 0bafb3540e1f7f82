"""Notices of active dialogue: texts that wait for approval, and searches that paused themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from aws import notification_addresses
from outreach import proposals as steps
from outreach.proposals import Proposal
from outreach.searches import REFUSALS
from storage import attribute_values, notifications, proposals, searches, table
from storage.notifications import Notice, Target
from tests.functional.console_api import Console, now
from tests.functional.service_levels.clock import watch
from tests.functional.service_levels.test_notifications import MINUTE, texts
from tests.functional.test_outreach_waiting import found, paused, written
from tests.support.platform import Platform
from tests.support.stack import Stack


@pytest.fixture
def wanted(told: Platform) -> Platform:
    """The channel of a team that wants to hear of active dialogue."""
    events = (notifications.FAILED,)
    notifications.put_targets("service", [Target("1", "slack", events, "B0/x", notifications.OF_OUTREACH)])
    return told


def waiting(stack: Stack) -> Proposal:
    proposal = written(found())
    stack.dispatch()
    return proposal


def test_text_that_waits_for_approval_is_told_once_with_the_way_to_it(wanted: Platform, stack: Stack) -> None:
    proposal = waiting(stack)
    assert stack.hand_over(stack.records) == []
    wanted.says("ok")
    assert watch(now())["notices"] == 1
    assert watch(now() + MINUTE)["notices"] == 0
    (text,) = texts(wanted)
    assert text.startswith("*service*: A text for somebody on Mastodon who looks for advice waits for the approval")
    assert f"#/proposals/{proposal.id}?team=service&amp;status=claimed|Read the text>" in text
    assert not [word for word in ("Mika", "Telefunk", "Any tips") if word in json.dumps(wanted.asked)]


def test_search_that_paused_itself_is_told_and_one_that_a_person_pauses_is_not(wanted: Platform, stack: Stack) -> None:
    search = paused("sport", reason="")
    stack.dispatch()
    assert notifications.pinned(9) == []
    searches.change(search, replace(search, pause_reason=REFUSALS))
    stack.dispatch()
    wanted.says("ok")
    assert watch(now())["notices"] == 1
    (text,) = texts(wanted)
    assert "A search paused itself. A lead decides whether it goes on." in text
    assert "#/settings/searches?team=service&amp;search=sport|Open the search>" in text


def test_nothing_is_told_of_texts_and_searches_that_wait_no_more(wanted: Platform, stack: Stack) -> None:
    proposal = waiting(stack)
    paused("sport")
    stack.dispatch()
    proposals.change(proposal, steps.release(proposal, found(2).post.author, now()), now())
    searches.remove("sport")
    assert len(notifications.pinned(9)) == 2
    assert watch(now())["notices"] == 0
    assert (texts(wanted), notifications.pinned(9)) == ([], [])


def test_team_that_did_not_ask_for_it_hears_nothing(told: Platform, stack: Stack) -> None:
    waiting(stack)
    paused("sport")
    stack.dispatch()
    assert notifications.pinned(9) == []


def test_lead_chooses_the_events_and_the_release_before_reads_those_that_it_knows(stack: Stack, lead: Console) -> None:
    on = ["failed", "approval", "search_paused"]
    notification_addresses.put("service", "1", "https://hooks.slack.example/services/T0/B0/x")
    notifications.put_targets("service", [Target("1", "slack", ("failed",), "B0/x")])
    body: dict[str, Any] = {"items": [{"id": "1", "kind": "slack", "on": on}]}
    assert lead.put("/teams/service/notices", body).body["items"][0]["on"] == on
    assert lead.get("/teams/service/notices").body["items"][0]["on"] == on
    stored = table.get("teams", "notices#service")
    assert stored
    assert [each["on"] for each in json.loads(stored["b"])] == [["failed"]]
    body["items"][0]["on"] = ["approval"]
    assert lead.put("/teams/service/notices", body).body["items"][0]["on"] == ["approval"]


@pytest.mark.parametrize("event", notifications.OF_OUTREACH)
def test_release_before_does_not_meet_what_it_cannot_tell(wanted: Platform, stack: Stack, event: str) -> None:
    table.transact(*notifications.pins(Notice(event, "service", "x", "id", at=now())))
    assert [each["pk"] for each in map(attribute_values.decode, stack.items()) if each["pk"] == "notices"] == []

"""Offers on their way: the message that one becomes, the conversation that it begins, and the addresses of both."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

import channels
from channels.base import Credentials
from conversations import effects, metrics, sla
from conversations.actions import Action, State, Verb, is_waiting
from conversations.business_hours import ALWAYS
from conversations.conversation import Conversation, Status
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import act, fold
from conversations.identity import Identity
from conversations.message_fold import messages_of
from conversations.send_options import Way
from conversations.team_settings import Team
from outreach import leaving, posting
from outreach import proposals as steps
from outreach.found_posts import FoundPost
from outreach.proposals import Offer, Proposal

HOUR = 3_600_000
NOW = 1_790_000_000_000
MIKA, KIM = Author("9001", "Mika"), Author("kim", "Kim")
WHO = Identity("mastodon", "demo", Visibility.PUBLIC, "p1", team="service")
POST = FoundPost("mastodon", "demo", "p1", "p1", "https://a.example/@mika/1", NOW - HOUR, author=MIKA, text="Tips?")
FACT = Fact(Kind.MESSAGE, Visibility.PUBLIC, "p1", NOW - HOUR, "p1", author=MIKA, text="Tips?")
ANSWER = replace(FACT, at=NOW + 9 * HOUR, message_id="p3", text="Which?", parent_id="p2")
FOUND = Proposal("a" * 26, "service", POST, ("s1",), "asks_advice", NOW - HOUR)
OFFERED = steps.write_offer(FOUND, Offer("Ear hooks.", KIM, NOW))
OURS = {"bluesky": "at://did:plc:us/app.bsky.feed.post/3k", "mastodon": "12", "reddit": "t1_abc", "x": "17"}


def message() -> Action:
    before = fold(WHO, [FACT], [])
    assert before
    return leaving.message(OFFERED, FACT, before, messages_of(WHO, [FACT], []), Way.PUBLIC_REPLY)


def head(*facts: Fact, state: State = State.SENT) -> Conversation:
    found = fold(WHO, [FACT, *facts], [replace(message(), state=state)])
    assert found
    return found


def test_message_of_an_offer_is_the_same_each_time_and_another_for_the_next_offer() -> None:
    assert message() == message()
    again = steps.write_offer(posting.refuse(OFFERED, "policy", NOW + 1), Offer("Ear hooks.", KIM, NOW + 2))
    assert leaving.action_id(again) != leaving.action_id(OFFERED)


def test_conversation_of_an_offer_is_closed_until_somebody_answers() -> None:
    before = fold(WHO, [FACT], [])
    assert before
    begun = head(state=State.QUEUED)
    assert act(before, message()) == begun
    assert (begun.origin, begun.status, begun.unread) == ("outreach", Status.RESOLVED, 0)
    assert (head(ANSWER).status, head(ANSWER).unread) == (Status.OPEN, 1)


def test_offer_that_did_not_leave_answers_nobody() -> None:
    refused = head(state=State.CANCELLED)
    assert (refused.origin, refused.status, refused.unread) == ("", Status.OPEN, 1)


def test_offer_that_waits_for_its_connection_is_nobody_s_open_work() -> None:
    assert not is_waiting(replace(message(), reason="auth"))


def test_offer_counts_as_no_work_of_the_team_and_its_answer_does() -> None:
    begun, answered = head(), head(ANSWER)
    assert not [each for each in effects.effects_of_head(None, begun) if isinstance(each, effects.Count)]
    assert metrics.differences(begun, answered, ALWAYS) == {}
    closing = Action("1", ANSWER.at + HOUR, Verb.RESOLVE, KIM, seen=2, heard=2, upto=ANSWER.at)
    closed = fold(WHO, [FACT, ANSWER], [replace(message(), state=State.SENT), closing])
    assert closed
    changes = metrics.differences(answered, closed, ALWAYS)
    assert (changes["opened"], changes["inbound"], changes["resolved"]) == (1, 1, 1)
    assert f"r{metrics.bucket_of(HOUR)}" in changes


def test_targets_count_from_the_answer_to_an_offer() -> None:
    team = Team("service", hours=ALWAYS, targets={"first_response": "PT1H", "resolution": "PT4H"})
    assert sla.due(head(), team) is None
    due = sla.due(head(ANSWER), team)
    assert due == (ANSWER.at + HOUR, "first_response")
    assert sla.newly_missed(head(ANSWER), team, ANSWER.at) == []


@pytest.mark.parametrize("name", OURS)
def test_address_of_our_post_is_read_as_its_id(name: str) -> None:
    searcher = channels.get(name).searcher
    assert searcher
    base = {"mastodon": "https://example.social"}.get(name, "")
    credentials = Credentials("did:plc:us", options={"base_url": base, "handle": "@telefunk@example.social"})
    below = replace(POST, url="https://www.reddit.com/r/hifi/comments/1abc/tips/", place="hifi")
    address = searcher.post_url(OURS[name], below, credentials)
    assert address.startswith("https://")
    if name != "x":  # its addresses need no name, and a handle of another server is not ours
        assert searcher.own_post_id(address, credentials) == OURS[name]
    assert searcher.own_post_id(address) in (OURS[name], None)


def test_address_of_our_post_in_a_forum_has_its_id() -> None:
    searcher = channels.get("discourse").searcher
    assert searcher
    forum = Credentials("1", options={"base_url": "https://forum.example/"})
    assert searcher.post_url("113", POST, forum) == "https://forum.example/p/113"

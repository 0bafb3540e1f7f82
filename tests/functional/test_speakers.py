"""Speakers of a public thread: proposed, corrected by an agent, thanked, and marked as the solution."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from msgspec.structs import replace

from conversations.actions import Action, State, Verb
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import Identity
from conversations.message_fold import messages_of
from storage import conversations
from tests.functional.console_api import JANA, OLE, Console, come_in, now, private_message, visitor_post
from tests.support.stack import Stack

Json = dict[str, Any]
TIP, ECHO = "1055_1_2", "1055_1_3"
AGENT = Author("a1", "Ada")


def _comment(message_id: str, author: Author, text: str, kind: Kind = Kind.MESSAGE, at: int = 0) -> Fact:
    return Fact(
        kind,
        Visibility.PUBLIC,
        "1055_1",
        at or now(),
        message_id,
        branch_id=message_id,
        author=author,
        text=text,
        parent_id="1055_1",
    )


@pytest.fixture
def thread(stack: Stack) -> str:
    post = visitor_post(author=JANA, text="My Wi-Fi drops every evening. What can I do?")
    come_in(_comment(TIP, OLE, "Restart the router and set the channel to 6, that worked for me."))
    come_in(_comment(ECHO, Author("pia", "Pia"), "Same here!"))
    stack.settle()
    return post


def message(console: Console, conversation: str, message_id: str) -> Json:
    found = console.get(f"/conversations/{conversation}").body["messages"]
    return next(each for each in found if each["id"] == message_id)


def speakers(console: Console, conversation: str) -> list[str]:
    return [each["speaker"] for each in console.get(f"/conversations/{conversation}").body["messages"]]


def correct(console: Console, conversation: str, message_id: str, speaker: str | None) -> Any:
    return console.put(f"/conversations/{conversation}/messages/{message_id}/speaker", {"speaker": speaker})


def test_rules_propose_speakers(console: Console, thread: str) -> None:
    assert speakers(console, thread) == ["customer", "helper", "bystander"]


def test_correction_holds_after_an_edit_and_until_it_is_withdrawn(stack: Stack, console: Console, thread: str) -> None:
    answer = correct(console, thread, TIP, "company")
    assert (answer.status, answer.body["speaker"], answer.body["speaker_by"]["name"]) == (
        200,
        "company",
        "Alex Beispiel",
    )
    come_in(_comment(TIP, OLE, "Restart it twice.", Kind.EDITED))
    stack.settle()
    assert speakers(console, thread) == ["customer", "company", "bystander"]
    assert correct(console, thread, TIP, None).body["speaker"] == "helper"
    assert message(console, thread, TIP)["speaker_by"] is None


def test_correction_changes_nothing_else(console: Console, thread: str) -> None:
    before = console.get(f"/conversations/{thread}").body
    correct(console, thread, ECHO, "helper")
    after = console.get(f"/conversations/{thread}").body
    same = ("status", "unread", "assignee", "waiting_since", "events")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


@pytest.mark.invariant(2)
def test_corrections_are_the_same_in_any_order() -> None:
    who = Identity("facebook", "page", Visibility.PUBLIC, "1055_1")
    facts = [
        replace(_comment("1055_1", JANA, "Help?", at=1000), branch_id="", parent_id=None),
        _comment(TIP, OLE, "Restart it.", at=2000),
        _comment(TIP, OLE, "Restart it twice.", Kind.EDITED, at=5000),
    ]
    said = [
        Action("1", 3000, Verb.SPEAKER, AGENT, target=TIP, speaker="bystander"),
        Action("2", 4000, Verb.SPEAKER, AGENT, target=TIP, speaker="company"),
        Action("3", 4500, Verb.SOLVE, AGENT, target=TIP),
    ]
    expected = messages_of(who, facts, said)
    assert (expected[1].speaker, expected[1].accepted, expected[1].text) == ("company", True, "Restart it twice.")
    for some, done in itertools.product(itertools.permutations(facts), itertools.permutations(said)):
        assert messages_of(who, [*some, *some[:1]], done) == expected


def test_correction_is_refused_where_no_other_speaks(stack: Stack, console: Console, thread: str) -> None:
    private = private_message()
    assert correct(console, private, "m1", "helper").body["error"] == "message_private"
    assert correct(console, thread, "1055_1_9", "helper").body["error"] == "no_message"
    written = console.post(f"/conversations/{thread}/replies", {"text": "We look into it."}).body["id"]
    assert correct(console, thread, written, "helper").body["error"] == "message_ours"
    assert correct(console, thread, TIP, "robot").status == 400


def test_solution_is_marked_here_where_the_platform_has_no_mark(console: Console, thread: str) -> None:
    path = f"/conversations/{thread}/messages/{TIP}/solution"
    assert console.put(path).body["accepted"] is True
    assert console.put(path).status == 200, "done twice, it is done once"
    assert len([each for each in conversations.read(thread).actions if each.verb == Verb.SOLVE]) == 1
    assert console.put(path.replace(TIP, ECHO)).body["accepted"] is True
    assert message(console, thread, TIP)["accepted"] is False, "the last one that was marked is the solution"
    assert console.delete(path.replace(TIP, ECHO)).body["accepted"] is False


def test_solution_of_the_platform_is_not_taken_off_here(stack: Stack, console: Console, thread: str) -> None:
    come_in(_comment(TIP, JANA, "", Kind.SOLVED))
    stack.settle()
    answer = console.delete(f"/conversations/{thread}/messages/{TIP}/solution")
    assert (answer.status, answer.body["error"]) == (422, "solution_of_platform")


def test_helper_is_thanked_once_and_the_tip_alone_is_dealt_with(console: Console, thread: str) -> None:
    unread = console.get(f"/conversations/{thread}").body["unread"]
    path = f"/conversations/{thread}/messages/{TIP}/thanks"
    answer = console.post(path)
    assert (answer.status, answer.body["text"]) == (201, "Thank you, Ole, for helping out!")
    assert answer.body["author"]["name"] == "Alex Beispiel"
    assert message(console, thread, TIP)["thanked"] is True
    assert message(console, thread, TIP)["attention"]["state"] == "answered"
    assert console.get(f"/conversations/{thread}").body["unread"] == unread - 1
    assert console.post(path).body["error"] == "thanked"


def test_thanks_that_were_taken_back_can_be_given_again(console: Console, thread: str) -> None:
    path = f"/conversations/{thread}/messages/{TIP}/thanks"
    held = console.post(path, {"hold_seconds": 10, "text": "Great tip!"}).body
    assert held["held_until"] is not None
    assert console.delete(f"/conversations/{thread}/replies/{held['id']}").body["state"] == State.CANCELLED
    assert message(console, thread, TIP)["thanked"] is False
    assert console.post(path).status == 201


def test_customer_is_not_thanked_for_their_own_words(console: Console, thread: str) -> None:
    answer = console.post(f"/conversations/{thread}/messages/1055_1/thanks")
    assert (answer.status, answer.body["error"]) == (422, "message_customers")


def test_private_reply_leaves_a_trail_both_ways(stack: Stack, console: Console, thread: str) -> None:
    assert "continued_privately" not in console.get(f"/conversations/{thread}").body
    console.post(f"/conversations/{thread}/replies", {"text": "Here is more.", "visibility": "private"})
    assert console.get(f"/conversations/{thread}").body["continued_privately"] is None
    private = private_message(author=JANA)
    stack.settle()
    assert console.get(f"/conversations/{thread}").body["continued_privately"] == private
    assert console.get(f"/conversations/{private}").body["came_from"] == [thread]

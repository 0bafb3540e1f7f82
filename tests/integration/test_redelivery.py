"""Invariants 2 and 12: events that come twice, backwards or to a function that dies give the same conversations."""

from __future__ import annotations

import itertools
import time
from typing import Any

from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Json, Square, Webhook, wait_for
from tests.integration.talks import ARRIVED, begin, stays_quiet

OF_ITS_OWN = ("id", "platform_id", "sent_at", "edited_at", "deleted_at", "permalink", "parent_id")
"""Fields that differ from one run of the same story to the next."""
BURST = 12
MILLISECONDS_APART = 0.01
"""Seconds. Messenger tells times in milliseconds, and nothing tells the order of two messages of the same one."""


def test_2_events_delivered_twice_shuffled_and_batched_give_the_same_conversations(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    as_it_happened = _live_through(square, "Mia Eins")
    square.call("PUT", "/deliveries", repeat=2, shuffle=True, batch=4, hold=True)
    twice_and_shuffled = _live_through(square, "Mia Zwei")
    square.call("POST", "/deliveries/flush")
    for place, other in zip(as_it_happened, twice_and_shuffled, strict=True):
        expected = wait_for("the conversation", lambda place=place: _whole(agent_api, place))
        wait_for("the same again", lambda other=other, same=expected: _whole(agent_api, other) == same or None)
    time.sleep(1)
    for place, other in zip(as_it_happened, twice_and_shuffled, strict=True):
        assert _whole(agent_api, other) == _whole(agent_api, place)
        assert _entries(internals, agent_api, other) == _entries(internals, agent_api, place)


def test_2_comments_before_their_post_and_edits_before_their_messages_find_their_place(
    square: Square, agent_api: AgentApi, webhook: Webhook
) -> None:
    as_it_happened = _live_through(square, "Mia Drei")
    square.call("PUT", "/deliveries", hold=True)
    backwards = _live_through(square, "Mia Vier")
    waiting = square.call("GET", "/deliveries")["waiting"]
    for delivery in reversed(waiting):
        for _ in range(2):
            answer = webhook.deliver({"object": "page", "entry": delivery["updates"]})
            assert answer.status_code == 200
    for place, other in zip(as_it_happened, backwards, strict=True):
        expected = wait_for("the conversation", lambda place=place: _whole(agent_api, place))
        wait_for("the same again", lambda other=other, same=expected: _whole(agent_api, other) == same or None)


def test_12_facts_are_folded_though_dispatch_is_killed_again_and_again(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    post = square.post(author={"name": "Mia Fünf"}, text="Es geht los.")["message_id"]
    comments = []
    for number in range(BURST):
        comments.append(square.post(to=post, author={"name": "Mia Fünf"}, text=f"Nummer {number}"))
        if number % 3 == 0:
            internals.kill("DispatchFunction")
            internals.kill("WebhookFunction")
    found = wait_for("all of it", lambda: _with(agent_api.find(comments[-1]["message_id"]), BURST + 1))
    shown = wait_for("its place in the inbox", lambda: _counted(agent_api, found["id"], BURST + 1))
    assert [each["text"] for each in found["messages"][1:]] == [f"Nummer {number}" for number in range(BURST)]
    assert shown["preview"] == f"Nummer {BURST - 1}"


def test_12_failed_work_of_dispatch_is_done_when_it_can_be(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Mia Sechs")
    with internals.denying("DispatchFunction", "dynamodb:PutItem", "sqs:SendMessage", "scheduler:CreateSchedule"):
        message = talk.answer("Wir melden uns.", follow_up={"after": "P30D"})
        wrote = square.post(to=talk.place, author={"name": "Der Nachbar"}, text="Ich auch!")
        talk.await_arrival(wrote["message_id"])
        stays_quiet()
        assert talk.message(message)["state"] == "queued"
    talk.await_state(message, *ARRIVED)
    wait_for("the schedule", lambda: internals.schedule(talk.id))
    wait_for("its place in the inbox", lambda: _counted(agent_api, talk.id, 1))
    assert talk.on_square() == ["Wir melden uns."]


def _live_through(square: Square, name: str) -> tuple[str, str]:
    """One customer's day in public and in private; the two first messages' ids. Times are a second apart or count."""
    author, friend = {"name": name}, {"name": "Der Nachbar"}
    post = square.post(author=author, text="Das Gerät piept.")["message_id"]
    detail = square.post(to=post, author=author, text="Alle fünf Minuten.")["message_id"]
    square.post(to=detail, author=friend, text="Bei mir auch!")
    gone = square.post(to=post, author=author, text="Vergessen Sie es.")["message_id"]
    square.edit(message_id=detail, text="Alle zehn Minuten.")
    square.remove(message_id=gone)
    square.react(message_id=post, author=friend, reaction="sad")
    first = square.post(private=True, author=author, text="Noch etwas Privates.")["message_id"]
    time.sleep(MILLISECONDS_APART)
    second = square.post(private=True, author=author, text="Meine Nummer ist 12.")["message_id"]
    square.edit(message_id=second, text="Meine Nummer ist 21.")
    square.react(message_id=first, author=author, reaction="love")
    return post, first


def _whole(agent_api: AgentApi, place: str) -> Json | None:
    """A conversation without what is its own: its ids, names and times. In the inbox it counts the same."""
    whole = agent_api.find(place)
    if whole is None:
        return None
    shown = next(each for each in agent_api.inbox(status="open") if each["id"] == whole["id"])
    authors: dict[Any, int] = {}
    numbers = itertools.count()

    def told(message: Json) -> Json:
        author = authors.setdefault(message["author"]["id"], next(numbers))
        reactions = [each["reaction"] for each in message["reactions"]]
        return {key: value for key, value in message.items() if key not in OF_ITS_OWN} | {
            "author": author,
            "reactions": reactions,
            "earlier": [each["text"] for each in message["earlier"]],
            "attention": message["attention"] and message["attention"]["state"],
            "answerable": message["answerable"] and message["answerable"]["placement"],
        }

    return {
        "messages": [told(each) for each in whole["messages"]],
        "third_parties": len(whole["third_parties"]),
        **{key: whole[key] for key in ("status", "unread", "visibility", "preview", "team")},
        "shown": {key: shown[key] for key in ("status", "unread", "preview")} | {"third": len(shown["third_parties"])},
    }


def _entries(internals: StackInternals, agent_api: AgentApi, place: str) -> int:
    return internals.entries(wait_for("the conversation", lambda: agent_api.find(place))["id"])


def _with(conversation: Json | None, messages: int) -> Json | None:
    return conversation if conversation and len(conversation["messages"]) == messages else None


def _counted(agent_api: AgentApi, conversation: str, unread: int) -> Json | None:
    return next((each for each in agent_api.inbox() if each["id"] == conversation and each["unread"] == unread), None)

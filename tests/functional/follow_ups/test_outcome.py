"""The outcome: what an answer means is proposed, confirmed, corrected, and never judged blind."""

from __future__ import annotations

import pytest

from conversations.actions import Verb
from tests.functional.console_api import DAY, Console, comment, now, visitor_post
from tests.functional.follow_ups.agents_api import Json, answer, asked, come_due, follow_up, outcome, promise, rules
from tests.support.stack import Stack


def test_outcome_of_an_answer_is_proposed_and_confirmed_with_one_request(console: Console, stack: Stack) -> None:
    post = asked(console)
    answer(1, "Ja, es geht wieder, danke!")
    assert console.get(f"/conversations/{post}").body["follow_up"]["outcome"]["kind"] == "answered"
    stack.settle()
    proposed = console.get(f"/conversations/{post}").body["follow_up"]["outcome"]
    assert (proposed["kind"], proposed["proposed"], proposed["by"]) == ("solved", True, None)
    assert proposed["message_id"] == "1055_1_2"
    confirmed = outcome(console, post, "solved")["follow_up"]["outcome"]
    assert (confirmed["kind"], confirmed["proposed"], confirmed["by"]["name"]) == ("solved", False, "Alex Beispiel")
    assert confirmed["at"] == proposed["at"]


def test_a_correction_stays_though_the_answer_is_classified_again(console: Console, stack: Stack) -> None:
    post = asked(console)
    answer(1, "Ja, es geht wieder, danke!")
    stack.settle()
    corrected = outcome(console, post, "still_broken")
    assert corrected["follow_up"]["outcome"]["kind"] == "still_broken"
    stack.settle()
    stack.hand_over(stack.records)
    stack.settle()
    kept = console.get(f"/conversations/{post}").body["follow_up"]["outcome"]
    assert (kept["kind"], kept["proposed"]) == ("still_broken", False)
    assert console.get("/conversations").body["items"][0]["id"] == post


def test_outcome_can_be_set_before_the_customer_answered(console: Console) -> None:
    post = asked(console)
    said_so = outcome(console, post, "solved", resolve=True)
    assert (said_so["status"], said_so["follow_up"]["outcome"]["kind"]) == ("resolved", "solved")
    assert said_so["follow_up"]["outcome"]["message_id"] is None


def test_confirming_can_resolve_the_conversation(console: Console, stack: Stack) -> None:
    post = asked(console)
    answer(1, "Ja, es geht wieder, danke!")
    stack.settle()
    done = outcome(console, post, "solved", resolve=True, seen="1055_1_2")
    assert (done["status"], done["unread"], done["follow_up"]["outcome"]["proposed"]) == ("resolved", 0, False)


def test_nobody_resolves_blind_with_an_outcome(console: Console) -> None:
    """Invariant 10."""
    post = asked(console)
    answer(1, "Ja!")
    comment("1055_1_3", text="Nein, doch nicht!", at=now() + 9 * DAY)
    body = {"outcome": "solved", "resolve": True, "seen": "1055_1_2"}
    stale = console.put(f"/conversations/{post}/follow-up/outcome", body)
    assert (stale.status, stale.body["error"], stale.body["missed"]) == (409, "stale", ["1055_1_3"])
    assert follow_up(post).judged_by is None


def test_there_must_be_a_question_whose_answer_is_judged(console: Console) -> None:
    post = visitor_post()
    for _ in range(2):
        refused = console.put(f"/conversations/{post}/follow-up/outcome", {"outcome": "solved"})
        assert (refused.status, refused.body["error"]) == (404, "no_question")
        promise(console, post)


@pytest.mark.parametrize("body", [{}, {"outcome": "answered"}, {"outcome": "fine"}, {"outcome": 1}, None], ids=str)
def test_an_outcome_is_one_of_four(console: Console, body: Json | None) -> None:
    refused = console.put(f"/conversations/{asked(console)}/follow-up/outcome", body)
    assert (refused.status, refused.body["error"]) == (400, "malformed")


def test_silence_is_an_outcome_too(console: Console, lead: Console) -> None:
    rules(lead, patience="P3D")
    post = asked(console)
    given_up = come_due(post, (follow_up(post).asked_at or 0) + 3 * DAY)
    assert given_up.verb == Verb.JUDGE
    silent = console.get(f"/conversations/{post}").body["follow_up"]["outcome"]
    assert (silent["kind"], silent["message_id"], silent["proposed"]) == ("no_answer", None, True)

"""The follow-up: asked at most once, never after the customer wrote, and by nobody but a person where it must be so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from application import follow_ups
from conversations import identity
from conversations.actions import Action, State, Verb
from conversations.business_hours import usual_hours
from conversations.conversation import Conversation, Status
from conversations.facts import Author
from conversations.promise import FollowUpState, Outcome, Promise
from conversations.send_options import Way
from storage import conversations, teams
from tests.support import payloads
from tests.support.platform import PAGE
from tests.support.stack import Stack

AGENT = Author("agent-1", "Mira")
NOW = payloads.START * 1000 + 600_000
HOUR = 3_600_000
DAY = 24 * HOUR
DUE = NOW + 7 * DAY


def midnight(at: int) -> int:
    """The midnight before a time (UTC)."""
    return at - at % DAY


def promise(stack: Stack, at: int = NOW, way: Way = Way.PUBLIC_REPLY) -> tuple[str, str]:
    """An answer with the promise to ask back; the conversation's id and the promise's version."""
    found = stack.only()
    name = identity.action_id(at, len(found.actions).to_bytes(8, "big"))
    answer = Action(name, at, Verb.REPLY, AGENT, seen=found.head.inbound, heard=found.head.heard, text="Hallo")
    answer = replace(answer, way=way, state=State.SENT, platform_id="1_2", promise=Promise(at + 7 * DAY, "Und?"))
    conversations.commit(found.id, answer, found.after(answer), at)
    stack.dispatch()
    return found.id, name


@pytest.fixture
def promised(stack: Stack) -> tuple[Stack, str, str]:
    """A post that was answered with a promise."""
    stack.post(payloads.delivery(payloads.post()))
    stack.dispatch()
    return stack, *promise(stack)


def test_the_question_is_asked_once_though_the_schedule_fires_twice(promised: tuple[Stack, str, str]) -> None:
    """Invariant 5."""
    stack, conversation, version = promised
    stack.platform.says({"id": "1_9"})
    assert stack.follow_up(conversation, version, DUE) == "ask"
    assert stack.follow_up(conversation, version, DUE) == "nothing"
    stack.settle()
    assert stack.follow_up(conversation, version, DUE) == "nothing"
    assert [asked["body"]["message"] for asked in stack.platform.asked] == ["Und?"]
    follow_up = stack.only().head.follow_up
    assert follow_up is not None
    assert follow_up.state == FollowUpState.ASKED


def test_nobody_is_asked_who_wrote_though_nothing_was_folded_yet(promised: tuple[Stack, str, str]) -> None:
    """Invariant 5: what counts is what is stored, not what the head says of it."""
    stack, conversation, version = promised
    stack.post(payloads.delivery(payloads.comment("1_5", "Immer noch kaputt")))
    assert stack.follow_up(conversation, version, DUE) == "nothing"


def test_a_call_for_an_old_version_does_nothing(promised: tuple[Stack, str, str]) -> None:
    stack, conversation, old = promised
    _, new = promise(stack, NOW + 1000)
    assert stack.follow_up(conversation, old, DUE) == "nothing"
    assert stack.follow_up(conversation, new, DUE) == "ask"


def test_a_call_for_a_conversation_that_is_gone_does_nothing(stack: Stack) -> None:
    assert stack.follow_up("a" * 26, "1", DUE) == "nothing"


def test_a_cancelled_promise_is_not_kept(promised: tuple[Stack, str, str]) -> None:
    stack, conversation, version = promised
    found = stack.only()
    release = Action(identity.action_id(NOW + 5, bytes(8)), NOW + 5, Verb.RELEASE, AGENT, heard=found.head.heard)
    conversations.commit(conversation, release, found.after(release), NOW)
    assert stack.follow_up(conversation, version, DUE) == "nothing"


def test_call_that_finds_a_head_behind_does_not_fail_when_another_call_folds_it_first(
    promised: tuple[Stack, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, conversation, _ = promised
    conversations.put_head(replace(stack.only().head, unread=7), NOW)
    put_head, others = conversations.put_head, [True]

    def after_somebody_else(head: Conversation, now: int) -> None:
        if others and others.pop():
            assert stack.follow_up(conversation, "another version", DUE) == "nothing"
        put_head(head, now)

    monkeypatch.setattr(conversations, "put_head", after_somebody_else)
    assert stack.follow_up(conversation, "an old version", DUE) == "nothing"
    assert not others
    assert stack.only().head.unread == 0


def test_customer_who_removed_their_post_is_not_asked(promised: tuple[Stack, str, str]) -> None:
    stack, conversation, version = promised
    removal = payloads.post()
    removal["changes"][0]["value"] |= {"verb": "remove"}
    stack.post(payloads.delivery(removal))
    assert stack.follow_up(conversation, version, DUE) == "skip"
    follow_up = stack.only().head.follow_up
    assert follow_up is not None
    assert (follow_up.state, follow_up.reason) == (FollowUpState.SKIPPED, "gone")


@pytest.mark.parametrize(
    ("days", "outcome", "reason"), [(0.5, "ask", ""), (6.5, "task", "person_must_write"), (8, "task", "window")]
)
def test_in_private_the_platforms_window_decides(stack: Stack, days: float, outcome: str, reason: str) -> None:
    """A machine may write for a day, a person for seven; then only the customer can open the window again."""
    stack.post(payloads.delivery(payloads.message("m1")))
    stack.dispatch()
    conversation, version = promise(stack, payloads.START * 1000 + 1000, Way.PRIVATE_MESSAGE)
    done = follow_ups.run_due(conversation, version, lambda: payloads.START * 1000 + int(days * DAY))
    assert done is not None
    assert (done.verb, done.reason) == (outcome, reason)
    head = stack.only().head
    assert head.status == (Status.WAITING if outcome == "ask" else Status.OPEN)


@pytest.mark.parametrize(
    ("late", "outcome", "reason"),
    [(HOUR, "ask", ""), (DAY, "ask", ""), (14 * DAY, "ask", ""), (15 * DAY, "task", "late")],
    ids=["an hour", "a day", "two weeks", "more than two weeks"],
)
def test_a_call_that_comes_late_is_heeded_as_long_as_it_makes_sense(
    promised: tuple[Stack, str, str], late: int, outcome: str, reason: str
) -> None:
    stack, conversation, version = promised
    assert stack.follow_up(conversation, version, DUE + late) == outcome
    follow_up = stack.only().head.follow_up
    assert follow_up is not None
    assert (follow_up.reason, follow_up.asked_at) == (reason, DUE + late if outcome == "ask" else None)


def test_a_call_that_comes_at_night_moves_the_question_to_the_morning(promised: tuple[Stack, str, str]) -> None:
    stack, conversation, version = promised
    night, morning = midnight(DUE), midnight(DUE) + 9 * HOUR
    teams.put_team(replace(teams.team("service"), hours=usual_hours("Etc/UTC"), spread="PT1S"), 0)
    assert stack.follow_up(conversation, version, night) == "move"
    follow_up = stack.only().head.follow_up
    assert follow_up is not None
    assert (follow_up.state, [move.reason for move in follow_up.moves]) == (FollowUpState.PLANNED, ["hours"])
    assert morning <= follow_up.promise.at < morning + 1000
    stack.settle()
    assert stack.follow_up(conversation, version, morning + HOUR) == "nothing"
    assert stack.follow_up(conversation, follow_up.version, follow_up.promise.at) == "ask"


def test_of_two_questions_to_one_customer_at_once_a_cap_of_one_lets_one_through(stack: Stack) -> None:
    teams.put_team(replace(teams.team("service"), cap=1), 0)
    for number in (1, 2):
        stack.post(payloads.delivery(payloads.post(f"{PAGE}_{number}", "Mein WLAN ist kaputt")))
    stack.dispatch()
    due = []
    for head in stack.conversations():
        found = stack.read(head)
        name = identity.action_id(NOW, bytes(8))
        wish = Action(name, NOW, Verb.PROMISE, AGENT, heard=1, upto=head.last_inbound_at, promise=Promise(DUE, "Und?"))
        conversations.commit(found.id, wish, found.after(wish), NOW)
        due.append((found.id, name))
    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(lambda each: stack.follow_up(*each, DUE), due))
    assert sorted(outcomes) == ["ask", "skip"]
    reasons = {head.follow_up.reason for head in stack.conversations() if head.follow_up}
    assert reasons == {"", "cap"}


def test_the_answer_to_the_question_is_its_outcome_and_opens_the_conversation(promised: tuple[Stack, str, str]) -> None:
    stack, conversation, version = promised
    stack.platform.says({"id": "1_9"})
    stack.follow_up(conversation, version, DUE)
    stack.settle()
    later = NOW // 1000 + 8 * 86_400
    stack.post(payloads.delivery(payloads.comment("1_9", "Und?", author=PAGE, at=later)))
    stack.post(payloads.delivery(payloads.comment("1_10", "Leider nein", at=later + 60)))
    stack.settle()
    head = stack.only().head
    assert head.follow_up is not None
    assert (head.follow_up.outcome, head.follow_up.outcome_message_id) == (Outcome.STILL_BROKEN, "1_10")
    assert (head.status, head.assignee) == (Status.OPEN, AGENT)
    assert [each.id for each in stack.messages() if each.direction == "inbound"] == [f"{PAGE}_1", "1_10"]

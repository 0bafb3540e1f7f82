"""The life of a promise to ask back: what is done when it comes due, and what becomes of it.

Invariant 5: asked at most once, never for an old version, never after the customer wrote.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conversations import follow_ups
from conversations.actions import Action, State, Verb
from conversations.conversation import Conversation
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import act, fold, promises_of, receive
from conversations.follow_ups import PUNCTUAL, SYSTEM, due, judged, next_call, reconsidered, unanswered
from conversations.identity import Identity, action_id
from conversations.message_fold import messages_of
from conversations.planning import Plan
from conversations.promise import USUAL_PATIENCE, Doer, FollowUp, FollowUpState, Outcome, Promise
from conversations.send_options import Way

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_790_000_000_000
DUE = START + 2 * DAY
CHAT = Identity("facebook", "demo", Visibility.PRIVATE, "page:7001", team="service")
JANA, MIRA, PAGE = Author("7001", "Jana"), Author("agent-1", "Mira"), Author("page")
NOW_BY_MACHINE = Plan(DUE, Doer.MACHINE, Visibility.PRIVATE, Way.PRIVATE_MESSAGE)


def said(at: int, name: str, kind: Kind = Kind.MESSAGE, **fields: object) -> Fact:
    given_fields = {"author": JANA, "text": f"text of {name}", "customer_id": JANA.id} | fields
    return Fact(kind, Visibility.PRIVATE, CHAT.thread_id, at, name, **given_fields)  # type: ignore[arg-type]


def did(at: int, verb: Verb, **fields: object) -> Action:
    given_fields = {"by": MIRA, "seen": 1, "heard": 1, "upto": START} | fields
    return Action(action_id(at, at.to_bytes(8, "big")), at, verb, **given_fields)  # type: ignore[arg-type]


PROMISE = did(START + 1000, Verb.PROMISE, promise=Promise(DUE, "Und?"))


def after(*actions: Action, facts: tuple[Fact, ...] = ()) -> Conversation:
    """The head after one message of the customer's, a promise, and what is given."""
    head = fold(CHAT, [said(START, "m1"), *facts], [PROMISE, *actions])
    assert head is not None
    return head


def stands(head: Conversation) -> tuple[str, str]:
    assert head.follow_up is not None
    return head.follow_up.state, head.follow_up.outcome or head.follow_up.reason


def comes_due(
    head: Conversation, plan: Plan = NOW_BY_MACHINE, now: int = DUE, version: str = PROMISE.id
) -> Action | None:
    return due(head, version, plan, "Und?", now, action_id(now, bytes(8)))


def dealt(verb: Verb, at: int = DUE, **fields: object) -> Action:
    """Return an action of the system on the promise."""
    return did(at, verb, by=SYSTEM, answers=PROMISE.id, text="Und?", **fields)


ASKED = dealt(Verb.ASK, state=State.SENT, platform_id="p1", way=Way.PRIVATE_MESSAGE)
TASK = dealt(Verb.TASK, reason="person_must_write")


# -- when it comes due ------------------------------------------------------------------------------------------------


def test_a_machine_asks_in_the_name_of_the_agent_who_promised() -> None:
    action = comes_due(after())
    assert action is not None
    assert (action.verb, action.by, action.way, action.state) == (Verb.ASK, MIRA, Way.PRIVATE_MESSAGE, State.QUEUED)
    assert (action.answers, action.heard, action.text) == (PROMISE.id, 1, "Und?")


@pytest.mark.parametrize(
    ("plan", "now", "verb", "reason"),
    [
        (Plan(None, None, Visibility.PRIVATE, reason="declined"), DUE, Verb.SKIP, "declined"),
        (replace(NOW_BY_MACHINE, doer=Doer.PERSON, reason="angry"), DUE, Verb.TASK, "angry"),
        (replace(NOW_BY_MACHINE, at=DUE + HOUR, reason="hours"), DUE, Verb.MOVE, "hours"),
        (replace(NOW_BY_MACHINE, at=DUE + PUNCTUAL), DUE, Verb.ASK, ""),
    ],
)
def test_due_follow_up_does_what_the_plan_for_now_says(plan: Plan, now: int, verb: Verb, reason: str) -> None:
    action = comes_due(after(), plan, now)
    assert action is not None
    assert (action.verb, action.reason) == (verb, reason)


def test_follow_up_late_by_weeks_is_left_to_a_person_counted_from_the_requested_time() -> None:
    late = replace(NOW_BY_MACHINE, at=DUE + 15 * DAY)
    action = comes_due(after(), late, DUE + 15 * DAY)
    assert action is not None and (action.verb, action.reason) == (Verb.TASK, "late")
    move = replace(dealt(Verb.MOVE, START + 5000), promise=Promise(DUE + 14 * DAY, "Und?", wished=DUE))
    moved = comes_due(after(move), late, DUE + 15 * DAY, move.id)
    assert moved is not None and moved.verb == Verb.TASK


@pytest.mark.parametrize(
    "head",
    [
        after(ASKED, dealt(Verb.JUDGE, DUE + 5, outcome=Outcome.SOLVED)),
        after(ASKED),
        after(TASK),
        after(dealt(Verb.SKIP, reason="gone")),
        after(did(START + 2000, Verb.RELEASE)),
        after(facts=(said(START + 2000, "m2"),)),
        replace(after(), follow_up=None),
    ],
)
def test_a_call_for_what_was_dealt_with_does_nothing(head: Conversation) -> None:
    assert comes_due(head) is None


def test_a_call_for_an_old_version_does_nothing() -> None:
    move = replace(dealt(Verb.MOVE, START + 5000), promise=Promise(DUE + HOUR, "Und?"))
    assert comes_due(after(move)) is None
    assert comes_due(after(move), version=move.id) is not None
    second = did(START + 9000, Verb.PROMISE, promise=Promise(DUE, "Und?"))
    assert comes_due(after(second)) is None


def test_silence_is_noted_when_the_patience_is_over_and_not_before() -> None:
    head = after(ASKED)
    assert next_call(head.follow_up) == (PROMISE.id, DUE + USUAL_PATIENCE)
    over = DUE + USUAL_PATIENCE
    assert unanswered(head, PROMISE.id, over - PUNCTUAL - 1, action_id(over, bytes(8))) is None
    assert unanswered(head, "another version", over, action_id(over, bytes(8))) is None
    silence = unanswered(head, PROMISE.id, over, action_id(over, bytes(8)))
    assert silence is not None and (silence.verb, silence.outcome) == (Verb.JUDGE, Outcome.NO_ANSWER)
    assert next_call(after(ASKED, silence).follow_up) is None


def test_only_what_is_planned_or_waits_for_an_answer_is_called_for() -> None:
    assert next_call(None) is None
    assert next_call(after().follow_up) == (PROMISE.id, DUE)
    for action in (TASK, dealt(Verb.SKIP), replace(ASKED, state=State.FAILED), did(START + 2000, Verb.RELEASE)):
        assert next_call(after(action).follow_up) is None


# -- when facts change ------------------------------------------------------------------------------------------------


def test_a_plan_that_is_the_same_or_nearly_so_changes_nothing() -> None:
    assert reconsidered(after(), NOW_BY_MACHINE, "Und?", START + 9, "x") is None
    assert reconsidered(after(), replace(NOW_BY_MACHINE, at=DUE + PUNCTUAL), "Und?", START + 9, "x") is None


def test_another_plan_moves_the_promise_visibly_and_keeps_the_wish() -> None:
    closing = replace(NOW_BY_MACHINE, at=DUE - HOUR, latest=DUE, reason="window_closes")
    move = reconsidered(after(), closing, "Und nun?", START + 9000, action_id(START + 9000, bytes(8)))
    assert move is not None and move.promise is not None
    assert (move.verb, move.promise.at, move.promise.wished) == (Verb.MOVE, DUE - HOUR, DUE)
    follow_up = after(move).follow_up
    assert follow_up is not None
    assert (follow_up.version, follow_up.promise.text, follow_up.made_at) == (move.id, "Und nun?", PROMISE.at)
    assert [(each.reason, each.before) for each in follow_up.moves] == [("window_closes", DUE)]


def test_follow_up_is_cancelled_when_the_customer_must_not_be_asked_any_more() -> None:
    never = Plan(None, None, Visibility.PRIVATE, reason="declined")
    skip = reconsidered(after(), never, "", START + 9000, "x")
    release = reconsidered(after(TASK), never, "", DUE + 9000, action_id(DUE + 9000, bytes(8)))
    assert skip is not None and skip.verb == Verb.SKIP
    assert release is not None and stands(after(TASK, release)) == ("cancelled", "declined")


# -- what becomes of it -----------------------------------------------------------------------------------------------


def test_a_task_becomes_a_question_when_a_person_writes_and_stays_one_only_if_it_gets_through() -> None:
    """A question that the platform refused was not asked; neither was one that was undone."""
    reply = did(DUE + 5000, Verb.REPLY, state=State.QUEUED, text="Und?")
    assert stands(after(TASK, reply)) == ("asked", "person_must_write")
    assert stands(after(TASK, replace(reply, state=State.FAILED, reason="gone"))) == ("failed", "gone")
    assert stands(after(TASK, replace(reply, state=State.CANCELLED, reason="agent"))) == ("cancelled", "agent")


def test_a_question_that_reply_took_back_was_not_asked() -> None:
    assert stands(after(replace(ASKED, state=State.CANCELLED, reason="customer_wrote"))) == (
        "cancelled",
        "customer_wrote",
    )


def test_the_customers_first_message_is_the_answer_and_a_second_changes_nothing() -> None:
    head = after(ASKED, facts=(said(DUE + HOUR, "m2"), said(DUE + DAY, "m3")))
    assert head.follow_up is not None
    assert (head.follow_up.outcome, head.follow_up.outcome_message_id) == (Outcome.ANSWERED, "m2")


def test_answer_after_a_noted_silence_counts() -> None:
    silence = dealt(Verb.JUDGE, DUE + USUAL_PATIENCE, outcome=Outcome.NO_ANSWER)
    assert stands(after(ASKED, silence, facts=(said(DUE + 9 * DAY, "m2"),))) == ("asked", "answered")


def test_a_reaction_to_the_question_is_an_answer_and_one_to_another_message_is_none() -> None:
    question = said(DUE + HOUR, "p1", Kind.REACTION, payload="👎", text=None)
    head = after(ASKED, facts=(question,))
    assert head.follow_up is not None and (head.follow_up.outcome, head.follow_up.reaction) == ("answered", "👎")
    assert stands(after(ASKED, facts=(replace(question, message_id="m1"),))) == ("asked", "")
    judgement = judged(head, Outcome.STILL_BROKEN, SYSTEM, DUE + 2 * HOUR, action_id(DUE + 2 * HOUR, bytes(8)))
    broken = after(ASKED, judgement, facts=(question,))
    assert (stands(broken), broken.status) == (("asked", "still_broken"), "open")


def test_a_judgement_can_be_corrected_and_one_of_another_promise_says_nothing() -> None:
    answer = said(DUE + HOUR, "m2")
    first = dealt(Verb.JUDGE, DUE + 2 * HOUR, outcome=Outcome.SOLVED, heard=2, upto=answer.at)
    second = replace(did(DUE + 3 * HOUR, Verb.JUDGE, heard=2, upto=answer.at), answers=PROMISE.id)
    second = replace(second, outcome=Outcome.STILL_BROKEN)
    head = after(ASKED, first, second, facts=(answer,))
    assert head.follow_up is not None
    assert (head.follow_up.outcome, head.follow_up.judged_by) == (Outcome.STILL_BROKEN, MIRA)
    assert stands(after(ASKED, first, replace(second, answers="other"), facts=(answer,))) == ("asked", "solved")


def test_all_promises_of_a_conversation_can_be_told() -> None:
    facts = (said(DUE + HOUR, "m2"),)
    second = did(DUE + DAY, Verb.PROMISE, heard=2, upto=DUE + HOUR, promise=Promise(DUE + 3 * DAY, "Und jetzt?"))
    third = did(DUE + DAY + 5, Verb.PROMISE, heard=2, upto=DUE + HOUR, promise=Promise(DUE + 4 * DAY, "Und nun?"))
    actions = [PROMISE, ASKED, second, third]
    head = after(*actions[1:], facts=facts)
    told = promises_of(head, messages_of(CHAT, [said(START, "m1"), *facts], actions), actions)
    assert [(each.state, each.outcome) for each in told] == [
        ("asked", "answered"),
        ("replaced", None),
        ("planned", None),
    ]


# -- always -----------------------------------------------------------------------------------------------------------


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Fact], list[Action]]:
    """A promise, and later actions of agents, the system, the platform and the customer, in any order."""
    facts, actions = [said(START, "m1")], [PROMISE]
    version = PROMISE.id
    for step in range(1, draw(st.integers(1, 8))):
        at = START + 1000 + step * HOUR
        heard = {"heard": len(facts), "seen": len(facts), "upto": facts[-1].at}
        verb = draw(st.sampled_from([None, *(verb for verb in Verb if verb != Verb.NOTE)]))
        if verb is None:
            facts.append(said(at, f"m{step + 1}"))
            continue
        fields: dict[str, object] = {"answers": version, **heard}
        if verb in (Verb.PROMISE, Verb.MOVE):
            fields["promise"] = Promise(at + DAY, "Und?")
        if verb in (Verb.ASK, Verb.REPLY):
            fields["state"] = draw(st.sampled_from([State.QUEUED, State.SENT, State.FAILED, State.CANCELLED]))
        if verb == Verb.JUDGE:
            fields["outcome"] = draw(st.sampled_from([Outcome.SOLVED, Outcome.NO_ANSWER]))
        actions.append(did(at, verb, **fields))
        version = actions[-1].id if verb in (Verb.PROMISE, Verb.MOVE) else version
    return facts, actions


@given(lives())
def test_step_by_step_a_follow_up_is_what_its_history_says(life: tuple[list[Fact], list[Action]]) -> None:
    """Invariant 2."""
    facts, actions = life
    head = fold(CHAT, facts[:1], [])
    for each in sorted([*facts[1:], *actions], key=lambda thing: thing.at):
        assert head is not None
        change = act(head, each) if isinstance(each, Action) else receive(head, each)
        head = change or fold(
            CHAT,
            [fact for fact in facts if fact.at <= each.at],
            [action for action in actions if action.at <= each.at],
        )
    complete = fold(CHAT, facts, actions)
    assert head is not None and complete is not None
    assert head.follow_up == complete.follow_up


@given(lives(), st.integers(0, 30 * DAY))
def test_nobody_is_asked_twice_for_one_promise(life: tuple[list[Fact], list[Action]], later: int) -> None:
    """Invariant 5: once a question was claimed, no call for any version leads to another."""
    facts, actions = life
    head = fold(CHAT, facts, actions)
    assert head is not None and head.follow_up is not None
    now = max(facts[-1].at, actions[-1].at) + later + HOUR
    plan = replace(NOW_BY_MACHINE, at=now)
    asked = due(head, head.follow_up.version, plan, "Und?", now, action_id(now, bytes(8)))
    if asked is None or asked.verb != Verb.ASK:
        return
    again = fold(CHAT, facts, [*actions, asked])
    assert again is not None
    for version in {action.id for action in actions}:
        repeated = due(again, version, plan, "Und?", now + 1, "x")
        assert repeated is None or repeated.verb == Verb.JUDGE
    wrote = fold(CHAT, [*facts, said(now - 1, "late")], actions)
    assert wrote is not None
    assert due(wrote, head.follow_up.version, plan, "Und?", now, "x") is None


@given(st.sampled_from(FollowUpState), st.none() | st.sampled_from(Outcome), st.integers(START, DUE))
def test_a_customers_word_ends_what_stands_and_answers_what_was_asked(
    state: FollowUpState, outcome: Outcome | None, at: int
) -> None:
    follow_up = FollowUp("1", Promise(DUE, "Und?"), MIRA, state=state, outcome=outcome, asked_at=START)
    message = messages_of(CHAT, [said(at, "m2")], [])[0]
    changed = follow_ups.after_customer(follow_up, message)
    if state in follow_ups.STANDING:
        assert (changed.state, changed.reason) == (FollowUpState.CANCELLED, "customer_wrote")
    elif state == FollowUpState.ASKED and outcome in (None, Outcome.NO_ANSWER):
        assert (changed.outcome, changed.outcome_at) == (Outcome.ANSWERED, at)
    else:
        assert changed == follow_up

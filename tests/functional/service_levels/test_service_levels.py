"""Targets: what is overdue is noted once per target, counted, stands on top, and is made up for by answering."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from application import commands, loading
from conversations.actions import Action, Verb
from conversations.conversation import Status
from conversations.facts import Author
from conversations.follow_ups import SYSTEM
from conversations.identity import action_id
from conversations.metrics import week_of
from storage import conversations, inbox_index, keys, reporting, table, team_names, teams
from tests.functional.console_api import Console, now, private_message, visitor_post
from tests.functional.service_levels.clock import HOUR, actions_of, aims, call, head, watch
from tests.support.stack import Stack
from watch import due_scan, recompute_due

MIRA = Author("mira", "Mira")


def counted(name: str) -> int:
    """Return a counter of the last week, this one and the next: a test may begin late on a Sunday."""
    first, last = week_of(now() - 7 * 24 * HOUR), week_of(now() + 7 * 24 * HOUR)
    return sum(row.figures.get(name, 0) for row in reporting.rows("service", first, last))


def test_overdue_conversation_is_noted_and_counted_once(stack: Stack, lead: Console) -> None:
    aims(lead, first_response="PT4H")
    late, early = private_message("m_1", at=now() - 5 * HOUR), visitor_post(at=now() - HOUR)
    assert head(late).service_level.due_at == head(late).waiting_since + 4 * HOUR
    assert watch(now())["missed"] == 1
    assert watch(now())["missed"] == 0
    assert head(late).service_level.missed == ("first_response",)
    assert head(early).service_level.missed == ()
    assert counted("missed_first_response") == 1
    (missed,) = actions_of(late, Verb.MISS)
    assert (missed.by, missed.target) == (SYSTEM, "first_response")
    page, _ = inbox_index.page(["service"], 10)
    assert [keys.id_of(each.identity) for each in page] == [late, early]


def test_each_target_is_missed_by_itself(stack: Stack, lead: Console) -> None:
    aims(lead, first_response="PT1H", resolution="PT8H")
    chat = private_message("m_1", at=now() - 2 * HOUR)
    watch(now())
    assert head(chat).service_level.missed == ("first_response",)
    watch(now() + 7 * HOUR)
    assert head(chat).service_level.missed == ("first_response", "resolution")
    assert (counted("missed_first_response"), counted("missed_resolution")) == (1, 1)


def test_an_answer_makes_up_for_a_missed_target_and_the_next_one_gets_a_new_due_time(
    stack: Stack, console: Console, lead: Console
) -> None:
    aims(lead, first_response="PT1H", next_response="PT2H")
    chat = private_message("m_1", at=now() - 2 * HOUR)
    watch(now())
    assert console.post(f"/conversations/{chat}/replies", {"text": "Wir schauen."}).status == 201
    assert (head(chat).service_level.missed, head(chat).service_level.due_at) == ((), None)
    private_message("m_2", at=now() + 1000)
    level = head(chat).service_level
    assert (level.due_for, level.due_at) == ("next_response", head(chat).waiting_since + 2 * HOUR)
    watch(now() + 3 * HOUR)
    assert head(chat).service_level.missed == ("next_response",)
    assert counted("missed_next_response") == 1


def test_targets_of_a_snoozed_conversation_are_checked_when_it_comes_back(stack: Stack, lead: Console) -> None:
    aims(lead, first_response="PT1H")
    chat = private_message("m_1", at=now() - HOUR // 2)
    act(chat, verb=Verb.SNOOZE, until=now() + 5 * HOUR)
    assert watch(now() + 2 * HOUR)["missed"] == 0
    assert watch(now() + 6 * HOUR) | {"missed": 1} == watch(now() + 6 * HOUR) | {"missed": 1, "woken": 0, "nothing": 0}
    assert (head(chat).status, head(chat).service_level.missed) == ("open", ("first_response",))
    assert [action.by for action in actions_of(chat, Verb.WAKE)] == [SYSTEM]


def act(conversation: str, **fields: Any) -> None:
    """Act as an agent who has seen everything."""
    found = loading.load(conversation)
    assert found is not None
    at = found.moment(now())
    done = Action(
        action_id(at, bytes(8)), at, by=MIRA, seen=found.head.inbound, upto=found.head.last_inbound_at, **fields
    )
    conversations.commit(found.id, done, found.after(done), at)


def test_conversation_is_woken_once(stack: Stack) -> None:
    chat = private_message("m_1")
    act(chat, verb=Verb.SNOOZE, until=now() + HOUR)
    assert watch(now())["woken"] == 0
    assert watch(now() + 2 * HOUR)["woken"] == 1
    assert watch(now() + 2 * HOUR)["woken"] == 0
    assert len(actions_of(chat, Verb.WAKE)) == 1


def test_two_who_look_at_once_note_it_once(stack: Stack, lead: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 12."""
    aims(lead, first_response="PT1H")
    chat = private_message("m_1", at=now() - 2 * HOUR)
    commit, others = conversations.commit, [True]

    def after_somebody_else(*arguments: Any, **more: Any) -> None:
        if others and others.pop():
            assert watch(now())["missed"] == 1
        commit(*arguments, **more)

    monkeypatch.setattr(commands.conversations, "commit", after_somebody_else)
    watch(now())
    assert len(actions_of(chat, Verb.MISS)) == 1
    assert counted("missed_first_response") == 1


def test_scan_of_a_killed_function_is_completed_by_the_next(
    stack: Stack, lead: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 12: noted and counted together, or not at all."""
    aims(lead, first_response="PT1H")
    chat = private_message("m_1", at=now() - 2 * HOUR)

    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(commands.conversations, "commit", killed)
        watch(now())
    assert (counted("missed_first_response"), actions_of(chat, Verb.MISS)) == (0, [])
    watch(now())
    assert (counted("missed_first_response"), len(actions_of(chat, Verb.MISS))) == (1, 1)


def test_one_that_cannot_be_changed_is_no_harm_to_the_others(
    stack: Stack, lead: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    aims(lead, first_response="PT1H")
    broken, other = (private_message(f"m_{each}", thread=f"t_{each}", at=now() - 2 * HOUR) for each in "ab")
    current = loading.load

    def sometimes(conversation: str) -> Any:
        if conversation == broken:
            raise RuntimeError
        return current(conversation)

    with monkeypatch.context() as patched:
        patched.setattr(commands.loading, "load", sometimes)
        done = watch(now())
    assert (done["failed"], done["missed"]) == (1, 1)
    assert head(other).service_level.missed


def test_a_head_that_wrongly_says_asleep_is_put_right_and_not_looked_at_again(stack: Stack) -> None:
    chat = private_message("m_1")
    conversations.put_head(replace(head(chat), status=Status.SNOOZED, snoozed_until=now() - HOUR), now())
    assert watch(now())["nothing"] == 1
    assert head(chat).status == Status.OPEN
    assert watch(now())["nothing"] == 0


def test_at_the_end_of_a_call_nothing_is_begun(stack: Stack, lead: Console) -> None:
    aims(lead, first_response="PT1H")
    private_message("m_1", at=now() - 2 * HOUR)
    assert watch(now(), lambda: 1000)["left"] == 1
    assert watch(now())["missed"] == 1


def test_new_targets_show_in_the_inbox_with_the_next_call(stack: Stack, lead: Console) -> None:
    chat, post = private_message("m_1", at=now() - 2 * HOUR), visitor_post()
    assert head(chat).service_level.due_at is None
    aims(lead, first_response="PT1H")
    assert watch(now())["renewed"] == 2
    assert head(chat).service_level.due_at == head(chat).waiting_since + HOUR
    assert head(post).service_level.due_for == "first_response"
    assert watch(now())["missed"] == 1
    aims(lead)
    watch(now())
    assert head(chat).service_level.due_at is None


def test_rules_are_looked_after_until_nobody_works_with_the_old_ones(stack: Stack, lead: Console) -> None:
    aims(lead, first_response="PT1H")
    chat = private_message("m_1")
    watch(now())
    level = replace(head(chat).service_level, due_at=None, due_for="")
    conversations.put_head(replace(head(chat), service_level=level), now())  # as by rules that are half a minute old
    watch(now() + recompute_due.SETTLED + 1000)
    assert head(chat).service_level.due_for == "first_response"
    assert teams.outdated() == {}


def eight_with_new_rules(lead: Console, monkeypatch: pytest.MonkeyPatch, page: int) -> tuple[list[str], int]:
    """Return eight conversations, updated by pages of this size, and a time at which nobody uses the old rules."""
    monkeypatch.setattr(recompute_due, "PAGE", page)
    chats = [private_message(f"m_{number}", thread=f"t_{number}") for number in range(8)]
    aims(lead, first_response="PT1H")
    return chats, now() + recompute_due.SETTLED + 1000


def test_update_of_more_conversations_than_a_call_has_time_for_goes_on_with_the_next(
    stack: Stack, lead: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats, at = eight_with_new_rules(lead, monkeypatch, page=1)
    updates, renewed = recompute_due.Updates(), 0
    for _ in range(20):
        times = iter([55_000, 55_000])  # two pages of a call
        renewed += updates.keep_up(lambda: at, lambda: next(times, 0))["renewed"]  # noqa: B023
    assert [head(each).service_level.due_for for each in chats] == ["first_response"] * 8
    assert (renewed, teams.outdated()) == (8, {})


@pytest.mark.invariant(12)
def test_update_that_broke_off_looks_again_at_what_it_could_not_write(
    stack: Stack, lead: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats, at = eight_with_new_rules(lead, monkeypatch, page=2)
    updates = recompute_due.Updates()
    with monkeypatch.context() as broken:
        broken.setattr(recompute_due.conversations, "put_head", not_stored)
        with pytest.raises(table.NotStored):
            updates.keep_up(lambda: at, lambda: 55_000)
    updates.keep_up(lambda: at, lambda: 55_000)
    assert [head(each).service_level.due_for for each in chats] == ["first_response"] * 8
    assert teams.outdated() == {}


def not_stored(*_arguments: Any) -> None:
    raise table.NotStored


def test_update_begins_again_where_rules_are_changed_during_it(
    stack: Stack, lead: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats, at = eight_with_new_rules(lead, monkeypatch, page=1)
    updates, times = recompute_due.Updates(), iter([55_000] * 6)
    updates.keep_up(lambda: at, lambda: next(times, 0))
    aims(lead, next_response="PT1H")
    later = now() + recompute_due.SETTLED + 1000
    updates.keep_up(lambda: later, lambda: 55_000)
    assert [head(each).service_level.due_for for each in chats] == [""] * 8
    assert teams.outdated() == {}


def test_rules_that_are_changed_again_are_looked_after_again(stack: Stack, lead: Console) -> None:
    aims(lead, first_response="PT1H")
    (since,) = teams.outdated().values()
    teams.put_team(teams.team("service"), since + 5)
    teams.brought_up_to_date("service", since)
    assert teams.outdated() == {"service": since + 5}


def test_a_team_that_was_taken_away_too_early_comes_back(stack: Stack, lead: Console) -> None:
    team_names.add("sales")
    post = visitor_post()
    team_names.remove("service", now())
    assert "service" not in team_names.names()
    watch(now())
    assert "service" in team_names.names()
    assert team_names.removed_lately() == []
    assert head(post).identity.team == "service"


def test_the_function_says_what_it_did(
    stack: Stack, lead: Console, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    aims(lead, first_response="PT1H")
    private_message("m_1", at=now() - 2 * HOUR, text="Geheimnis")
    assert call()["missed"] == 1
    said = capsys.readouterr().out + caplog.text
    assert "Looked at the clock" in said
    assert "MissedFirstResponse" in said
    assert not [word for word in ("Geheimnis", "Jana") if word in said]


def test_those_who_wait_behind_others_have_their_turn(
    stack: Stack, lead: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failed replies are listed above what is due, whenever that is; the list is continued from call to call."""
    aims(lead, first_response="PT1H", resolution="PT3H")
    chats = [private_message(f"m_{each}", thread=f"t_{each}", at=now() - 2 * HOUR) for each in range(9)]
    watch(now())
    assert all(head(chat).service_level.missed == ("first_response",) for chat in chats)
    monkeypatch.setattr(due_scan, "SHARE", 1)
    walking = due_scan.Rounds()
    for _ in range(2 * len(chats)):
        walking.walk(lambda: now() + 2 * HOUR, lambda: 55_000)
    assert all(head(chat).service_level.missed == ("first_response", "resolution") for chat in chats)

"""The rounds through the inbox: conversations whose time to come back is there, and those that are overdue.

All of it is read from the index, a bounded number of heads per partition and call. What is certainly due is found by
its key. Answers to follow-ups, what did not arrive and what is overdue already have another place in the order; those
are walked through, from call to call, as somebody could come to be overdue there as well.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from application.commands import execute
from application.projection import catch_up
from aws import cloudwatch
from conversations import inbox_order, sla
from conversations.actions import Action, Verb
from conversations.conversation import Status
from conversations.follow_ups import SYSTEM
from conversations.identity import clamp
from shared.telemetry import logger
from storage import (
    inbox_index,
    index_places,
    keys,
    notifications,
    reporting,
    team_names,
    teams,
)
from storage.notifications import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.commands import Context
    from application.loading import LoadedConversation
    from conversations.conversation import Conversation, Target
    from storage.writes import Write

SHARE = 100
"""Heads of one partition that are looked at in one call, of each kind."""
WORKERS = 8
RESERVE = 25_000
"""Milliseconds before the end of a call in which nothing is begun any more: notifications need some time, too."""
AWAKE = "a"


class Rounds(Struct):
    """The position that the last call of this environment reached."""

    places: dict[str, index_places.Place | None] = field(default_factory=dict)

    def walk(self, clock: Callable[[], int], time_left: Callable[[], int]) -> Counter[str]:
        """One round; how many were woken, missed a target, or could not be dealt with."""
        teams.forget()
        names = [name for team in team_names.names() for name in inbox_order.partitions(team)]
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            found = dict.fromkeys(
                each for some in pool.map(lambda name: self._due(name, clock()), names) for each in some
            )
            outcomes = pool.map(lambda conversation: _deal_with(conversation, clock, time_left), found)
            done = Counter(woken=0, missed=0, nothing=0, failed=0, left=0)
            done.update(outcomes)
            return done

    def _due(self, partition: str, now: int) -> list[str]:
        """The conversations of a partition in which the clock has something to do, as far as the index tells."""
        asleep = inbox_order.LETTERS[Status.SNOOZED]
        until = f"{clamp(now):013d}~"
        woken, _ = inbox_index.standing(partition, asleep, f"{asleep}{until}", SHARE)
        due, _ = inbox_index.standing(partition, f"{AWAKE}{inbox_order.DUE}", f"{AWAKE}{inbox_order.DUE}{until}", SHARE)
        others, self.places[partition] = inbox_index.standing(
            partition, AWAKE, f"{AWAKE}{inbox_order.MISSED}~", SHARE, self.places.get(partition)
        )
        heads = [head for _, head in [*woken, *due, *others]]
        return [keys.id_of(head.identity) for head in heads if _is_called(head, now)]


def _is_called(head: Conversation, now: int) -> bool:
    return _is_awake(head, now) or bool(sla.newly_missed(head, teams.team(head.identity.team), now))


def _is_awake(head: Conversation, now: int) -> bool:
    return head.status == Status.SNOOZED and (head.snoozed_until or 0) <= now


def _deal_with(conversation_id: str, clock: Callable[[], int], time_left: Callable[[], int]) -> str:
    """Wake a conversation, and note what was missed in it; one that cannot be changed is no harm to the others."""
    if time_left() < RESERVE:
        return "left"
    try:
        woken = execute(conversation_id, _wake, clock)
        is_woken = woken is not None and woken.action is not None
        missed = 0
        while missed < len(sla.ALL) and _note_miss(conversation_id, clock):
            missed += 1
        if not is_woken and not missed:
            catch_up(conversation_id, clock())
        return "missed" if missed else "woken" if is_woken else "nothing"
    except Exception:
        logger.exception("Clock not heard", conversation_id=conversation_id)
        return "failed"


def _wake(conversation: LoadedConversation, context: Context) -> list[Action]:
    woken = Action(context.action_id, context.at, Verb.WAKE, SYSTEM)
    return [woken] if _is_awake(conversation.head, context.now) else []


def _note_miss(conversation_id: str, clock: Callable[[], int]) -> bool:
    """Note one target that was missed; returns False where there is none."""
    executed = execute(conversation_id, _miss, clock, extra_writes=_counted)
    if executed is None or executed.action is None:
        return False
    identity = executed.conversation.head.identity
    cloudwatch.tell(identity.team, identity.channel, _figures(executed.action))
    return True


def _miss(conversation: LoadedConversation, context: Context) -> list[Action]:
    missed = Action(context.action_id, context.at, Verb.MISS, SYSTEM)
    targets = _newly_missed(conversation, context.now)
    return [replace(missed, target=targets[0])] if targets else []


def _newly_missed(conversation: LoadedConversation, now: int) -> list[Target]:
    return sla.newly_missed(conversation.head, conversation.rules(conversation.head.identity.team), now)


def _counted(conversation: LoadedConversation, actions: Sequence[Action], now: int) -> list[Write]:
    """Return the writes that belong to a miss: it is counted, and the team is told, with it or not at all."""
    (action,) = actions
    identity = conversation.head.identity
    notice = Notice(
        event=notifications.MISSED,
        team=identity.team,
        channel=identity.channel,
        conversation=conversation.id,
        target=action.target,
        since=sla.since(conversation.head, action.target),
        at=now,
    )
    row = (identity.team, identity.channel, identity.visibility)
    return [reporting.addition(row, _figures(action), now), *notifications.pins(notice)]


def _figures(action: Action) -> list[tuple[str, int]]:
    return [(f"missed_{action.target}", 1)]

"""Effects of a change: pure, so that they can safely be repeated after a crash anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from conversations import arrival_weeks, attachments, metrics
from conversations.actions import State, Verb, is_waiting
from conversations.addressed import Addressed, addressed_by
from conversations.business_hours import ALWAYS
from conversations.conversation import Status, proven_customer
from conversations.facts import Kind, Visibility
from conversations.follow_ups import next_call
from conversations.kept_cards import KeepCard, kept_cards
from conversations.link_previews import PreviewLink, first_link
from conversations.post_comments import ListComments, open_comments
from conversations.promise import FollowUpState, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conversations.actions import Action
    from conversations.business_hours import Hours
    from conversations.conversation import Conversation
    from conversations.facts import Fact
    from conversations.promise import FollowUp


class Send(Struct, frozen=True):
    """Put a message of ours, or what is done to one of others, into the outbox."""

    action_id: str
    retries: int = 0
    """Number of times that an agent sent it again."""
    is_apart: bool = False
    """It goes beside the conversation's messages, and holds none of them up."""
    sender: tuple[str, str] | None = None
    """Channel and name of the conversation's connection, where they are known already."""


class Schedule(Struct, frozen=True):
    """Have the follow-up function called at a time, for this version of the promise."""

    version: str
    at: int


class Unschedule(Struct, frozen=True):
    """A call for this version at this time is not wanted any more."""

    version: str
    at: int


class Fetch(Struct, frozen=True):
    """Have the files of a message fetched, before the platform's addresses end."""

    entry: str
    """Sort key of the message in its thread."""


class Forget(Struct, frozen=True):
    """A message was removed: its files go, too."""

    message_id: str
    at: int


class Restore(Struct, frozen=True):
    """A message is shown again, perhaps one that was removed: its files may come again."""

    message_id: str
    at: int


class LookUpProfile(Struct, frozen=True):
    """Ask the platform for the customer's name."""

    customer_id: str


class ShowPost(Struct, frozen=True):
    """Have the company's post read that a comment stands below."""

    channel: str
    connection: str
    thread_id: str


class Refold(Struct, frozen=True):
    """A message of ours turned out otherwise than the head believes."""


class Remember(Struct, frozen=True):
    """Note that a conversation is this customer's."""

    channel: str
    connection: str
    customer_id: str
    since: int
    """Start of the conversation in milliseconds, so that a repetition writes the same."""


class Reconsider(Struct, frozen=True):
    """Plan the follow-up again, since a fact changed on which its plan depends."""


class Judge(Struct, frozen=True):
    """The customer answered the follow-up: say what the answer means."""

    version: str


class Count(Struct, frozen=True):
    """Add to the team's figures, once per version of the head."""

    team: str
    channel: str
    visibility: Visibility
    changes: tuple[tuple[str, int], ...]
    """Figures of what was done, this week."""
    arrived: tuple[tuple[str, str, int], ...]
    """Figures of what arrived and was dealt with now: the week in which it came, the name, and the amount."""
    head_version: str
    """The head's version, and its start if the conversation started again after an erasure."""


class Tell(Struct, frozen=True):
    """Tell the team what came of a conversation, once per version of the head."""

    team: str
    channel: str
    event: str
    """``still_broken`` or ``failed``; a missed target is reported by the scan that notes it."""
    since: int
    """The time since which the customer waits (milliseconds); 0 while nobody does."""
    head_version: str


class LookAfter(Struct, frozen=True):
    """Look whether the agent is still there to whom a conversation came."""

    agent_id: str


Effect = (
    Send
    | LookAfter
    | Addressed
    | Schedule
    | Unschedule
    | Fetch
    | PreviewLink
    | Forget
    | Restore
    | LookUpProfile
    | ShowPost
    | ListComments
    | Refold
    | Remember
    | KeepCard
    | Reconsider
    | Judge
    | Count
    | Tell
)
STILL_BROKEN, FAILED = "still_broken", "failed"
TELLING = frozenset({State.FAILED, State.UNCONFIRMED, State.CANCELLED})
"""States of a message that change what the head says of its conversation."""


def effects_of_head(
    old: Conversation | None, new: Conversation | None, hours: Callable[[str], Hours] = lambda _team: ALWAYS
) -> list[Effect]:
    """Return what follows from a head that was made, changed or removed; ``hours`` knows when each team works."""
    before, after = (head.follow_up if head else None for head in (old, new))
    listed = ListComments(open_comments(old), open_comments(new))
    effects = _calls(before, after) + ([listed] if listed.before != listed.after else [])
    if new is None:
        return effects
    known = proven_customer(new)
    if known and (old is None or proven_customer(old) != known):
        effects.append(Remember(new.identity.channel, new.identity.connection, known, new.opened_at))
    if new.customer.id and (old is None or old.customer.id != new.customer.id) and _is_nameless(new):
        effects.append(LookUpProfile(new.customer.id))
    identity = new.identity
    if old is None and identity.visibility == Visibility.PUBLIC and identity.branch_id:
        effects.append(ShowPost(identity.channel, identity.connection, identity.thread_id))
    if old and before and after and after.state == FollowUpState.PLANNED and before.version == after.version:
        effects += [Reconsider()] if _grounds(old) != _grounds(new) else []
    if after and after.outcome == Outcome.ANSWERED and (before is None or before.outcome != Outcome.ANSWERED):
        effects.append(Judge(after.version))
    return effects + kept_cards(old, new) + _care(old, new) + _counts(old, new, hours) + _news(old, new)


def _care(old: Conversation | None, new: Conversation) -> list[Effect]:
    """Return what asks for the agent whom a conversation came to, or whose closed one is taken up again."""
    if new.assignee is None or not new.assignee.id or new.status == Status.RESOLVED:
        return []
    is_theirs = old is not None and old.assignee is not None and old.assignee.id == new.assignee.id
    is_open_still = old is not None and old.status != Status.RESOLVED
    return [] if is_theirs and is_open_still else [LookAfter(new.assignee.id)]


def _calls(before: FollowUp | None, after: FollowUp | None) -> list[Effect]:
    was, becomes = next_call(before), next_call(after)
    if was == becomes:
        return []
    # First the new one: a promise is never without any.
    effects: list[Effect] = [Schedule(*becomes)] if becomes else []
    return [*effects, Unschedule(*was)] if was else effects


def _grounds(head: Conversation) -> tuple[object, ...]:
    """Return what a plan rests on that can change while nobody writes."""
    return head.window, head.removed, head.unreachable, head.customer.id


def effects_of_end(old: Conversation) -> list[Effect]:
    """Return what follows from the end of a conversation that expired or was erased: what arrived stays counted."""
    return _count(old, {}, arrival_weeks.pending(old), f"{_version(old)}.end")


def _counts(old: Conversation | None, new: Conversation, hours: Callable[[str], Hours]) -> list[Effect]:
    if old is None and new.origin:
        return []  # nobody turned to the team: the figures of searches have it
    changes = metrics.differences(old, new, hours(new.identity.team))
    done = {name: amount for name, amount in changes.items() if name not in arrival_weeks.FIGURES}
    return _count(new, done, arrival_weeks.dealt_with(old, new), _version(new))


def _count(head: Conversation, done: Mapping[str, int], arrived: arrival_weeks.Arrivals, version: str) -> list[Effect]:
    if not done and not arrived:
        return []
    identity = head.identity
    came = tuple((week, name, amount) for (week, name), amount in sorted(arrived.items()))
    return [Count(identity.team, identity.channel, identity.visibility, tuple(done.items()), came, version)]


def _version(head: Conversation) -> str:
    return f"{head.erased_at}.{head.version}"


def _news(old: Conversation | None, new: Conversation) -> list[Effect]:
    """Return what a team wants to hear of: the help did not help, or an answer did not arrive and will not."""
    is_broken, was_broken = (_outcome(head) == Outcome.STILL_BROKEN for head in (new, old))
    has_failed, had_failed = (head is not None and head.undelivered == State.FAILED for head in (new, old))
    events = [STILL_BROKEN] if is_broken and not was_broken else []
    events += [FAILED] if has_failed and not had_failed else []
    identity = new.identity
    return [Tell(identity.team, identity.channel, event, new.waiting_since, _version(new)) for event in events]


def _outcome(head: Conversation | None) -> Outcome | None:
    return head.follow_up.outcome if head and head.follow_up else None


def effects_of_action(old: Action | None, new: Action | None) -> list[Effect]:
    """Return what follows from an action that was done, or whose delivery changed."""
    if new is None:
        return []
    if new.state is None:
        return list(addressed_by(new)) if old is None else []
    is_queued_now = new.state == State.QUEUED and (old is None or new.retries > old.retries)
    effects: list[Effect] = [Send(new.id, new.retries, new.verb == Verb.FORWARD)] if is_queued_now else []
    if old is None:
        return effects
    went_out = old.state != new.state and new.state == State.SENT
    effects += [PreviewLink(action_id=new.id)] if went_out and first_link(new.text) else []
    tells = old.state != new.state and (new.state in TELLING or old.state in TELLING)
    return [*effects, Refold()] if tells or is_waiting(old) != is_waiting(new) else effects


def effects_of_fact(fact: Fact, entry: str) -> list[Effect]:
    """Return what follows from a fact by itself, whatever conversation it belongs to; ``entry`` says where it lies."""
    if fact.kind == Kind.REMOVED and fact.message_id:
        return [Forget(fact.message_id, fact.at)]
    if fact.kind == Kind.SHOWN and fact.message_id:
        return [Restore(fact.message_id, fact.at)]
    effects: list[Effect] = [Fetch(entry)] if attachments.of(fact) else []
    is_new = fact.kind == Kind.MESSAGE and not attachments.is_echo(fact) and first_link(fact.text)
    return [*effects, PreviewLink(entry)] if is_new else effects


def _is_nameless(head: Conversation) -> bool:
    return head.identity.visibility == Visibility.PRIVATE and not head.customer.name

"""People who speak for the company, as far as public conversations of the teams that an agent sees show it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from application import advocates, loading
from console import authorization
from conversations import inbox_order
from conversations.conversation import Status
from conversations.facts import Visibility
from storage import customers, inbox_index, keys, proposals, team_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from application.advocates import Advocate, Person, Words
    from console.authorization import Agent
    from conversations.conversation import Conversation
    from conversations.facts import Author

DAY = 86_400_000
SINCE = 90 * DAY
"""Milliseconds that are looked back."""
MOST_CONVERSATIONS = 200
"""Public conversations that are read, the newest first: the cost is bounded, however many there are."""
MOST_PEOPLE, MOST_WORDS = 100, 5
WORKERS = 8


class Found(Struct, frozen=True):
    """People who speak for the company."""

    people: Sequence[Advocate]
    conversations: int
    """Number of conversations that were read."""
    is_complete: bool
    """False where there are more conversations than are read, or more people than are shown."""


def listed(agent: Agent, team: str, now: int) -> Found:
    """Return who spoke for a team, or for all that the agent sees, in the last 90 days; ``now`` in milliseconds.

    Who does not want to be approached is left out.
    """
    heads = _heads(authorization.visible(agent, [team] if team else team_names.names()), now - SINCE, now)
    newest = heads[:MOST_CONVERSATIONS]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        spoken = [each for found in pool.map(_spoken, newest) for each in found if each[2].at >= now - SINCE]
        people = advocates.by_person(spoken, MOST_WORDS)
        left_out = customers.declined(each.person for each in people)
        willing = [each for each in people if each.person not in left_out]
        shown = list(pool.map(_with_audience, willing[:MOST_PEOPLE]))
    return Found(shown, len(newest), len(heads) <= MOST_CONVERSATIONS and len(willing) <= MOST_PEOPLE)


def _heads(teams: Sequence[str], since: int, until: int) -> list[Conversation]:
    """Return the public conversations of teams, those of which something was said last first."""
    names = [name for team in teams for name in inbox_order.partitions(team)]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        parts = list(pool.map(lambda name: list(_part(name, since, until)), names))
    heads = [head for part in parts for head in part if head.identity.visibility == Visibility.PUBLIC]
    return sorted(heads, key=lambda head: (-head.last_message.at, keys.id_of(head.identity)))


def _part(name: str, since: int, until: int) -> Iterable[Conversation]:
    yield from inbox_index.unanswered(name)
    for status in (Status.WAITING, Status.RESOLVED):
        yield from inbox_index.answered(name, status, since, until, "", MOST_CONVERSATIONS + 1)


def _spoken(head: Conversation) -> list[tuple[Person, Author, Words]]:
    conversation = loading.load(keys.id_of(head.identity))
    if conversation is None:
        return []  # it was erased meanwhile
    where = (head.identity.channel, head.identity.connection)
    return [((*where, author.id or ""), author, words) for author, words in advocates.words_in(conversation)]


def _with_audience(advocate: Advocate) -> Advocate:
    """Return somebody with the number of their followers, where a search was told it."""
    found = [each.post.audience for each in proposals.of_person(*advocate.person) if each.post.audience is not None]
    return replace(advocate, audience=max(found)) if found else advocate

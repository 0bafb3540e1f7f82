"""Pushes to live connections: which lists and which open conversation changed, as ids and numbers.

A push that fails or comes late fails and delays nothing: the page learns the same with its next ping or poll.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aws import clients, live_pushes
from conversations.addressed import concerned
from shared.telemetry import count, logger
from storage import agents, conversations, keys, live_connections, mapping, teams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch.stream_changes import Batch
    from storage.change_counters import Counted
    from storage.live_connections import Connection

WORKERS = 16
BUDGET = 1.0
"""Seconds for all pushes of a batch; who is not reached in time learns it with the next ping."""


class Head(Struct, frozen=True):
    """A changed conversation as it is now."""

    team: str
    version: int


def send(batch: Batch, counted: Counted | None, now: int) -> None:
    """Tell the pages what changed; ``counted`` are the counters after it."""
    if counted is None or not counted.is_live(now):
        return
    try:
        _send(batch, counted, now)
    except Exception:
        logger.exception("Changes not pushed")
        count("PushFailed")


def _send(batch: Batch, counted: Counted, now: int) -> None:
    connections = [each for each in live_connections.everyone(now) if not agents.is_gone(each.agent)]
    heads = _heads(batch, {each.conversation for each in connections} & batch.changed)
    addressed = _addressed(batch) if connections else {}
    pushes = {each.id: _news(each, batch, counted, heads, addressed) for each in connections}
    _post({connection_id: content for connection_id, content in pushes.items() if content})


def _news(
    connection: Connection,
    batch: Batch,
    counted: Counted,
    heads: Mapping[str, Head],
    addressed: Mapping[str, set[str]],
) -> dict[str, Any] | None:
    """Return what changed of what a connection shows, or is its agent's business; None for nothing."""
    closed = teams.closed_to(connection.agent, connection.is_admin)
    shown = set() if connection.without_lists else batch.teams - closed
    lists = {team: counted.of_team(team) for team in sorted(shown) if not connection.teams or team in connection.teams}
    news: dict[str, Any] = {"type": "news", "teams": lists}
    if (addressed.get(connection.agent, set()) | batch.asks) - closed:
        news["mine"] = True
    head = heads.get(connection.conversation)
    if head and head.team not in closed:
        name = connection.conversation
        news["conversation"] = {"id": name, "version": head.version, "changes": counted.of_conversation(name)}
    return news if lists or len(news) > 2 else None


def _addressed(batch: Batch) -> dict[str, set[str]]:
    """Return the agents whose business a changed conversation is or was, each with the teams of these."""
    addressed: dict[str, set[str]] = defaultdict(set)
    images = [image for change in batch.changes for image in (change.old, change.new) if image]
    for head in (mapping.head_of(image) for image in images if keys.is_head(image)):
        for agent in concerned(head):
            addressed[agent].add(head.identity.team)
    return addressed


def _heads(batch: Batch, shown: set[str]) -> dict[str, Head]:
    """Return the heads of changed conversations that somebody looks at; what the batch does not bring is read."""
    images = [change.new for change in batch.changes if change.new and keys.is_head(change.new)]
    heads = {keys.conversation_of(image): Head(keys.team_of(image), image["v"]) for image in images}
    missing = sorted(shown - heads.keys())
    if missing:
        read = conversations.heads(missing)
        heads |= {name: Head(head.identity.team, head.version) for name, head in read.items()}
    return {name: head for name, head in heads.items() if name in shown}


def _post(pushes: Mapping[str, dict[str, Any]]) -> None:
    """Post all pushes at the same time, for as long as there is time, and forget the connections that are closed."""
    if not pushes:
        return
    live_pushes.prepare()
    pool = ThreadPoolExecutor(max_workers=min(WORKERS, len(pushes)))
    posts = {pool.submit(live_pushes.post, name, content): name for name, content in pushes.items()}
    done, late = wait(posts, timeout=BUDGET)
    pool.shutdown(wait=False, cancel_futures=True)
    failures = [error for error in (post.exception() for post in done) if error]
    live_connections.forget([posts[post] for post in done if not post.exception() and not post.result()])
    _note(failures, len(late))


def _note(failures: Sequence[BaseException], late: int) -> None:
    if failures or late:
        reasons = sorted({clients.code_of(error) for error in failures if isinstance(error, Exception)})
        logger.warning("Pushes failed", failed=len(failures), late=late, reasons=reasons)
        count("PushFailed", len(failures) + late)

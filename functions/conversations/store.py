"""The only module that speaks DynamoDB. One table; the keys are explained in ``items`` and docs/data-model.md.

Times are handed in, in milliseconds. Whatever is written here may be written twice.
"""

from __future__ import annotations

import json
import time
import zlib
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from conversations import identity, items, urgency
from conversations.model import Action, Author, Conversation, Fact, Identity, Unreadable
from shared import aws, settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BATCH = 25
"""Items per BatchWriteItem, by the service's limit."""
LARGEST_TEXT = 87_500
"""Characters that surely make one item: the service takes 400 KB, and a character has up to four bytes."""
PIECE = 350_000
"""Bytes of a quarantined update per item."""
WRITE_PATIENCE = 3.0
"""Seconds for which unprocessed writes of a batch are tried again, before the platform is told to deliver anew."""
DAY = 86_400_000
STALE_AFTER = 30 * DAY
"""An event older than this has no plausible time; its expiry counts from the quarter in which it arrived."""
QUARTER = 91 * DAY
IDEMPOTENCY_KEPT = DAY
TEAM_KEPT = 300.0
"""Seconds for which a connection's team is not read again."""
TEAMS_KEPT = 30.0
"""Seconds for which the list of teams is not read again: a page of the inbox is one round trip."""
_PLACE = ("isk", "pk", "sk")
Place = list[str]
"""Where a conversation stands in its partition of the inbox: its order and its keys."""


class NotStored(Exception):
    """The table did not take everything; nothing was lost as long as the sender hears of it."""


class Conflict(Exception):
    """Somebody else changed the conversation since it was read: read it again and decide anew."""


@dataclass(frozen=True, slots=True)
class Repeated(Exception):
    """This request was carried out before; ``action_id`` is what it did and ``fingerprint`` what it asked for."""

    action_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Thread:
    """What lies in the table for one conversation: its facts, its actions, and the heads found among them."""

    facts: list[Fact]
    actions: list[Action]
    heads: dict[str, Conversation]
    identity: Identity | None
    more: bool = False
    """Older entries were left out."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of a connection beside its secrets."""

    channel: str
    name: str
    account_id: str = ""
    account_name: str = ""
    team: str = "service"
    problem: str = ""
    """Why nothing can be sent at the moment: ``auth``, ``policy``, ``rate``; empty when all is well."""
    paused_until: int = 0
    pause: int = 0
    """How long the last pause was, in seconds: the next one, if the problem stays, is longer."""


# -- what platforms reported ------------------------------------------------------------------------------------------


def add_facts(channel: str, connection: str, events: Iterable[Fact | Unreadable], now: int) -> list[str]:
    """Store what a platform reported; returns the reasons of what went into quarantine.

    One event is one PutItem; more are written in batches. Identical events are one item, so a redelivery changes
    nothing. Raises ``NotStored``.
    """
    new: dict[tuple[str, str], items.Item] = {}
    reasons: list[str] = []
    for event in events:
        readable = _fitting(event)
        if isinstance(readable, Fact):
            written = [items.fact_item(channel, connection, readable, expires_at(readable.at, now))]
        else:
            reasons.append(readable.reason)
            written = list(_quarantined(channel, connection, readable, now))
        for item in written:
            new[item["pk"], item["sk"]] = item
    _write([items.wire(item) for item in new.values()])
    return reasons


def expires_at(at: int, now: int) -> int:
    """When an item with personal data expires, in seconds since 1970.

    It counts from the event's own time, so that a redelivery writes the same; an event whose time is implausibly
    old counts from the quarter of its arrival instead of expiring at once.
    """
    start = at if now - STALE_AFTER < at <= now + DAY else now - now % QUARTER
    return (start + settings.retention_days() * DAY) // 1000


def _fitting(event: Fact | Unreadable) -> Fact | Unreadable:
    """The event, or what to keep of one that is too large for an item."""
    if isinstance(event, Unreadable):
        return event
    size = len(event.text or "") + sum(len(item.url or "") for item in event.attachments)
    if size <= LARGEST_TEXT:
        return event
    return Unreadable("too_large", {"message_id": event.message_id, "thread_id": event.thread_id, "text": event.text})


def _quarantined(channel: str, connection: str, event: Unreadable, now: int) -> Iterator[items.Item]:
    raw = json.dumps(event.raw, sort_keys=True).encode()
    digest = blake2b(raw, digest_size=16).hexdigest()
    packed = zlib.compress(raw)
    for number, start in enumerate(range(0, len(packed), PIECE)):
        yield {
            "pk": f"quarantine#{channel}/{connection}",
            "sk": f"{digest}#{number}",
            "rs": event.reason,
            "raw": packed[start : start + PIECE],
            "expires": expires_at(0, now),
        }


def quarantine(channel: str, connection: str) -> list[Unreadable]:
    """What could not be read of a connection's updates, for a person to look at."""
    found: dict[str, tuple[str, bytes]] = {}
    for item in _query("pk = :pk", pk=f"quarantine#{channel}/{connection}"):
        digest = item["sk"].partition("#")[0]
        reason, packed = found.get(digest, (item["rs"], b""))
        found[digest] = (reason, packed + item["raw"])
    return [Unreadable(reason, json.loads(zlib.decompress(packed))) for reason, packed in found.values()]


def _write(wired: Sequence[items.Item]) -> None:
    if len(wired) == 1:
        try:
            _client().put_item(TableName=settings.table_name(), Item=wired[0])
        except _client_error() as error:
            raise NotStored from error
        return
    batches = [wired[start : start + BATCH] for start in range(0, len(wired), BATCH)]
    if len(batches) == 1:
        _write_batch(batches[0])
    elif batches:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(_write_batch, batches))


def _write_batch(batch: Sequence[items.Item]) -> None:
    table, deadline, pause = settings.table_name(), time.monotonic() + WRITE_PATIENCE, 0.05
    waiting: list[Any] = [{"PutRequest": {"Item": item}} for item in batch]
    while waiting:
        try:
            answer = _client().batch_write_item(RequestItems={table: waiting})
        except _client_error() as error:
            raise NotStored from error
        waiting = answer.get("UnprocessedItems", {}).get(table, [])
        if waiting:
            if time.monotonic() > deadline:
                raise NotStored
            time.sleep(pause)
            pause *= 2


# -- conversations ----------------------------------------------------------------------------------------------------


def head(conversation: str) -> Conversation | None:
    """The head of a conversation, as it is now. A comment taken up into its post's conversation is found there."""
    thread, branch = identity.split_id(conversation)
    found = _get(thread, f"{branch}#{items.HEAD}") or (branch and _get(thread, f"#{items.HEAD}"))
    return items.head_of(found) if found else None


def heads_beside(thread: str, branch: str) -> tuple[Conversation | None, Conversation | None]:
    """The heads of a whole thread and of one of its branches, perhaps a moment old, in one request."""
    keys = [{"pk": {"S": thread}, "sk": {"S": f"{each}#{items.HEAD}"}} for each in ("", branch)]
    answer = _client().batch_get_item(RequestItems={settings.table_name(): {"Keys": keys}})
    found = [items.plain(item) for item in answer["Responses"].get(settings.table_name(), [])]
    heads = {item["sk"]: items.head_of(item) for item in found}
    return heads.get(f"#{items.HEAD}"), heads.get(f"{branch}#{items.HEAD}")


def read(conversation: str, newest: int | None = None) -> Thread:
    """All that is stored of a conversation, as it is now; with ``newest``, only so many of the last entries."""
    thread, branch = identity.split_id(conversation)
    begin = f"{branch}#" if branch else None
    return _thread(*_entries(thread, begin, newest))


def tail(conversation: str) -> Thread:
    """The head and the newest entry of a conversation, in one read; ``more`` says whether there are others."""
    thread, branch = identity.split_id(conversation)
    return _thread(*_entries(thread, f"{branch}#", 2))


def glance(thread: str) -> Thread:
    """The first two entries of a thread and all its branches: enough to see that a post is new."""
    found = list(_query("pk = :pk", limit=2, pk=thread))
    return _thread(found, len(found) == 2)


def _entries(thread: str, begin: str | None, newest: int | None) -> tuple[list[items.Item], bool]:
    condition, values = "pk = :pk", {"pk": thread}
    if begin:
        condition, values = "pk = :pk AND begins_with(sk, :sk)", {"pk": thread, "sk": begin}
    found = list(_query(condition, limit=newest, newest_first=newest is not None, **values))
    return found, newest is not None and len(found) >= newest


def _thread(found: Sequence[items.Item], more: bool) -> Thread:
    facts = [items.fact_of(item) for item in found if items.is_fact(item)]
    heads = {items.id_of((head := items.head_of(item)).identity): head for item in found if items.is_head(item)}
    first = next((item for item in found if items.is_fact(item)), None)
    return Thread(
        facts=facts,
        actions=[items.action_of(item) for item in found if items.is_action(item)],
        heads=heads,
        identity=items.identity_of(first, "") if first else None,
        more=more,
    )


def put_head(new: Conversation, now: int) -> None:
    """Replace a head that has not changed since it was read; raises ``Conflict`` otherwise."""
    try:
        _client().put_item(**_head_put(new, now))
    except _client().exceptions.ConditionalCheckFailedException:
        raise Conflict from None


def drop_head(conversation: str) -> None:
    """Remove a head whose entries now belong to the conversation of the whole thread."""
    thread, branch = identity.split_id(conversation)
    key = {"pk": {"S": thread}, "sk": {"S": f"{branch}#{items.HEAD}"}}
    _client().delete_item(TableName=settings.table_name(), Key=key)


def _head_put(new: Conversation, now: int) -> dict[str, Any]:
    item = items.head_item(replace(new, version=new.version + 1), expires_at(new.last_message_at, now))
    put: dict[str, Any] = {"TableName": settings.table_name(), "Item": items.wire(item)}
    if new.version:
        return put | {"ConditionExpression": "v = :v", "ExpressionAttributeValues": {":v": {"N": str(new.version)}}}
    return put | {"ConditionExpression": "attribute_not_exists(pk)"}


# -- what was done ----------------------------------------------------------------------------------------------------


def commit(conversation: str, action: Action, new: Conversation, now: int, request: tuple[str, str] = ("", "")) -> None:
    """Store an action together with the head it leads to, both or neither.

    ``request`` is an idempotency key (made unique per agent and conversation by the caller) and a fingerprint of what
    was asked for. Raises ``Conflict``, or ``Repeated`` when the key was used before.
    """
    table = settings.table_name()
    item = items.action_item(conversation, action, expires_at(action.at, now))
    puts: list[dict[str, Any]] = [
        _head_put(new, now),
        {"TableName": table, "Item": items.wire(item), "ConditionExpression": "attribute_not_exists(pk)"},
    ]
    if request[0]:
        puts.append(_request_put(request, action.id, now))
    try:
        _client().transact_write_items(TransactItems=[{"Put": put} for put in puts])
    except _client().exceptions.TransactionCanceledException:
        if request[0] and (earlier := _get(f"request#{request[0]}", "#")):
            raise Repeated(earlier["i"], earlier["fp"]) from None
        raise Conflict from None


def _request_put(request: tuple[str, str], action: str, now: int) -> dict[str, Any]:
    item = {
        "pk": f"request#{request[0]}",
        "sk": "#",
        "i": action,
        "fp": request[1],
        "expires": (now + IDEMPOTENCY_KEPT) // 1000,
    }
    return {
        "TableName": settings.table_name(),
        "Item": items.wire(item),
        "ConditionExpression": "attribute_not_exists(pk)",
    }


def earlier_request(key: str) -> Repeated | None:
    """What a request with this idempotency key did, if there was one."""
    earlier = _get(f"request#{key}", "#")
    return Repeated(earlier["i"], earlier["fp"]) if earlier else None


def action(conversation: str, action_id: str) -> Action | None:
    """One action of a conversation, as it is now."""
    thread, branch = identity.split_id(conversation)
    found = _get(thread, items.action_sort_key(branch, action_id))
    return items.action_of(found) if found else None


def change_delivery(conversation: str, before: Action, after: Action) -> None:
    """Write the delivery's state of a message, if it still stands as ``before``; raises ``Conflict`` otherwise."""
    thread, branch = identity.split_id(conversation)
    values = {
        ":st": {"S": str(after.state)},
        ":pid": {"S": after.platform_id},
        ":rs": {"S": after.reason},
        ":at": {"N": str(after.attempts)},
        ":ta": {"N": str(after.attempted_at)},
        ":le": {"N": str(after.lease_until)},
        ":was": {"S": str(before.state)},
        ":had": {"N": str(before.lease_until)},
    }
    condition = "#st = :was AND " + (
        "#le = :had" if before.lease_until else "(attribute_not_exists(#le) OR #le = :had)"
    )
    try:
        _client().update_item(
            TableName=settings.table_name(),
            Key={"pk": {"S": thread}, "sk": {"S": items.action_sort_key(branch, before.id)}},
            UpdateExpression="SET #st = :st, pid = :pid, rs = :rs, #at = :at, ta = :ta, #le = :le",
            ConditionExpression=condition,
            ExpressionAttributeNames={"#st": "st", "#at": "at", "#le": "le"},
            ExpressionAttributeValues=values,
        )
    except _client().exceptions.ConditionalCheckFailedException:
        raise Conflict from None


# -- the inbox --------------------------------------------------------------------------------------------------------


def inbox_part(
    partition: str, share: int, start: Place | None, status: str = "", channel: str = "", assignee: str = ""
) -> tuple[list[tuple[Place, Conversation]], Place | None]:
    """The next heads of one partition of the inbox, in their order, and where to go on; None at its end.

    ``share`` heads are looked at; those that a filter leaves out are not returned.
    """
    condition, values = "ipk = :ipk", {":ipk": {"S": partition}}
    filters: list[str] = []
    if status:
        condition += " AND begins_with(isk, :status)"
        values[":status"] = {"S": next(letter for name, letter in urgency.LETTERS.items() if name == status)}
    if channel:
        filters.append("begins_with(c, :channel)")
        values[":channel"] = {"S": f"{channel}/"}
    if assignee:
        filters.append("e = :assignee")
        values[":assignee"] = {"S": assignee}
    query: dict[str, Any] = {
        "TableName": settings.table_name(),
        "IndexName": "inbox",
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        "Limit": share,
    }
    if filters:
        query["FilterExpression"] = " AND ".join(filters)
    if start:
        query["ExclusiveStartKey"] = items.wire({"ipk": partition} | dict(zip(_PLACE, start, strict=True)))
    answer = _client().query(**query)
    found = [items.plain(item) for item in answer["Items"]]
    last = items.plain(answer["LastEvaluatedKey"]) if "LastEvaluatedKey" in answer else None
    return [(_place(item), items.head_of(item)) for item in found], _place(last) if last else None


def _place(item: items.Item) -> Place:
    return [item[name] for name in _PLACE]


# -- connections, teams and profiles ----------------------------------------------------------------------------------


def put_connection(channel: str, name: str, account_id: str, account_name: str, team: str = "service") -> None:
    """Make a connection known, and its team. Its secrets are not here."""
    table = settings.table_name()
    item = {"pk": "connections", "sk": f"{channel}/{name}", "i": account_id, "n": account_name, "team": team}
    _client().put_item(TableName=table, Item=items.wire(item))
    _client().update_item(
        TableName=table,
        Key={"pk": {"S": "teams"}, "sk": {"S": "#"}},
        UpdateExpression="ADD #names :names",
        ExpressionAttributeNames={"#names": "names"},
        ExpressionAttributeValues={":names": {"SS": [team]}},
    )
    _teams.clear()


def connection(channel: str, name: str) -> Connection:
    """What is known of a connection; one nobody described is taken to be well and the default team's."""
    found = _get("connections", f"{channel}/{name}") or {}
    return Connection(
        channel=channel,
        name=name,
        account_id=found.get("i", ""),
        account_name=found.get("n", ""),
        team=found.get("team", Connection.__dataclass_fields__["team"].default),
        problem=found.get("problem", ""),
        paused_until=found.get("until", 0),
        pause=found.get("pause", 0),
    )


def team_of(channel: str, name: str) -> str:
    """The team for a conversation that begins. Kept for minutes: or the first message reads twice as much."""
    key, now = (settings.table_name(), channel, name), time.monotonic()
    kept_until, team = _teams.get(key, (0.0, ""))
    if kept_until > now:
        return team
    found = connection(channel, name)
    if found.account_id:  # one that nobody described yet soon will be
        _teams[key] = (now + TEAM_KEPT, found.team)
    return found.team


_teams: dict[tuple[str, str, str], tuple[float, str]] = {}


def pause_connection(channel: str, name: str, problem: str, until: int, pause: int) -> None:
    """Note that a connection cannot send until a time, after a pause of so many seconds; no problem lifts it."""
    _client().update_item(
        TableName=settings.table_name(),
        Key={"pk": {"S": "connections"}, "sk": {"S": f"{channel}/{name}"}},
        UpdateExpression="SET problem = :problem, #until = :until, pause = :pause",
        ExpressionAttributeNames={"#until": "until"},
        ExpressionAttributeValues={
            ":problem": {"S": problem},
            ":until": {"N": str(until)},
            ":pause": {"N": str(pause)},
        },
    )


def teams() -> list[str]:
    """The names of all teams that have a connection."""
    key, now = (settings.table_name(), "", ""), time.monotonic()
    kept_until, names = _teams.get(key, (0.0, ""))
    if kept_until <= now:
        found = _get("teams", "#")
        names = "\n".join(sorted(found["names"])) if found else Connection.__dataclass_fields__["team"].default
        _teams[key] = (now + TEAMS_KEPT, names)
    return str(names).split("\n")


def profile(channel: str, name: str, author_id: str) -> tuple[bool, str | None]:
    """Whether a person's profile was looked up lately, and the name that was found, if any."""
    found = _get(f"profile#{channel}/{name}", author_id)
    return found is not None, (found or {}).get("n")


def put_profile(channel: str, name: str, author: Author, expires: int) -> None:
    """Remember a profile look-up, also one that found nothing; ``expires`` in seconds since 1970."""
    item = {"pk": f"profile#{channel}/{name}", "sk": author.id, "n": author.name, "expires": expires}
    _client().put_item(TableName=settings.table_name(), Item=items.wire(item))


# -- requests ---------------------------------------------------------------------------------------------------------


def _client() -> Any:
    return aws.client("dynamodb")


def _client_error() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError

    return (ClientError, BotoCoreError)


def _get(pk: str, sk: str) -> items.Item | None:
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    answer = _client().get_item(TableName=settings.table_name(), Key=key, ConsistentRead=True)
    return items.plain(answer["Item"]) if "Item" in answer else None


def _query(condition: str, limit: int | None = None, newest_first: bool = False, **values: str) -> Iterator[items.Item]:
    query: dict[str, Any] = {
        "TableName": settings.table_name(),
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in values.items()},
        "ConsistentRead": True,
        "ScanIndexForward": not newest_first,
    }
    if limit is not None:
        query["Limit"] = limit
    left = limit
    while True:
        answer = _client().query(**query)
        yield from (items.plain(item) for item in answer["Items"])
        left = None if left is None else left - len(answer["Items"])
        if "LastEvaluatedKey" not in answer or left == 0:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

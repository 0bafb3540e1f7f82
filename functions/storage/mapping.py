"""How facts, actions and heads are written as items of the table: short names, because a write is billed by the KB.

=====  ==============================================================================================
name   means
=====  ==============================================================================================
pk     the thread's key; sk = branch key ``#`` position (facts and actions) or branch key ``#~`` (the head)
c      channel/connection          h  the thread's id on the platform      g  the branch's id there
w      1 = private                 i  the message's id on the platform     a  author's id
n      author's name               o  1 = the company's own
x      text                        f  attachments (JSON)                   p  parent's id
l      permalink                   y  payload or reaction                  q  our id, handed back in an echo
k      the customer of a private thread                                    z  1 = not shown by the interface
b      the body of an action or a head (JSON)                              v  version of the head
st     state of an outbound message, with pid (platform's id), rs (reason), at (attempts), ta (attempted at), le (lease)
ipk    partition of the inbox      isk  its order                          e  the assignee's id
fpk    partition of the follow-ups fsk  their order                        t  when what was here before was erased
tg     tags of a head              mn   agents mentioned in it             nb not before; rt how often sent anew
spk    partition of what was said  ssk  its time; see ``said``
dr     what was prepared on the platform for a message                     tt a thread's title
un     1 = nobody vouches for the author                                   rg a review's rating
op     1 = others than its customer may write in the private thread
=====  ==============================================================================================
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from conversations import identity, inbox_order
from conversations.model import (
    Action,
    Attachment,
    Author,
    Conversation,
    Doer,
    Fact,
    FollowUp,
    FollowUpState,
    Identity,
    Kind,
    Moderation,
    Move,
    Outcome,
    Promise,
    State,
    Verb,
    Visibility,
    Way,
)

Item = dict[str, Any]
HEAD = "~"
ACTION = "a"
SAID_SHARDS = 4
"""Partitions of what was said in one month, and of the customers' names."""
_POSITION_KIND = 14
"""Where the letter stands in a position: thirteen digits and ``#`` before it."""


def wire(item: Item) -> Item:
    """Plain values in the form of DynamoDB's protocol; what is None or empty is left out.

    Only a text is kept though it is empty: an edit that took all words away is not one that says nothing of them.
    """
    return {name: typed(value) for name, value in item.items() if value is not None and (value != "" or name == "x")}


def plain(item: Item) -> Item:
    """The reverse of ``wire``."""
    return {name: _untyped(value) for name, value in item.items()}


def typed(value: Any) -> dict[str, Any]:
    """One value in the form of DynamoDB's protocol."""
    if isinstance(value, str):
        # Half a surrogate pair, as a platform may cut it, is no text that the table could keep.
        return {"S": value if value.isascii() else value.encode("utf-8", "replace").decode()}
    if isinstance(value, int):
        return {"N": str(int(value))}
    if isinstance(value, bytes):
        return {"B": value}
    return {"SS": sorted(value)}


def _untyped(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    return int(content) if kind == "N" else set(content) if kind == "SS" else content


def known(kind: type, body: Item) -> Item:
    """Return the fields of a JSON object that a dataclass has; a later version may have written more."""
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in body.items() if name in names}


# -- facts ------------------------------------------------------------------------------------------------------------


def fact_item(channel: str, connection: str, fact: Fact, expires: int) -> Item:
    """The item of a fact. It says nothing of when it arrived, so a redelivery writes the same."""
    author = fact.author
    attachments = [
        {name: value for name, value in asdict(item).items() if value is not None} for item in fact.attachments
    ]
    return {
        "pk": identity.thread_key(channel, connection, fact.thread_id),
        "sk": f"{identity.branch_key(fact.branch_id)}#{identity.position(fact)}",
        "c": f"{channel}/{connection}",
        "h": fact.thread_id,
        "g": fact.branch_id,
        "w": 1 if fact.visibility == Visibility.PRIVATE else None,
        "i": fact.message_id,
        "a": author.id,
        "n": author.name,
        "o": 1 if fact.own else None,
        "x": fact.text,
        "f": json.dumps(attachments, ensure_ascii=False, separators=(",", ":")) if attachments else None,
        "p": fact.parent_id,
        "l": fact.permalink,
        "y": fact.payload,
        "q": fact.reference,
        "k": fact.customer_id if fact.customer_id != author.id else None,
        "z": 1 if fact.unsupported else None,
        "un": 1 if fact.unproven else None,
        "op": 1 if fact.is_open else None,
        "tt": fact.title,
        "rg": fact.rating,
        "expires": expires,
    } | _fact_said(fact, identity.thread_key(channel, connection, fact.thread_id))


def fact_of(item: Item) -> Fact:
    """The fact an item holds."""
    position = item["sk"].partition("#")[2]
    private = "w" in item
    own = "o" in item
    return Fact(
        kind=Kind(position[_POSITION_KIND]),
        visibility=Visibility.PRIVATE if private else Visibility.PUBLIC,
        thread_id=item["h"],
        at=int(position[:13]),
        message_id=item.get("i", ""),
        branch_id=item.get("g", ""),
        author=Author(item.get("a"), item.get("n")),
        own=own,
        text=item.get("x"),
        attachments=tuple(Attachment(**known(Attachment, each)) for each in json.loads(item.get("f", "[]"))),
        parent_id=item.get("p"),
        permalink=item.get("l"),
        payload=item.get("y"),
        customer_id=item.get("k") or (item.get("a") if private and not own else None),
        reference=item.get("q"),
        title=item.get("tt"),
        rating=item.get("rg"),
        unsupported="z" in item,
        unproven="un" in item,
        is_open="op" in item,
    )


def is_fact(item: Item) -> bool:
    """Whether an item is something a platform reported."""
    position = item["sk"].partition("#")[2]
    return "h" in item and len(position) > _POSITION_KIND and position[_POSITION_KIND] != ACTION


def is_action(item: Item) -> bool:
    """Whether an item is something that was done here."""
    position = item["sk"].partition("#")[2]
    return "b" in item and _is_position(position) and position[_POSITION_KIND] == ACTION


def _is_position(text: str) -> bool:
    """Return whether a text begins as the place of an entry does: what else has a ``#`` in its key is none."""
    return len(text) > _POSITION_KIND and text[:13].isdigit() and text[13] == "#"


def is_head(item: Item) -> bool:
    """Whether an item is the head of a conversation."""
    return "v" in item and item["sk"].partition("#")[2] == HEAD


def team_of(item: Item) -> str:
    """The team of a head."""
    return item["ipk"].rpartition("#")[0]


def erased_item(thread: str, branch: str, at: int, expires: int) -> Item:
    """What stays of an erased conversation: that there was one, and when it was erased."""
    return {"pk": thread, "sk": f"{branch}#{HEAD}", "t": at, "expires": expires}


def erased_of(item: Item) -> tuple[str, int] | None:
    """Which conversation was erased, and when; None for any other item, also for a conversation that began anew."""
    if "t" not in item or item["sk"].partition("#")[2] != HEAD:
        return None
    return identity.conversation_id(item["pk"], item["sk"].partition("#")[0]), item["t"]


def said_at(item: Item) -> int:
    """When the fact or action of an item was, in milliseconds; a head is never old."""
    position = item["sk"].partition("#")[2]
    return int(position[:13]) if position != HEAD else identity.LATEST


def identity_of(item: Item, team: str) -> Identity:
    """Which conversation a fact or head belongs to, as far as its own item tells."""
    channel, _, connection = item["c"].partition("/")
    visibility = Visibility.PRIVATE if "w" in item else Visibility.PUBLIC
    return Identity(channel, connection, visibility, item["h"], item.get("g", ""), team)


# -- what can be searched ----------------------------------------------------------------------------------------------


def said_in(at: int, shard: int) -> str:
    """The partition of what was said in the month (UTC) of a time in milliseconds."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m}#{shard}"


def named_in(shard: int) -> str:
    """A partition of the customers' names."""
    return f"names#{shard}"


def removed_as(thread: str, message_id: str) -> str:
    """The partition that says that a message was taken down: found at once, however long ago that was."""
    return f"removed#{thread}#{identity.branch_key(message_id)}"


def _fact_said(fact: Fact, thread: str) -> Item:
    """What makes a fact searchable; of its own words and time only, so that a redelivery is the same."""
    if fact.kind == Kind.REMOVED and fact.message_id:
        return {"spk": removed_as(thread, fact.message_id), "ssk": _time(fact.at)}
    ours = fact.own and fact.reference is not None and identity.is_action_id(fact.reference)
    if fact.kind not in (Kind.MESSAGE, Kind.EDITED) or not (fact.text or fact.title or "").strip() or ours:
        return {}
    return _said_at(thread, identity.clamp(fact.at))


def _action_said(action: Action, thread: str) -> Item:
    written = action.verb in (Verb.REPLY, Verb.ASK, Verb.NOTE) and action.text.strip()
    return _said_at(thread, identity.clamp(action.at)) if written else {}


def _head_said(head: Conversation, thread: str) -> Item:
    """The customer's name; its place does not change while people write, so that this costs one write in all."""
    if not head.customer.name:
        return {}
    return {"spk": named_in(_shard(thread)), "ssk": _time(head.opened_at)}


def _said_at(thread: str, at: int) -> Item:
    return {"spk": said_in(at, _shard(thread)), "ssk": _time(at)}


def _shard(thread: str) -> int:
    return ord(thread[0]) % SAID_SHARDS


def _time(at: int) -> str:
    return f"{identity.clamp(at):013d}"


def action_id_of(item: Item) -> str | None:
    """The id of the action an item is; None for any other."""
    position = item["sk"].partition("#")[2]
    if not _is_position(position) or position[_POSITION_KIND] != ACTION:
        return None
    return position[:13] + position[_POSITION_KIND + 1 :]


# -- where answers belong --------------------------------------------------------------------------------------------

REFERENCE = "ref"


def reference_key(channel: str, connection: str, message_id: str) -> tuple[str, str]:
    """Where it stands to which thread a message belongs: a partition of its own, so that none gets hot."""
    return identity.thread_key(channel, connection, f"ref\0{message_id}"), REFERENCE


def reference_item(channel: str, connection: str, fact: Fact, expires: int) -> Item:
    """The thread and branch of a message, by its id on the platform."""
    pk, sk = reference_key(channel, connection, fact.message_id)
    return {"pk": pk, "sk": sk, "h": fact.thread_id, "g": fact.branch_id, "expires": expires}


NUDGED = "nudged"


def nudge_item(channel: str, connection: str, now: int) -> Item:
    """A platform said at a time (milliseconds) that there is something new: the stream has it asked."""
    return {"pk": NUDGED, "sk": f"{channel}/{connection}", "at": now}


# -- actions ----------------------------------------------------------------------------------------------------------


def action_item(conversation: str, action: Action, expires: int) -> Item:
    """The item of an action: what never changes as one body, the delivery's state beside it."""
    thread, branch = identity.split_id(conversation)
    body = {
        "verb": action.verb,
        "seen": action.seen,
        "heard": action.heard,
        "upto": action.upto,
        "resolve": int(action.resolve),
        "promise": _promise_body(action.promise) if action.promise else None,
        "answers": action.answers,
        "outcome": action.outcome,
        "language": action.language,
        "assignee": _author_body(action.assignee) if action.assignee else None,
        "team": action.team,
        "until": action.until,
        "added": list(action.added),
        "removed": list(action.removed),
        "mentions": list(action.mentions),
        "target": action.target,
        "moderation": action.moderation,
        "way": action.way,
        "reply_to": action.reply_to_id,
        "beside": action.beside,
        "files": list(action.files),
    }
    return {
        "pk": thread,
        "sk": action_sort_key(branch, action.id),
        "b": _json(body),
        "a": action.by.id,
        "n": action.by.name,
        "x": action.text or None,
        "st": action.state,
        "pid": action.platform_id,
        "rs": action.reason,
        "at": action.attempts or None,
        "ta": action.attempted_at or None,
        "le": action.lease_until or None,
        "nb": action.not_before or None,
        "rt": action.retries or None,
        "dr": action.draft or None,
        "expires": expires,
    } | _action_said(action, thread)


def action_of(item: Item) -> Action:
    """The action an item holds."""
    body = json.loads(item["b"])
    position = item["sk"].partition("#")[2]
    return Action(
        id=position[:13] + position[_POSITION_KIND + 1 :],
        at=int(position[:13]),
        verb=Verb(body["verb"]),
        by=Author(*body["by"]) if "by" in body else Author(item.get("a"), item.get("n")),
        seen=body.get("seen", 0),
        heard=body.get("heard", 0),
        upto=body.get("upto"),
        text=item.get("x") or body.get("text", ""),
        reason=item.get("rs", ""),
        resolve=bool(body.get("resolve")),
        promise=_promise_of(body["promise"]) if body.get("promise") else None,
        answers=body.get("answers", ""),
        outcome=Outcome(body["outcome"]) if body.get("outcome") else None,
        language=body.get("language", ""),
        assignee=Author(*body["assignee"]) if body.get("assignee") else None,
        team=body.get("team", ""),
        until=body.get("until", 0),
        added=tuple(body.get("added", ())),
        removed=tuple(body.get("removed", ())),
        mentions=tuple(body.get("mentions", ())),
        target=body.get("target", ""),
        moderation=Moderation(body["moderation"]) if body.get("moderation") else None,
        way=Way(body["way"]) if body.get("way") else None,
        reply_to_id=body.get("reply_to"),
        beside=body.get("beside", ""),
        state=State(item["st"]) if "st" in item else None,
        platform_id=item.get("pid", ""),
        attempts=item.get("at", 0),
        attempted_at=item.get("ta", 0),
        lease_until=item.get("le", 0),
        not_before=item.get("nb", 0),
        retries=item.get("rt", 0),
        draft=item.get("dr", ""),
        files=tuple(body.get("files", ())),
    )


def action_sort_key(branch: str, action: str) -> str:
    """Where an action lies within its thread."""
    return f"{branch}#{identity.action_position(action)}"


# -- heads ------------------------------------------------------------------------------------------------------------

_LISTS = ("missed", "tags", "mentioned")
_PLAIN_FIELDS = (
    "inbound",
    "heard",
    "outbound",
    "unread",
    "opened_at",
    "last_message_at",
    "last_message_key",
    "last_inbound_at",
    "last_customer_at",
    "waiting_since",
    "first_response_at",
    "first_resolved_at",
    "due_at",
    "due_for",
    "snoozed_until",
    "preview",
    "title",
    "undelivered",
    "done_at",
    "done_by",
    "done_verb",
    "cursor",
)


def head_item(head: Conversation, expires: int) -> Item:
    """The item of a head, with its place in the inbox."""
    who = head.identity
    thread, branch = identity.split_id(id_of(who))
    body: dict[str, Any] = {name: getattr(head, name) for name in _PLAIN_FIELDS}
    body |= {name: list(getattr(head, name)) for name in _LISTS}
    body |= {
        "customer": _author_body(head.customer),
        "assignee": _author_body(head.assignee) if head.assignee else None,
        "third": list(head.third_parties),
        "private_reply": int(head.private_reply_used),
        "unproven": int(head.unproven),
        "removed": int(head.removed),
        "unreachable": int(head.unreachable),
        "follow_up": _follow_up_body(head.follow_up) if head.follow_up else None,
    }
    return {
        "pk": thread,
        "sk": f"{branch}#{HEAD}",
        "c": f"{who.channel}/{who.connection}",
        "h": who.thread_id,
        "g": who.branch_id,
        "w": 1 if who.visibility == Visibility.PRIVATE else None,
        "b": _json(body),
        "v": head.version,
        "e": head.assignee.id if head.assignee else None,
        "n": head.customer.name or None,
        "tg": set(head.tags) or None,
        "mn": set(head.mentioned) or None,
        "ipk": inbox_order.partition(who.team, thread),
        "isk": inbox_order.key(head),
        "fpk": inbox_order.partition(who.team, thread) if head.follow_up else None,
        "fsk": inbox_order.follow_up_key(head.follow_up) if head.follow_up else None,
        "t": head.erased_at or None,
        "expires": expires,
    } | _head_said(head, thread)


def head_of(item: Item) -> Conversation:
    """The head an item holds."""
    body = json.loads(item["b"])
    team = team_of(item)
    status = next(status for status, letter in inbox_order.LETTERS.items() if letter == item["isk"][0])
    lists: dict[str, Any] = {name: tuple(body[name]) for name in _LISTS if name in body}
    return Conversation(
        identity=identity_of(item, team),
        status=status,
        customer=Author(*body["customer"]),
        assignee=Author(*body["assignee"]) if body.get("assignee") else None,
        third_parties=tuple(body.get("third", ())),
        private_reply_used=bool(body.get("private_reply")),
        unproven=bool(body.get("unproven")),
        removed=bool(body.get("removed")),
        unreachable=bool(body.get("unreachable")),
        erased_at=item.get("t", 0),
        follow_up=_follow_up_of(body["follow_up"]) if body.get("follow_up") else None,
        version=item["v"],
        **{name: body[name] for name in _PLAIN_FIELDS if name in body},
        **lists,
    )


def id_of(who: Identity) -> str:
    """The id of the conversation this is."""
    thread = identity.thread_key(who.channel, who.connection, who.thread_id)
    return identity.conversation_id(thread, identity.branch_key(who.branch_id))


def _follow_up_body(follow_up: FollowUp) -> Item:
    body: Item = {
        "version": follow_up.version,
        "promise": _promise_body(follow_up.promise),
        "by": _author_body(follow_up.by),
        "made_at": follow_up.made_at,
        "state": follow_up.state,
        "reason": follow_up.reason,
        "moves": [[move.at, move.reason, move.before] for move in follow_up.moves],
        "asked_at": follow_up.asked_at,
        "asked_id": follow_up.asked_id,
        "outcome": follow_up.outcome,
        "outcome_at": follow_up.outcome_at,
        "outcome_message_id": follow_up.outcome_message_id,
        "reaction": follow_up.reaction,
        "judged": follow_up.judged,
        "judged_by": _author_body(follow_up.judged_by) if follow_up.judged_by else None,
    }
    return _said(body)


def _follow_up_of(body: Item) -> FollowUp:
    read: Item = {
        "promise": _promise_of(body["promise"]),
        "by": Author(*body["by"]),
        "state": FollowUpState(body["state"]),
        "moves": tuple(Move(*each) for each in body.get("moves", ())),
        "outcome": Outcome(body["outcome"]) if "outcome" in body else None,
        "judged_by": Author(*body["judged_by"]) if "judged_by" in body else None,
    }
    return FollowUp(**known(FollowUp, body) | read)


def _promise_body(promise: Promise) -> Item:
    usual = Promise(0, "")
    body = {name: value for name, value in asdict(promise).items() if value != getattr(usual, name)}
    return {"at": promise.at, "text": promise.text} | body


def _promise_of(body: Item) -> Promise:
    doer = Doer(body["doer"]) if "doer" in body else Doer.MACHINE
    visibility = Visibility(body["visibility"]) if "visibility" in body else None
    return Promise(**known(Promise, body) | {"doer": doer, "visibility": visibility})


def _author_body(author: Author) -> list[str | None]:
    return [author.id, author.name]


def _said(body: Item) -> Item:
    """A body without what says nothing."""
    return {name: value for name, value in body.items() if value not in (None, "", 0, [], False)}


def _json(body: Item) -> str:
    return json.dumps(_said(body), ensure_ascii=False, separators=(",", ":"))

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
=====  ==============================================================================================
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from conversations import identity, urgency
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
        "expires": expires,
    }


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
        attachments=tuple(Attachment(**each) for each in json.loads(item.get("f", "[]"))),
        parent_id=item.get("p"),
        permalink=item.get("l"),
        payload=item.get("y"),
        customer_id=item.get("k") or (item.get("a") if private and not own else None),
        reference=item.get("q"),
        unsupported="z" in item,
    )


def is_fact(item: Item) -> bool:
    """Whether an item is something a platform reported."""
    position = item["sk"].partition("#")[2]
    return "h" in item and len(position) > _POSITION_KIND and position[_POSITION_KIND] != ACTION


def is_action(item: Item) -> bool:
    """Whether an item is something that was done here."""
    position = item["sk"].partition("#")[2]
    return "b" in item and len(position) > _POSITION_KIND and position[_POSITION_KIND] == ACTION


def is_head(item: Item) -> bool:
    """Whether an item is the head of a conversation."""
    return "v" in item and item["sk"].partition("#")[2] == HEAD


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


# -- actions ----------------------------------------------------------------------------------------------------------


def action_item(conversation: str, action: Action, expires: int) -> Item:
    """The item of an action: what never changes as one body, the delivery's state beside it."""
    thread, branch = identity.split_id(conversation)
    body = {
        "verb": action.verb,
        "by": _author_body(action.by),
        "seen": action.seen,
        "heard": action.heard,
        "upto": action.upto,
        "text": action.text,
        "resolve": int(action.resolve),
        "promise": _promise_body(action.promise) if action.promise else None,
        "answers": action.answers,
        "outcome": action.outcome,
        "language": action.language,
        "way": action.way,
        "reply_to": action.reply_to_id,
    }
    return {
        "pk": thread,
        "sk": action_sort_key(branch, action.id),
        "b": _json(body),
        "st": action.state,
        "pid": action.platform_id,
        "rs": action.reason,
        "at": action.attempts or None,
        "ta": action.attempted_at or None,
        "le": action.lease_until or None,
        "expires": expires,
    }


def action_of(item: Item) -> Action:
    """The action an item holds."""
    body = json.loads(item["b"])
    position = item["sk"].partition("#")[2]
    return Action(
        id=position[:13] + position[_POSITION_KIND + 1 :],
        at=int(position[:13]),
        verb=Verb(body["verb"]),
        by=Author(*body["by"]),
        seen=body.get("seen", 0),
        heard=body.get("heard", 0),
        upto=body.get("upto"),
        text=body.get("text", ""),
        reason=item.get("rs", ""),
        resolve=bool(body.get("resolve")),
        promise=_promise_of(body["promise"]) if body.get("promise") else None,
        answers=body.get("answers", ""),
        outcome=Outcome(body["outcome"]) if body.get("outcome") else None,
        language=body.get("language", ""),
        way=Way(body["way"]) if body.get("way") else None,
        reply_to_id=body.get("reply_to"),
        state=State(item["st"]) if "st" in item else None,
        platform_id=item.get("pid", ""),
        attempts=item.get("at", 0),
        attempted_at=item.get("ta", 0),
        lease_until=item.get("le", 0),
    )


def action_sort_key(branch: str, action: str) -> str:
    """Where an action lies within its thread."""
    return f"{branch}#{identity.action_position(action)}"


# -- heads ------------------------------------------------------------------------------------------------------------

_PLAIN_FIELDS = (
    "inbound",
    "heard",
    "unread",
    "opened_at",
    "last_message_at",
    "last_message_key",
    "last_inbound_at",
    "last_customer_at",
    "waiting_since",
    "first_response_at",
    "preview",
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
    body |= {
        "customer": _author_body(head.customer),
        "assignee": _author_body(head.assignee) if head.assignee else None,
        "third": list(head.third_parties),
        "private_reply": int(head.private_reply_used),
        "removed": int(head.removed),
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
        "ipk": urgency.partition(who.team, thread),
        "isk": urgency.key(head),
        "fpk": urgency.partition(who.team, thread) if head.follow_up else None,
        "fsk": urgency.follow_up_key(head.follow_up) if head.follow_up else None,
        "t": head.erased_at or None,
        "expires": expires,
    }


def head_of(item: Item) -> Conversation:
    """The head an item holds."""
    body = json.loads(item["b"])
    team = item["ipk"].rpartition("#")[0]
    status = next(status for status, letter in urgency.LETTERS.items() if letter == item["isk"][0])
    return Conversation(
        identity=identity_of(item, team),
        status=status,
        customer=Author(*body["customer"]),
        assignee=Author(*body["assignee"]) if body.get("assignee") else None,
        third_parties=tuple(body.get("third", ())),
        private_reply_used=bool(body.get("private_reply")),
        removed=bool(body.get("removed")),
        erased_at=item.get("t", 0),
        follow_up=_follow_up_of(body["follow_up"]) if body.get("follow_up") else None,
        version=item["v"],
        **{name: body[name] for name in _PLAIN_FIELDS if name in body},
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
    return FollowUp(**body | read)


def _promise_body(promise: Promise) -> Item:
    usual = Promise(0, "")
    body = {name: value for name, value in asdict(promise).items() if value != getattr(usual, name)}
    return {"at": promise.at, "text": promise.text} | body


def _promise_of(body: Item) -> Promise:
    doer = Doer(body["doer"]) if "doer" in body else Doer.MACHINE
    visibility = Visibility(body["visibility"]) if "visibility" in body else None
    return Promise(**body | {"doer": doer, "visibility": visibility})


def _author_body(author: Author) -> list[str | None]:
    return [author.id, author.name]


def _said(body: Item) -> Item:
    """A body without what says nothing."""
    return {name: value for name, value in body.items() if value not in (None, "", 0, [], False)}


def _json(body: Item) -> str:
    return json.dumps(_said(body), ensure_ascii=False, separators=(",", ":"))

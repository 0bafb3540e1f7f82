"""Private messages of Bluesky's chat as facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels._payload import UnreadableUpdate
from channels._values import as_id, as_millis, as_text
from channels.base import (
    json_list,
    json_object,
)
from channels.bluesky.api import string
from channels.bluesky.posts import Reader, display_name, handle_of, permalink, words_of
from conversations.facts import Attachment, Author, Fact, Kind, Visibility
from conversations.message_context import Quote

if TYPE_CHECKING:
    from collections.abc import Callable


_LOG = "chat.bsky.convo.defs#log"
_DELETED = "chat.bsky.convo.defs#deletedMessageView"
_GROUP = "chat.bsky.convo.defs#groupConvo"
_LOGS_OF_NO_INTEREST = frozenset(
    {
        *("BeginConvo", "AcceptConvo", "LeaveConvo", "MuteConvo", "UnmuteConvo"),
        *("ReadMessage", "ReadConvo"),  # how far we have read ourselves
        *("AddMember", "RemoveMember", "MemberJoin", "MemberLeave", "LockConvo", "UnlockConvo", "LockConvoPermanently"),
        *("EditGroup", "CreateJoinLink", "EditJoinLink", "EnableJoinLink", "DisableJoinLink", "IncomingJoinRequest"),
        *("ApproveJoinRequest", "RejectJoinRequest", "OutgoingJoinRequest", "WithdrawIncomingJoinRequest"),
        *("WithdrawOutgoingJoinRequest", "ReadJoinRequests"),
    }
)


def read_log(item: dict[str, Any], reader: Reader) -> Fact | None:
    kind = as_text(item.get("$type")) or ""
    name = kind.removeprefix(_LOG)
    if name in _LOGS_OF_NO_INTEREST:
        return None
    read = _LOGS.get(name)
    if read is None or name == kind:
        raise UnreadableUpdate("unknown_event")
    return read(item, reader)


def _spoken(item: dict[str, Any], reader: Reader) -> Fact | None:
    message = json_object(item.get("message"))
    if message.get("$type") == _DELETED:
        return None  # gone before it was read
    sender = as_id(json_object(message.get("sender")).get("did"))
    plain = _chat_fact(Kind.MESSAGE, item, reader, sender, message.get("sentAt"))
    quoted = json_object(json_object(message.get("embed")).get("record"))
    shared = as_id(quoted.get("uri"))
    return replace(
        plain,
        own=sender == reader.account,
        text=words_of(message),
        quoted=_quoted(quoted),
        attachments=(Attachment("share", permalink(shared), id=shared),) if shared else (),
        parent_id=as_id(json_object(message.get("replyTo")).get("id")),
    )


def _quoted(post: dict[str, Any]) -> Quote | None:
    """Return the words of a post that is shared, where the platform tells them."""
    text = words_of(json_object(post.get("value")))
    return Quote(text, display_name(json_object(post.get("author")))) if text else None


def _removed(item: dict[str, Any], reader: Reader) -> Fact | None:
    """Deleting a message takes it out of one's own sight alone: what customers wrote is gone for the team then, and
    what we wrote still stands before the customer."""
    message = json_object(item.get("message"))
    sender = as_id(json_object(message.get("sender")).get("did"))
    if sender == reader.account:
        return None
    return _chat_fact(Kind.REMOVED, item, reader, sender, message.get("sentAt"))


def _reacted(item: dict[str, Any], reader: Reader) -> Fact:
    reaction = json_object(item.get("reaction"))
    kind = Kind.REACTION if item.get("$type") == f"{_LOG}AddReaction" else Kind.UNREACTION
    sender = as_id(json_object(reaction.get("sender")).get("did"))
    plain = _chat_fact(kind, item, reader, sender, reaction.get("createdAt"))
    return replace(plain, own=sender == reader.account, payload=string(reaction.get("value")))


_LOGS: dict[str, Callable[[dict[str, Any], Reader], Fact | None]] = {
    "CreateMessage": _spoken,
    "DeleteMessage": _removed,
    "AddReaction": _reacted,
    "RemoveReaction": _reacted,
}


def _chat_fact(kind: Kind, item: dict[str, Any], reader: Reader, actor: str | None, at: object) -> Fact:
    convo_id, message_id = as_id(item.get("convoId")), as_id(json_object(item.get("message")).get("id"))
    if not convo_id or not message_id:
        raise UnreadableUpdate("malformed")
    convo = json_object(reader.convos.get(convo_id))
    if json_object(convo.get("kind")).get("$type") == _GROUP:
        raise UnreadableUpdate("not_handled:group_chat")
    people = {
        did: Author(did, display_name(each), handle_of(each))
        for each in map(json_object, [*json_list(convo.get("members")), *json_list(item.get("relatedProfiles"))])
        if (did := as_id(each.get("did")))
    }
    others = [did for did in people if did != reader.account]
    customer = actor if actor and actor != reader.account else others[0] if len(others) == 1 else None
    if not customer:
        raise UnreadableUpdate("no_customer")
    return Fact(
        kind,
        Visibility.PRIVATE,
        convo_id,
        as_millis(at) or 0,
        message_id,
        author=people.get(actor, Author(actor)) if actor else Author(),
        customer_id=customer,
    )

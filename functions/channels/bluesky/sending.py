"""Sends to Bluesky: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels import _transport
from channels._values import as_id, as_millis, is_invented
from channels.base import (
    ChannelError,
    Credentials,
    Files,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    Route,
    Sender,
    Situation,
    TransientFailure,
    Way,
    json_list,
    json_object,
)
from channels.bluesky.api import call, get, has_chat, moment
from channels.bluesky.facets import facets
from channels.bluesky.moderation import MODERATIONS
from channels.bluesky.polling import PAGE
from channels.bluesky.posts import POST
from channels.bluesky.records import own_record, record_key, standing_post
from conversations.facts import Visibility

if TYPE_CHECKING:
    from conversations.messages import Message

POST_LIMIT, CHAT_LIMIT = 300, 1000
"""Graphemes; ten bytes of UTF-8 are permitted for each."""
BYTES_PER_GRAPHEME = 10
PICTURES = Files(4, {"image/jpeg": 2_000_000, "image/png": 2_000_000, "image/webp": 2_000_000, "image/gif": 2_000_000})
CLOCK_SLACK = 2000


class BlueskySender(Sender):
    """Sends to Bluesky."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """No window closes: a week later the same is permitted as today."""
        chat = has_chat(situation.options)
        if situation.visibility is Visibility.PRIVATE:
            return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, CHAT_LIMIT, "graphemes")] if chat else []
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, POST_LIMIT, "graphemes", files=PICTURES)
        if chat and situation.customer_id:
            return [public, Route(Way.PRIVATE_REPLY, Visibility.PRIVATE, CHAT_LIMIT, "graphemes")]
        return [public]

    def measure(self, text: str, way: Way) -> int:
        """Graphemes, or more where the bytes would be too many before the graphemes are."""
        from channels import _text

        return max(_text.graphemes(text), -(-_text.octets(text) // BYTES_PER_GRAPHEME))

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        if message.way is Way.PUBLIC_REPLY:
            return _publish(message, credentials)
        letter = {"text": message.text, **facets(message.text, credentials)}
        document = {"convoId": _convo(message, credentials), "message": letter}
        sent = call("POST", "chat.bsky.convo.sendMessage", credentials, document=document, chat=True, repeatable=False)
        return _transport.sent_id(sent.get("id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        if message.way is Way.PUBLIC_REPLY:
            standing = own_record(POST, record_key(message.id), credentials)
            return as_id(standing.get("uri")) if standing else None
        params = {"convoId": _convo(message, credentials), "limit": str(PAGE)}
        response = get("chat.bsky.convo.getMessages", credentials, params, chat=True)
        found = [
            (at, message_id)
            for item in map(json_object, json_list(response.get("messages")))
            if (at := as_millis(item.get("sentAt"))) is not None
            and at >= message.attempted_at - CLOCK_SLACK
            and (message_id := as_id(item.get("id")))
            and message_id not in message.others
            and json_object(item.get("sender")).get("did") == credentials.account_id
            and item.get("text") == message.text
        ]
        return min(found)[1] if found else None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        if message.visibility is not Visibility.PUBLIC:
            return ()
        if message.direction == "outbound":
            return (Moderation.DELETE,) if message.platform_id and not message.deleted else ()
        if message.direction != "inbound" or message.deleted:
            return ()
        hidden = (Moderation.SHOW if message.hidden else Moderation.HIDE,) if message.parent_id else ()
        author = (Moderation.BLOCK, Moderation.UNBLOCK) if message.author.id else ()
        return (Moderation.LIKE, Moderation.UNLIKE, *hidden, *author)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        act = MODERATIONS.get(moderation)
        if act is None:
            raise PermanentFailure(Reason.BAD, "no_moderation")
        act(moderation, target, credentials)


def _publish(message: Outbound, credentials: Credentials) -> str:
    """Answer in public, under a key made of our own id: the same message twice is the same post."""
    answered = [message.reply_to_id, message.branch_id, message.thread_id]
    parent = standing_post(next(each for each in answered if each and not is_invented(each)), credentials)
    if json_object(parent.get("viewer")).get("replyDisabled") is True:
        raise PermanentFailure(Reason.PERMISSION, "reply_disabled")
    here = {"uri": parent["uri"], "cid": parent.get("cid")}
    root = json_object(json_object(json_object(parent.get("record")).get("reply")).get("root"))
    record = {
        "$type": POST,
        "text": message.text,
        "createdAt": moment(message.attempted_at),
        "reply": {"root": {key: root[key] for key in here} if root.keys() >= here.keys() else here, "parent": here},
        **_languages(credentials),
        **facets(message.text, credentials),
        **_pictures(message, credentials),
    }
    key = record_key(message.id)
    document = {"repo": credentials.account_id, "collection": POST, "rkey": key, "record": record}
    try:
        return _transport.sent_id(
            call("POST", "com.atproto.repo.createRecord", credentials, document=document).get("uri")
        )
    except ChannelError as failure:
        if not _may_exist(failure):
            raise
        return _confirmed(key, record, credentials, failure)


def _may_exist(failure: ChannelError) -> bool:
    """Servers answer a key that exists with a plain 500, newer ones by a name of its own."""
    code = getattr(failure, "code", "")
    return code in ("InternalServerError", "500") or "exists" in code.lower()


def _confirmed(key: str, record: dict[str, Any], credentials: Credentials, failure: ChannelError) -> str:
    standing = own_record(POST, key, credentials)
    if standing is None:
        raise TransientFailure(Reason.RETRY, getattr(failure, "code", ""))
    value = json_object(standing.get("value"))
    parent = json_object(json_object(value.get("reply")).get("parent")).get("uri")
    if value.get("text") != record["text"] or parent != record["reply"]["parent"]["uri"]:
        raise PermanentFailure(Reason.BAD, "key_taken")
    return _transport.sent_id(standing.get("uri"))


def _convo(message: Outbound, credentials: Credentials) -> str:
    """The chat a message belongs into; the one with a person is made by asking for it."""
    if message.way is not Way.PRIVATE_REPLY:
        return message.thread_id
    if not message.customer_id:
        raise PermanentFailure(Reason.GONE, "no_customer")
    found = get("chat.bsky.convo.getConvoForMembers", credentials, {"members": [message.customer_id]}, chat=True)
    return _transport.sent_id(json_object(found.get("convo")).get("id"))


def _languages(credentials: Credentials) -> dict[str, Any]:
    langs = [each.strip() for each in credentials.options.get("langs", "").split(",") if each.strip()]
    return {"langs": langs[:3]} if langs else {}


def _pictures(message: Outbound, credentials: Credentials) -> dict[str, Any]:
    """The pictures, given to the server one by one; what is never used in a post, it forgets."""
    images = []
    for file in message.files:
        response = call("POST", "com.atproto.repo.uploadBlob", credentials, content=file.content, mime=file.mime)
        images.append({"alt": file.name.rpartition(".")[0] or file.name, "image": response.get("blob")})
    return {"embed": {"$type": "app.bsky.embed.images", "images": images}} if images else {}

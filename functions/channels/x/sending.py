"""Sends to X: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from channels import _text, _transport
from channels._values import as_id, as_text
from channels.base import (
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
from channels.x.api import call, data_of, node, pages_of, write
from channels.x.posts import moment_of, rank, typed_text
from channels.x.webhook import PAGE, POST_FIELDS
from conversations.facts import Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from channels.base import File
    from conversations.messages import Message

POST_LIMIT = 280
LONGEST_POST = 25_000
MESSAGE_LIMIT = 10_000
MEGABYTE = 1024 * 1024
PICTURES = {"image/jpeg": 5 * MEGABYTE, "image/png": 5 * MEGABYTE, "image/webp": 5 * MEGABYTE}
CLOCK_SLACK = 2000


class XSender(Sender):
    """Sends to X."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """A public answer goes to who spoke to us: to others only where the contract permits it; see ``access``."""
        if situation.visibility is Visibility.PRIVATE:
            files = Files(1, PICTURES)
            return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, MESSAGE_LIMIT, files=files)]
        if situation.last_customer_message_at is None and situation.options.get("access") != "enterprise":
            return []
        limit = _limit(situation.options)
        return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, limit, "weighted", files=Files(4, PICTURES))]

    def measure(self, text: str, way: Way) -> int:
        return _text.weighted(text) if way is Way.PUBLIC_REPLY else len(text)

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        media = [_upload(file, message.way, credentials) for file in message.files]
        if message.way is Way.PUBLIC_REPLY:
            document: dict[str, Any] = {"text": message.text, "reply": {"in_reply_to_tweet_id": _answered(message)}}
            if media:
                document["media"] = {"media_ids": media}
            return _sent_id(write("tweets", credentials, document), "id")
        document = {"text": message.text} if message.text else {}
        if media:
            document["attachments"] = [{"media_id": each} for each in media]
        path = f"dm_conversations/with/{node(message.customer_id or '')}/messages"
        return _sent_id(write(path, credentials, document), "dm_event_id")

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        stand = _own_posts if message.way is Way.PUBLIC_REPLY else _own_messages
        found = [
            (rank(message_id), message_id)
            for item in stand(message, credentials)
            if (message_id := as_id(item.get("id")))
            and message_id not in message.others
            and (moment_of(message_id, item.get("created_at")) or 0) >= message.attempted_at - CLOCK_SLACK
            and _same(_plain(item), message.text)
        ]
        return min(found)[1] if found else None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        """Our own posts can be deleted, and answers hidden that stand in a conversation we began."""
        if message.visibility is Visibility.PRIVATE or message.deleted:
            return ()
        if message.direction == "outbound":
            return (Moderation.DELETE,) if message.platform_id else ()
        if message.direction != "inbound" or message.parent_id is None:
            return ()
        return (Moderation.SHOW if message.hidden else Moderation.HIDE,)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        path = f"tweets/{node(target)}"
        if moderation is Moderation.DELETE:
            done = data_of(call("DELETE", path, credentials)).get("deleted") is True
        elif moderation in (Moderation.HIDE, Moderation.SHOW):
            hidden = moderation is Moderation.HIDE
            answer = call("PUT", f"{path}/hidden", credentials, document={"hidden": hidden})
            done = data_of(answer).get("hidden") is hidden
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")
        if not done:
            raise PermanentFailure(Reason.BAD, "refused")


def _limit(options: Mapping[str, str]) -> int:
    digits = options.get("text_limit", "")
    chosen = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 7 else POST_LIMIT
    return min(max(chosen, POST_LIMIT), LONGEST_POST)


def _answered(message: Outbound) -> str:
    return message.reply_to_id or message.branch_id or message.thread_id


def _sent_id(answer: dict[str, Any], name: str) -> str:
    return _transport.sent_id(data_of(answer).get(name))


def _upload(file: File, way: Way, credentials: Credentials) -> str:
    """Bring a picture to the platform, where it waits for a day; nothing is published, so all of it can be repeated."""
    category = "tweet_image" if way is Way.PUBLIC_REPLY else "dm_image"
    about = {"media_type": file.mime, "total_bytes": len(file.content), "media_category": category}
    begun = as_id(
        data_of(call("POST", "media/upload/initialize", credentials, document=about, repeatable=True)).get("id")
    )
    if begun is None:
        raise TransientFailure(Reason.RETRY, "no_media")
    path = f"media/upload/{node(begun)}"
    call("POST", f"{path}/append", credentials, form={"segment_index": "0"}, file=file, repeatable=True)
    done = data_of(call("POST", f"{path}/finalize", credentials, repeatable=True))
    if json_object(done.get("processing_info")).get("state") == "failed":
        raise PermanentFailure(Reason.BAD, "media_failed")
    return begun


def _own_posts(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """Our posts since the attempt that answer the same one."""
    since = datetime.fromtimestamp(max(0, message.attempted_at - CLOCK_SLACK) / 1000, UTC)
    params = {
        "max_results": str(PAGE),
        "start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "exclude": "retweets",
        "tweet.fields": POST_FIELDS,
    }
    for page in pages_of(f"users/{node(credentials.account_id)}/tweets", credentials, params):
        for post in map(json_object, json_list(page.get("data"))):
            referred = map(json_object, json_list(post.get("referenced_tweets")))
            parents = [as_id(each.get("id")) for each in referred if each.get("type") == "replied_to"]
            if _answered(message) in parents:
                yield post


def _own_messages(message: Outbound, credentials: Credentials) -> Iterator[dict[str, Any]]:
    params = {
        "max_results": str(PAGE),
        "event_types": "MessageCreate",
        "dm_event.fields": "id,text,sender_id,created_at,entities,attachments",
    }
    path = f"dm_conversations/with/{node(message.customer_id or '')}/dm_events"
    for page in pages_of(path, credentials, params):
        events = [json_object(each) for each in json_list(page.get("data"))]
        yield from (each for each in events if as_id(each.get("sender_id")) == credentials.account_id)
        times = [moment_of(as_id(each.get("id")), each.get("created_at")) or 0 for each in events]
        if times and min(times) < message.attempted_at - CLOCK_SLACK:
            return


_MENTIONS = re.compile(r"(?:@\w+ )*", re.ASCII)


def _plain(item: dict[str, Any]) -> str:
    """The text of a post of ours as we sent it: the platform puts whom it answers in front."""
    text = as_text(json_object(item.get("note_tweet")).get("text")) or as_text(item.get("text")) or ""
    return typed_text(text, item)


def _same(found: str, sent: str) -> bool:
    whole, ours = _bare(found), _bare(sent)
    return whole.endswith(ours) and _MENTIONS.fullmatch(whole.removesuffix(ours)) is not None


def _bare(text: str) -> str:
    """For a comparison: blanks count as one, links by their host, as the platform adds a slash or https to some."""
    text = re.sub(r"https?://([^\s/]+)/?(?=\s|$)", r"\1", text)
    return " ".join(text.split())

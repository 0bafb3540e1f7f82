"""Sends to Discourse: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels import _transport
from channels._values import as_id, as_millis, as_text, whole_number
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
    UnconfirmedSend,
    Way,
    json_list,
    json_object,
)
from channels.discourse.api import call, get, post_number, text_or_none
from channels.discourse.polling import feed_page
from channels.discourse.posts import CLOCK_SLACK, is_accepted, is_deleted
from channels.discourse.webhook import FEEDS, is_never
from conversations.facts import Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from channels.base import File
    from conversations.messages import Message

POST_LIMIT = 32_000
"""The usual ``max_post_length``."""
TITLE_LIMIT = 255
IMAGE_KB = 4096
"""The usual ``max_image_size_kb``."""
IMAGES_MOST = 10
IMAGE_KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")
LIKE = 2
"""The type of the action that is a like."""


class DiscourseSender(Sender):
    """Sends to Discourse."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """No window closes: a topic or personal message can be answered a week later, unless the forum closed it."""
        limit = whole_number(situation.options.get("max_post_length"), POST_LIMIT)
        size = whole_number(situation.options.get("max_image_kb"), IMAGE_KB) * 1024
        files = Files(IMAGES_MOST, dict.fromkeys(IMAGE_KINDS, size))
        if situation.visibility is Visibility.PRIVATE:
            return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, limit, files=files)]
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, limit, files=files)
        if situation.private_reply_used or not situation.customer_id:
            return [public]
        return [public, Route(Way.PRIVATE_REPLY, Visibility.PRIVATE, limit, files=files)]

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        body = _letter(message, credentials)
        links = [_upload(file, credentials) for file in message.files]
        body["raw"] = "\n\n".join(filter(None, [body["raw"], *links]))
        sent = call("POST", "posts.json", credentials, document=body)
        if sent.get("action") == "enqueued":
            # It waits for a moderator of the forum and has no id yet: ``find_sent`` looks for it, and never twice.
            raise UnconfirmedSend
        return _transport.sent_id(sent.get("id"))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        if message.way is Way.PRIVATE_REPLY:
            posts = _own_of_feed(credentials)
        else:
            posts = _own_of_topic(message.thread_id, credentials)
        found = [
            post_id
            for post in posts
            if (as_millis(post.get("created_at")) or 0) >= message.attempted_at - CLOCK_SLACK
            and (post_id := as_id(post.get("id")))
            and post_id not in message.others
            and _starts_alike(_raw(post, credentials), message.text)
        ]
        if found:
            return min(found, key=int)
        _refuse_what_waits(message, credentials)
        return None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        if message.deleted or not message.platform_id:
            return ()
        is_public = message.visibility is Visibility.PUBLIC
        accept = (Moderation.ACCEPT,) if is_public and not message.accepted else ()
        if message.direction == "outbound":
            return (*accept, Moderation.EDIT, Moderation.DELETE)
        return (Moderation.LIKE, Moderation.UNLIKE, *accept, *((Moderation.DELETE,) if is_public else ()))

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        post, number = f"posts/{quote(target, safe='')}.json", post_number(target)
        done: Callable[[dict[str, Any]], bool] = is_never
        try:
            if moderation is Moderation.LIKE:
                done = _is_liked
                call("POST", "post_actions.json", credentials, document={"id": number, "post_action_type_id": LIKE})
            elif moderation is Moderation.UNLIKE:
                done = _is_not_liked
                params = {"post_action_type_id": str(LIKE)}
                call("DELETE", f"post_actions/{quote(target, safe='')}.json", credentials, params=params)
            elif moderation is Moderation.ACCEPT:
                done = is_accepted
                call("POST", "solution/accept.json", credentials, document={"id": number})
            elif moderation is Moderation.EDIT:
                call("PUT", post, credentials, document={"post": {"raw": text}})
            elif moderation is Moderation.DELETE:
                done = is_deleted
                call("DELETE", post, credentials)
            else:
                raise PermanentFailure(Reason.BAD, "no_moderation")
        except PermanentFailure as failure:
            # The forum refuses what is done already, and says no more than that it may not be done.
            if failure.code == "no_moderation" or not done(get(post, credentials)):
                raise failure from None


def _letter(message: Outbound, credentials: Credentials) -> dict[str, Any]:
    """The body of a new post."""
    text = as_text(message.text) or ""
    if message.way is not Way.PRIVATE_REPLY:
        body: dict[str, Any] = {"topic_id": post_number(message.thread_id), "raw": text}
        if message.reply_to_id:
            answered = get(f"posts/{quote(message.reply_to_id, safe='')}.json", credentials)
            if text_or_none(answered.get("deleted_at")):
                raise PermanentFailure(Reason.GONE, "deleted")
            body["reply_to_post_number"] = answered.get("post_number")
        return body
    topic = get(f"t/{quote(message.thread_id, safe='')}.json", credentials)
    title = message.title or text_or_none(topic.get("title")) or message.thread_id
    return {
        "title": title[:TITLE_LIMIT],
        "raw": text,
        "target_recipients": _handle(message, topic, credentials),
        "archetype": "private_message",
    }


def _handle(message: Outbound, topic: dict[str, Any], credentials: Credentials) -> str:
    """The customer's user name: personal messages are addressed by it, and it may change, unlike the number."""
    details = json_object(topic.get("details"))
    stream = json_object(topic.get("post_stream"))
    people = [json_object(details.get("created_by")), *map(json_object, json_list(details.get("participants")))]
    people += [{**post, "id": post.get("user_id")} for post in map(json_object, json_list(stream.get("posts")))]
    if message.reply_to_id:
        post = get(f"posts/{quote(message.reply_to_id, safe='')}.json", credentials)
        people.append({**post, "id": post.get("user_id")})
    for person in people:
        if (
            message.customer_id
            and as_id(person.get("id")) == message.customer_id
            and text_or_none(person.get("username"))
        ):
            return str(person["username"])
    raise PermanentFailure(Reason.GONE, "no_customer")


def _upload(file: File, credentials: Credentials) -> str:
    """Put a file onto the forum, where nobody sees it yet; the Markdown that shows it in a post."""
    files = {"file": (file.name, file.content, file.mime)}
    form = {"type": "composer", "synchronous": "true"}
    body = call("POST", "uploads.json", credentials, form=form, files=files, repeatable=True)
    link = text_or_none(body.get("short_url")) or text_or_none(body.get("url"))
    if link is None:
        raise TransientFailure(Reason.RETRY, "no_upload")
    name = "".join(letter for letter in file.name if letter not in "[]()|\\\r\n") or "file"
    if file.mime.startswith("image/"):
        return f"![{name}|{whole_number(body.get('width'), 690)}x{whole_number(body.get('height'), 388)}]({link})"
    return f"[{name}|attachment]({link})"


def _own_of_topic(topic: str, credentials: Credentials) -> Iterator[dict[str, Any]]:
    """Our own posts among the latest of a topic."""
    path = f"t/{quote(topic, safe='')}"
    stream = json_object(get(f"{path}.json", credentials).get("post_stream"))
    latest = [found for each in json_list(stream.get("stream")) if (found := as_id(each))][-20:]
    if not latest:
        return
    body = get(f"{path}/posts.json", credentials, {"post_ids[]": latest, "include_raw": "true"})
    for post in json_list(json_object(body.get("post_stream")).get("posts")):
        if as_id(json_object(post).get("user_id")) == credentials.account_id:
            yield post


def _own_of_feed(credentials: Credentials) -> Iterator[dict[str, Any]]:
    """Our own posts among the latest personal messages: a new one has a topic that nobody told us."""
    for post in feed_page(FEEDS[1], 0, credentials):
        if as_id(post.get("user_id")) == credentials.account_id:
            yield post


def _raw(post: dict[str, Any], credentials: Credentials) -> str:
    """Return what was written; lists leave it out unless they are asked for it, and older forums do so then, too."""
    found = post.get("raw")
    if not isinstance(found, str):
        found = get(f"posts/{as_id(post.get('id'))}.json", credentials).get("raw")
    return found if isinstance(found, str) else ""


def _refuse_what_waits(message: Outbound, credentials: Credentials) -> None:
    """Raise if a message waits for approval: it stands nowhere, and sending it again would have two wait."""
    user = credentials.options.get("api_username")
    if not user:
        return
    try:
        body = get(f"posts/{quote(user, safe='')}/pending.json", credentials)
    except PermanentFailure:
        return  # the key may not look, or the forum has no such list
    for post in map(json_object, json_list(body.get("pending_posts"))):
        if _starts_alike(as_text(post.get("raw_text") or post.get("raw")) or "", message.text):
            raise PermanentFailure(Reason.POLICY, "enqueued")


def _starts_alike(one: str, other: str) -> bool:
    """Return whether a post is our text, with the links of its files behind it perhaps."""
    ours = _normal(other)
    theirs = _normal(one)
    return theirs == ours or theirs.startswith((f"{ours} ![".lstrip(), f"{ours} [".lstrip()))


def _normal(text: str) -> str:
    return " ".join((as_text(text) or "").split())


def _is_liked(post: dict[str, Any]) -> bool:
    actions = map(json_object, json_list(post.get("actions_summary")))
    return any(action.get("id") == LIKE and action.get("acted") is True for action in actions)


def _is_not_liked(post: dict[str, Any]) -> bool:
    return not _is_liked(post)

"""Sends to Mastodon: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels import _text
from channels._values import as_id, as_millis, as_text, as_words, whole_number
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
from channels.mastodon.api import call
from channels.mastodon.polling import own_statuses
from channels.mastodon.statuses import DIRECT, PUBLIC, status_text
from channels.mastodon.webhook import OWN_PAGE
from conversations.facts import Visibility

if TYPE_CHECKING:
    from channels.base import File
    from conversations.messages import Message

STATUS_LIMIT = 500
"""The usual ``max_characters``."""
URL_LENGTH = 23
"""Characters that any address counts."""
MENTION_RESERVE = 32
"""Kept free for the customer's name, without which nobody is notified: an ``@``, 30 characters at most, and a blank."""
IMAGES_MOST = 4
IMAGE_BYTES = 16 * 1024 * 1024
IMAGE_KINDS = ("image/png", "image/jpeg", "image/webp")
"""Pictures that are ready at once; films and moving pictures are converted first."""
CLOCK_SLACK = 2000


class MastodonSender(Sender):
    """Sends to Mastodon."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """No window closes: a week later, everything is as it was."""
        limit = max(whole_number(situation.options.get("max_characters"), STATUS_LIMIT) - MENTION_RESERVE, 1)
        files = Files(IMAGES_MOST, dict.fromkeys(IMAGE_KINDS, IMAGE_BYTES))
        if situation.visibility is Visibility.PRIVATE:
            return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, limit, "graphemes", files=files)]
        public = Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, limit, "graphemes", files=files)
        if situation.private_reply_used or not situation.customer_id:
            return [public]
        return [public, Route(Way.PRIVATE_REPLY, Visibility.PRIVATE, limit, "graphemes", files=files)]

    def measure(self, text: str, way: Way) -> int:
        """Graphemes; an address counts 23 of them, and a name on another server only up to its second ``@``."""
        return _text.graphemes(_REMOTE.sub(r"@\1", _URL.sub("x" * URL_LENGTH, text)))

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        """Sent under our own id as ``Idempotency-Key``, so that a lost answer is simply asked for again."""
        answered = _answered(message, credentials)
        handle = _handle(message, answered, credentials)
        text = as_text(message.text) or ""
        body: dict[str, Any] = {
            "status": text if _mentions(text, handle) else f"@{handle} {text}",
            "visibility": _visibility_of(message, answered),
            "media_ids": [_upload(file, credentials) for file in message.files],
        }
        if answered:
            body["in_reply_to_id"] = as_id(answered.get("id"))
        headers = {"Idempotency-Key": message.id}
        sent = as_id(json_object(call("POST", "v1/statuses", credentials, document=body, headers=headers)).get("id"))
        if sent is None:
            raise TransientFailure(Reason.RETRY, "no_id")
        return sent

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        statuses, _ = own_statuses("", OWN_PAGE, credentials)
        found = [
            (at, status_id)
            for status in statuses
            if (at := as_millis(status.get("created_at"))) is not None
            and at >= message.attempted_at - CLOCK_SLACK
            and (status_id := as_id(status.get("id")))
            and status_id not in message.others
            and _normal(status_text(status) or "") == _normal(message.text)
        ]
        return min(found)[1] if found else None

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        if message.direction == "outbound":
            return (Moderation.EDIT, Moderation.DELETE) if message.platform_id and not message.deleted else ()
        if message.direction != "inbound":
            return ()
        author = (Moderation.BLOCK, Moderation.UNBLOCK) if message.author.id else ()
        return author if message.deleted else (Moderation.LIKE, Moderation.UNLIKE, *author)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        status = f"v1/statuses/{quote(target, safe='')}"
        if moderation is Moderation.EDIT:
            call("PUT", status, credentials, document=_revised(status, text, credentials))
        elif moderation is Moderation.DELETE:
            call("DELETE", status, credentials)
        elif moderation in (Moderation.LIKE, Moderation.UNLIKE):
            verb = "favourite" if moderation is Moderation.LIKE else "unfavourite"
            call("POST", f"{status}/{verb}", credentials)
        elif moderation in (Moderation.BLOCK, Moderation.UNBLOCK):
            call("POST", f"v1/accounts/{quote(target, safe='')}/{moderation}", credentials)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")


def _answered(message: Outbound, credentials: Credentials) -> dict[str, Any]:
    """The post that is answered, as it stands now; empty for a chat of which no post is known.

    Raises ``PermanentFailure`` (gone) where it was deleted: an answer to it would reach nobody.
    """
    target = message.reply_to_id or message.branch_id or message.thread_id
    if target.startswith(DIRECT):
        return {}
    path = f"v1/statuses/{quote(target, safe='')}"
    status = json_object(call("GET", path, credentials))
    if message.reply_to_id or not message.customer_id or _author_id(status) == message.customer_id:
        return status
    # The thread began with somebody else's post: the customer's last one in it is meant.
    below = json_list(json_object(call("GET", f"{path}/context", credentials)).get("descendants"))
    theirs = [each for each in map(json_object, below) if _author_id(each) == message.customer_id]
    return theirs[-1] if theirs else status


def _author_id(status: dict[str, Any]) -> str | None:
    return as_id(json_object(status.get("account")).get("id"))


def _handle(message: Outbound, answered: dict[str, Any], credentials: Credentials) -> str:
    """The customer's address, by which they are notified."""
    person = json_object(answered.get("account"))
    if message.customer_id and as_id(person.get("id")) != message.customer_id:
        person = json_object(call("GET", f"v1/accounts/{quote(message.customer_id, safe='')}", credentials))
    handle = as_words(person.get("acct"))
    if handle is None:
        raise PermanentFailure(Reason.GONE, "no_customer")
    return handle


def _visibility_of(message: Outbound, answered: dict[str, Any]) -> str:
    """As visible as what is answered, and never more; what was not public goes to the person alone."""
    visibility = as_words(answered.get("visibility"))
    return str(visibility) if message.way is Way.PUBLIC_REPLY and visibility in PUBLIC else "direct"


def _mentions(text: str, handle: str) -> bool:
    return re.search(rf"(?<![\w/@])@{re.escape(handle)}(?![\w@-])", text, re.IGNORECASE) is not None


def _upload(file: File, credentials: Credentials) -> str:
    """Put a picture onto the server, where nobody sees it yet; done twice, one is left lying and swept away."""
    media = call("POST", "v2/media", credentials, files={"file": (file.name, file.content, file.mime)})
    upload = as_id(json_object(media).get("id"))
    if upload is None:
        raise TransientFailure(Reason.RETRY, "no_upload")
    return upload


def _revised(status: str, text: str, credentials: Credentials) -> dict[str, Any]:
    """Return what an edited post is to be: its new text behind the names it began with, and all else as it was."""
    stands = json_object(call("GET", status, credentials))
    source = json_object(call("GET", f"{status}/source", credentials))
    began = _NAMES.match(str(source.get("text") or ""))
    names = began[0].strip() if began else ""
    media = [found for each in json_list(stands.get("media_attachments")) if (found := as_id(each.get("id")))]
    body: dict[str, Any] = {
        "status": text if not names or text.lstrip().startswith("@") else f"{names} {text}",
        "spoiler_text": as_words(source.get("spoiler_text")) or "",
        "sensitive": stands.get("sensitive") is True,
        "media_ids": media,
    }
    return body | ({"language": stands["language"]} if as_words(stands.get("language")) else {})


_NAMES = re.compile(r"(?:@[A-Za-z0-9_.@-]+\s+)+")
_URL = re.compile(r"https?://(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#][^\s<>]*[^\s<>.,;:!?'\")\]])?")
_REMOTE = re.compile(r"(?<![=/\w])@([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)@[\w-]+(?:\.[\w-]+)+")
_ANY_NAME = re.compile(r"@[A-Za-z0-9_.@-]+")


def _normal(text: str) -> str:
    """A text without the names in it, which are shown shortened, and with single blanks."""
    return " ".join(_ANY_NAME.sub(" ", as_text(text) or "").split())

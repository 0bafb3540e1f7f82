"""Sends to Telegram: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels import _transport
from channels._values import as_text
from channels.base import (
    Files,
    Moderation,
    PermanentFailure,
    Reason,
    Route,
    Sender,
    Situation,
    Way,
    json_object,
)
from channels.telegram.api import Migrated, call
from channels.telegram.chats import Place, number_or_text, place_of
from conversations.facts import Visibility

if TYPE_CHECKING:
    from channels.base import Credentials, File, Outbound
    from conversations.messages import Message

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
CHOICE_BYTES = 64
"""The most a button can carry back."""
PHOTO_BYTES, FILE_BYTES = 10_000_000, 50_000_000
BUSINESS_WINDOW = 24 * 3_600_000
"""Milliseconds after the customer's last message in which a bot may write in a chat of a business."""
LIKED = "👍"


class TelegramSender(Sender):
    """Sends to Telegram."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        if situation.visibility is Visibility.PUBLIC:
            return [Route(Way.PUBLIC_REPLY, Visibility.PUBLIC, TEXT_LIMIT, "utf16", files=_FILES)]
        end = self.window_ends_at(situation)
        if not situation.customer_id or (end is not None and now >= end):
            return []
        return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, TEXT_LIMIT, "utf16", until=end, files=_FILES)]

    def window_ends_at(self, situation: Situation) -> int | None:
        """The bot's own chats have no window; those of a business have one of a day."""
        if situation.visibility is Visibility.PUBLIC or ":" not in situation.thread_id:
            return None
        return (situation.last_customer_message_at or 0) + BUSINESS_WINDOW

    def measure(self, text: str, way: Way) -> int:
        """UTF-16 units, in which Telegram counts: never fewer than characters."""
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        chat = _chat_of(message)
        method, fields, files = _letter(message, chat)
        try:
            sent = call(method, fields, credentials, files, repeatable=False)
        except Migrated as moved:
            # The group became a supergroup, in which the old messages cannot be answered.
            chat = Place(moved.chat_id, "")
            fields = {name: value for name, value in fields.items() if name != "reply_parameters"}
            sent = call(method, {**fields, "chat_id": moved.chat_id}, credentials, files, repeatable=False)
        return f"{chat.key}:{_transport.sent_id(json_object(sent).get('message_id'))}"

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        """A bot cannot read what it wrote."""
        raise PermanentFailure(Reason.BAD, "cannot_look")

    def moderations(self, message: Message) -> tuple[Moderation, ...]:
        if message.direction == "outbound":
            return (Moderation.EDIT, Moderation.DELETE) if message.platform_id and not message.deleted else ()
        place = place_of(message.id)
        if message.direction != "inbound" or message.deleted or place is None or place.business:
            return ()
        liking = (Moderation.LIKE, Moderation.UNLIKE)
        return liking if message.visibility is Visibility.PRIVATE else (*liking, Moderation.DELETE)

    def try_moderate(
        self,
        moderation: Moderation,
        target: str,
        credentials: Credentials,
        text: str = "",
        customer_id: str | None = None,
    ) -> None:
        place = place_of(target)
        if place is None:
            raise PermanentFailure(Reason.BAD, "no_id")
        spot = {**place.fields(), "message_id": number_or_text(target.rpartition(":")[2])}
        if moderation is Moderation.EDIT:
            _edit(spot, text, credentials)
        elif moderation is Moderation.DELETE and place.business:
            spot["message_ids"] = [spot.pop("message_id")]
            del spot["chat_id"]
            call("deleteBusinessMessages", spot, credentials)
        elif moderation is Moderation.DELETE:
            call("deleteMessage", spot, credentials)
        elif moderation in (Moderation.LIKE, Moderation.UNLIKE):
            spot["reaction"] = [{"type": "emoji", "emoji": LIKED}] if moderation is Moderation.LIKE else []
            call("setMessageReaction", spot, credentials)
        else:
            raise PermanentFailure(Reason.BAD, "no_moderation")


_FILES = Files(
    1,
    {
        "image/jpeg": PHOTO_BYTES,
        "image/png": PHOTO_BYTES,
        "image/*": FILE_BYTES,
        "video/*": FILE_BYTES,
        "audio/*": FILE_BYTES,
        "text/*": FILE_BYTES,
        "application/*": FILE_BYTES,
    },
    limit=CAPTION_LIMIT,
)


def _chat_of(message: Outbound) -> Place:
    """A private thread is a chat; a public one begins with a message of it."""
    if message.way is Way.PUBLIC_REPLY:
        place = place_of(message.thread_id) or place_of(message.reply_to_id or "")
        if place is None:
            raise PermanentFailure(Reason.BAD, "no_chat")
        return place
    business, _, chat_id = message.thread_id.rpartition(":")
    return Place(chat_id, business)


def _letter(message: Outbound, chat: Place) -> tuple[str, dict[str, Any], dict[str, tuple[str, bytes, str]] | None]:
    """The method, its fields, and the file that goes along."""
    fields, text = chat.fields(), as_text(message.text) or ""
    if answered := _answered(message, chat):
        # In a topic, an answer stands where the answered message does; to what was deleted there is no answer.
        fields["reply_parameters"] = {"message_id": answered}
    buttons = [
        [{"text": each.title, "callback_data": each.payload}]
        for each in message.choices
        if 0 < len(each.payload.encode()) <= CHOICE_BYTES
    ]
    if buttons:
        fields["reply_markup"] = {"inline_keyboard": buttons}
    if not message.files:
        return "sendMessage", {**fields, "text": text}, None
    file, *more = message.files
    if more:
        raise PermanentFailure(Reason.BAD, "too_many_files")
    if len(text.encode("utf-16-le")) // 2 > CAPTION_LIMIT:
        raise PermanentFailure(Reason.BAD, "caption_too_long")
    method, part = _method(file)
    return method, {**fields, **({"caption": text} if text else {})}, {part: (file.name, file.content, file.mime)}


def _answered(message: Outbound, chat: Place) -> int | str | None:
    """In a group the message that is answered, or else the one that began the thread; in private it is plain without.

    Another chat's message cannot be answered here: the group was migrated meanwhile.
    """
    if message.way is not Way.PUBLIC_REPLY:
        return None
    candidates = (message.reply_to_id, message.branch_id, message.thread_id)
    named = next((each for each in candidates if each and place_of(each) == chat), None)
    return number_or_text(named.rpartition(":")[2]) if named else None


def _method(file: File) -> tuple[str, str]:
    if file.mime in ("image/jpeg", "image/png") and len(file.content) <= PHOTO_BYTES:
        return "sendPhoto", "photo"
    if file.mime == "video/mp4":
        return "sendVideo", "video"
    if file.mime in ("audio/mpeg", "audio/mp4"):
        return "sendAudio", "audio"
    return "sendDocument", "document"


def _edit(spot: dict[str, Any], text: str, credentials: Credentials) -> None:
    words = as_text(text) or ""
    try:
        call("editMessageText", {**spot, "text": words}, credentials)
    except PermanentFailure as failure:
        if failure.code == "400:no_text":  # it is a file, and what it says is its caption
            _edit_caption(spot, words, credentials)
        elif failure.code != NOT_MODIFIED:
            raise


def _edit_caption(spot: dict[str, Any], text: str, credentials: Credentials) -> None:
    try:
        call("editMessageCaption", {**spot, "caption": text}, credentials)
    except PermanentFailure as failure:
        if failure.code != NOT_MODIFIED:
            raise


NOT_MODIFIED = "400:not_modified"

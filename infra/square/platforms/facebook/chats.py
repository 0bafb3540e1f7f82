"""The private side of the Page: Messenger chats, with echoes and receipts."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from infra.square.platforms.facebook.events import echo_content, message_content, messaging
from infra.square.platforms.facebook.model import Chat, Message

if TYPE_CHECKING:
    from infra.square.platforms.facebook.account import Account

EMOJI = {"love": "❤", "smile": "😆", "wow": "😮", "sad": "😢", "angry": "😠", "like": "👍", "dislike": "👎"}


class Chats:
    """One chat per person. Whatever happens is told to the listener."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.by_person: dict[str, Chat] = {}

    def of(self, person_id: str) -> Chat:
        if person_id not in self.by_person:
            self.by_person[person_id] = Chat(person_id, "t_" + self._account.new_number())
        return self.by_person[person_id]

    def find(self, mid: str) -> tuple[Chat, Message] | None:
        for chat in self.by_person.values():
            if message := chat.message(mid):
                return chat, message
        return None

    def receive(self, person_id: str, text: str, *, standby: bool = False, **content: Any) -> Message:
        """The person writes."""
        chat = self._act(person_id)
        message = Message(_new_mid(), person_id, text, self._now(), **content)
        chat.messages.append(message)
        self._tell_from(person_id, "messages", standby=standby, message=message_content(message))
        return message

    def send(self, person_id: str, text: str, *, standby: bool = False, **content: Any) -> Message:
        """The Page writes, whoever holds its pen; an echo tells all its tools, a receipt that it arrived."""
        chat, now = self.of(person_id), self._now()
        message = Message(_new_mid(), self._account.page_id, text, now, **content)
        chat.messages.append(message)
        echo = messaging(self._account.page_id, person_id, now, message=echo_content(message))
        self._account.publish_messaging("message_echoes", echo, standby=standby)
        self._tell_from(person_id, "message_deliveries", delivery={"mids": [message.mid], "watermark": now})
        return message

    def edit(self, chat: Chat, message: Message, text: str) -> None:
        message.text = text
        message.edits += 1
        content = {"mid": message.mid, "text": text, "num_edit": message.edits}
        self._tell_from(chat.person_id, "message_edits", message_edit=content)

    def react(self, chat: Chat, message: Message, reaction: str | None) -> None:
        before = message.reactions.get(chat.person_id)
        if before == reaction:
            return
        self._act(chat.person_id)
        content: dict[str, Any] = {"mid": message.mid, "action": "react" if reaction else "unreact"}
        if reaction:
            message.reactions[chat.person_id] = reaction
            content |= {"reaction": reaction, "emoji": EMOJI.get(reaction, "❤")}
        else:
            del message.reactions[chat.person_id]
        self._tell_from(chat.person_id, "message_reactions", reaction=content)

    def read(self, person_id: str) -> None:
        """The person has seen all there is."""
        chat = self.of(person_id)
        if chat.messages and chat.read_until < chat.messages[-1].created:
            chat.read_until = self._now()
            self._tell_from(person_id, "message_reads", read={"watermark": chat.read_until})

    def press(self, person_id: str, title: str, payload: str) -> str:
        """The person presses a button."""
        self._act(person_id)
        mid = _new_mid()
        content = {"mid": mid, "title": title, "payload": payload}
        self._tell_from(person_id, "messaging_postbacks", postback=content)
        return mid

    def snapshot(self) -> list[dict[str, Any]]:
        return [chat.to_dict() for chat in self.by_person.values()]

    def restore(self, stored: list[dict[str, Any]]) -> None:
        self.by_person = {each["person_id"]: Chat.from_dict(each) for each in stored}

    def _act(self, person_id: str) -> Chat:
        chat = self.of(person_id)
        chat.last_action = self._now()
        return chat

    def _now(self) -> int:
        return self._account.clock.now()

    def _tell_from(self, person_id: str, subscribed_as: str, *, standby: bool = False, **content: Any) -> None:
        event = messaging(person_id, self._account.page_id, self._now(), **content)
        self._account.publish_messaging(subscribed_as, event, standby=standby)


def _new_mid() -> str:
    return "m_" + secrets.token_urlsafe(48)

"""People who speak for the company in public: who gave an answer that was accepted or that helped, and who praises it.

They are found in public conversations as those are stored; nothing is kept of it, and nobody gets a score. So what is
erased is gone from here, too. Everything that is shown was said in public by the person themselves.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

import classification
from application import safe_names
from classification import Meaning, Said, Speaker
from conversations.actions import State, Verb, is_undone
from conversations.customer import is_customers
from conversations.facts import Visibility
from shared import texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from application.loading import LoadedConversation
    from conversations.facts import Author
    from conversations.messages import Message

Person = tuple[str, str, str]
"""Channel, connection and the person's id there."""
LIKED = frozenset({"4", "5", "positive"})
"""Ratings of a review that recommend."""
LONGEST = 500
"""Characters of a message that are shown."""
_NOT_SENT = frozenset({State.FAILED, State.CANCELLED})


class Cause(StrEnum):
    """Reason for which somebody is listed."""

    ACCEPTED = "accepted"
    """Their answer to somebody else was accepted as the solution."""
    HELPED = "helped"
    """The person who asked said that their answer helped."""
    RATED = "rated"
    """Their review recommends."""
    PRAISED = "praised"


class Words(Struct, frozen=True):
    """A message in which somebody spoke for the company."""

    conversation: str
    message: str
    cause: Cause
    at: int
    """Milliseconds."""
    text: str
    permalink: str | None
    team: str
    suggestion: str
    """Words of thanks, in the language of the message, which an agent may change."""
    thanked_at: int = 0
    """Time of our thanks for it (milliseconds); 0 for never."""


class Advocate(Struct, frozen=True):
    """Somebody who speaks for the company."""

    channel: str
    connection: str
    author: Author
    words: tuple[Words, ...]
    """The latest first."""
    audience: int | None = None
    """Number of followers, where a search that found a post of theirs was told it."""

    @property
    def person(self) -> Person:
        """Return channel, connection and id."""
        return self.channel, self.connection, self.author.id or ""

    @property
    def last_thanked_at(self) -> int:
        """Return when they were last thanked (milliseconds); 0 for never."""
        return max(each.thanked_at for each in self.words)


def words_in(conversation: LoadedConversation) -> list[tuple[Author, Words]]:
    """Return what people said for the company in a public conversation, in its order."""
    head = conversation.head
    if head.identity.visibility != Visibility.PUBLIC:
        return []
    messages = conversation.messages()
    causes = _causes(conversation, messages)
    return [
        (message.author, _words(conversation, message, messages, causes[message.id]))
        for message in messages
        if message.id in causes
    ]


def by_person(found: Iterable[tuple[Person, Author, Words]], most: int) -> list[Advocate]:
    """Return each person with what they said, the latest first; ``most`` messages of each."""
    said: dict[Person, list[tuple[Author, Words]]] = {}
    for person, author, words in found:
        said.setdefault(person, []).append((author, words))
    advocates = []
    for (channel, connection, _), spoken in said.items():
        latest = sorted(spoken, key=lambda each: each[1].at, reverse=True)
        author = next((each for each, _ in latest if each.name), latest[0][0])
        advocates.append(Advocate(channel, connection, author, tuple(words for _, words in latest[:most])))
    return sorted(advocates, key=lambda each: (-each.words[0].at, each.person))


def _causes(conversation: LoadedConversation, messages: Sequence[Message]) -> dict[str, Cause]:
    """Return the messages that speak for the company, each with why."""
    helped = _helpful(conversation, messages)
    causes: dict[str, Cause] = {}
    for message in messages:
        if not _is_proven(message):
            continue
        is_other = not is_customers(conversation.head, message)
        if message.accepted and is_other:
            causes[message.id] = Cause.ACCEPTED
        elif message.id in helped:
            causes[message.id] = Cause.HELPED
        elif message.rating in LIKED:
            causes[message.id] = Cause.RATED
        elif not message.rating and classification.praises(message.text):
            causes[message.id] = Cause.PRAISED
    return causes


def _helpful(conversation: LoadedConversation, messages: Sequence[Message]) -> set[str]:
    """Return the ids of tips after which the person who asked said that it works: the last one before that."""
    head = conversation.head
    said = [Said(each.author.id, each.text or "", _known(conversation, each)) for each in messages]
    helped, tip = set(), ""
    for message, speaker in zip(messages, classification.speakers(said), strict=True):
        if speaker == Speaker.HELPER:
            tip = message.id
        elif speaker == Speaker.COMPANY and message.direction == "outbound":
            tip = ""  # it may have been ours that helped
        elif tip and is_customers(head, message) and classification.meaning(message.text or "") == Meaning.SOLVED:
            helped.add(tip)
    return helped


def _known(conversation: LoadedConversation, message: Message) -> Speaker | None:
    if message.direction != "inbound":
        return Speaker.COMPANY
    if message.speaker in set(Speaker):
        return Speaker(message.speaker)
    return Speaker.CUSTOMER if is_customers(conversation.head, message) else None


def _is_proven(message: Message) -> bool:
    """Return whether a message stands in public, and is by the person it names."""
    is_there = message.direction == "inbound" and not (message.deleted or message.hidden)
    is_theirs = bool(message.author.id) and not (message.unproven or message.automatic or message.forwarded)
    return is_there and is_theirs and message.speaker != Speaker.COMPANY


def _words(conversation: LoadedConversation, message: Message, messages: Sequence[Message], cause: Cause) -> Words:
    text = message.text or ""
    return Words(
        conversation=conversation.id,
        message=message.id,
        cause=cause,
        at=message.sent_at,
        text=text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…",
        permalink=message.permalink,
        team=conversation.head.identity.team,
        suggestion=_suggestion(message, cause),
        thanked_at=max(_thanked_here(conversation, message), _thanked_in_words(conversation, message, messages)),
    )


def _thanked_here(conversation: LoadedConversation, message: Message) -> int:
    """Return when an agent, or the rule of accepted answers, thanked for a message."""
    done = (
        each.at
        for each in conversation.actions
        if each.verb == Verb.REPLY
        and each.answers in (message.id, message.platform_id)
        and each.state not in _NOT_SENT
        and not is_undone(each)
    )
    return max(done, default=0)


def _thanked_in_words(conversation: LoadedConversation, message: Message, messages: Sequence[Message]) -> int:
    """Return when we last answered a message with words of thanks, from here or on the platform."""
    is_asker = is_customers(conversation.head, message)
    names = {message.id, message.platform_id or message.id}
    done = (
        each.sent_at
        for each in messages
        if each.direction == "outbound"
        and each.sent_at >= message.sent_at
        and each.state not in _NOT_SENT
        and (each.about in names or each.parent_id in names or (is_asker and not each.about))
        and classification.gives_thanks(each.text)
    )
    return max(done, default=0)


def _suggestion(message: Message, cause: Cause) -> str:
    language = classification.language_of(message.text or "") or "en"
    name = safe_names.published(message.author.name)
    if cause in (Cause.ACCEPTED, Cause.HELPED):
        return (
            texts.text("thanks.helped", language, helper=name)
            if name
            else texts.text("thanks.helped_nameless", language)
        )
    return (
        texts.text("thanks.praised", language, helper=name) if name else texts.text("thanks.praised_nameless", language)
    )

"""Forwards to people without a seat: what their mail says, and their answers, which become notes of the team."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from application import commands, loading
from conversations.actions import OUTBOX, Action, Quotation, State, Verb, is_undone
from conversations.facts import Author
from conversations.identity import action_id
from conversations.normalization import single_line
from shared import texts
from storage import conversations, forwards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from application.commands import Context
    from application.loading import LoadedConversation
    from channels.email import ForwardAnswer, ForwardReport
    from conversations.messages import Message

LONGEST_FORWARDED = 20_000
"""Characters of messages that go along; of a longer conversation it is the newest ones."""
LONGEST_NAME = 100
_UNSENT = frozenset({State.QUEUED, State.SENDING, State.FAILED, State.CANCELLED})
_LEFT = frozenset({*OUTBOX, State.SENT})


class Outcome(StrEnum):
    """Result of taking in an answer to a forward."""

    NOTED = "noted"
    STRANGER = "stranger"
    """Its sender is not the person to whom the forward went, or nobody vouches for that."""
    GONE = "gone"
    """The forward, or its conversation, was erased or has expired."""


class Origin(Struct, frozen=True):
    """The connection of a mail that came in, and how its files are kept."""

    connection: str
    keep_files: Callable[[str], Sequence[str]]
    """Keeps the mail's files in a conversation, the same ones each time; returns their ids."""


def forwarded_messages(conversation: LoadedConversation, message_id: str) -> list[Message]:
    """Return what a forward of one message hands on, or with an empty id of all of them.

    Notes of the team stay here, and so does what was removed, or did not leave.
    """
    return [
        each
        for each in conversation.messages()
        if each.direction != "note"
        and not each.deleted
        and (each.direction == "inbound" or each.state not in _UNSENT)
        and message_id in ("", each.id)
    ]


def forwarded_text(conversation: LoadedConversation, action: Action) -> Quotation:
    """Return what stands below the agent's comment: the messages as they are now, as far as they were there then."""
    language = action.language if action.language in texts.LANGUAGES else texts.LANGUAGES[0]
    there = [each for each in forwarded_messages(conversation, action.target) if each.sent_at <= action.at]
    parts: list[str] = []
    left = LONGEST_FORWARDED
    for message in reversed(there):
        part = f"{_heading(message, language)}\n{_words(message)}"
        if len(part) > left and parts:
            parts.append(texts.text("forward.left_out", language))
            break
        parts.append(part[:left])
        left -= len(part)
    introduction = texts.text("forward.introduction", language, who=_shown(conversation.head.customer, language))
    return Quotation(introduction, "\n\n".join(reversed(parts)))


def _heading(message: Message, language: str) -> str:
    at = datetime.fromtimestamp(message.sent_at / 1000, UTC)
    return texts.text("forward.heading", language, at=at, who=_shown(message.author, language))


def _shown(author: Author, language: str) -> str:
    """Return a name. Addresses and numbers of customers stay here, unless the agent writes them."""
    return single_line(author.name or "")[:LONGEST_NAME] or texts.text("forward.nameless", language)


def _words(message: Message) -> str:
    """Return the words of a message, with what its author forwarded."""
    parts = (message.title, message.text, message.folded if message.forwarded or not message.text else None)
    return "\n".join(part for part in parts if part)


# -- answers ----------------------------------------------------------------------------------------------------------


def take_answer(answer: ForwardAnswer, is_recipient: Callable[[str, str], bool], origin: Origin, now: int) -> Outcome:
    """Take the answer of the person in who got a forward: a note that names the agents whom it concerns.

    ``is_recipient`` says whether two addresses are one. Done twice, it is one note. Raises ``Conflict``.
    """
    found = find(answer.reference, origin.connection)
    if found is None:
        return Outcome.GONE
    forward, conversation = found
    if not answer.proven or not any(is_recipient(each, answer.address) for each in forward.to):
        return Outcome.STRANGER
    kept = tuple(origin.keep_files(conversation.id))

    def decide(now_there: LoadedConversation, context: Context) -> list[Action]:
        return _noted(now_there, forward, answer, kept, context.at)

    return Outcome.NOTED if commands.execute(conversation.id, decide, lambda: now) else Outcome.GONE


def find(reference: str, connection: str) -> tuple[Action, LoadedConversation] | None:
    """Return the forward that a connection sent under a reference, and its conversation."""
    forwarded = forwards.find(reference)
    conversation = loading.load(forwarded.conversation) if forwarded else None
    if forwarded is None or conversation is None:
        return None
    forward = next((each for each in _forwards(conversation.actions) if each.id == forwarded.action_id), None)
    return (forward, conversation) if forward and forward.connection == connection else None


def _forwards(actions: Iterable[Action]) -> list[Action]:
    return [each for each in actions if each.verb == Verb.FORWARD and not is_undone(each)]


def _noted(
    conversation: LoadedConversation, forward: Action, answer: ForwardAnswer, files: tuple[str, ...], at: int
) -> list[Action]:
    """Return the note; none where the same mail was taken in before."""
    content = f"{answer.message_id}\0{answer.address}\0{answer.text}"
    note_id = action_id(at, blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    if any(each.target == forward.id and each.id[13:] == note_id[13:] for each in conversation.actions):
        return []
    holder = conversation.head.assignee
    agents = dict.fromkeys([forward.by.id, holder.id if holder else None])
    name = single_line(answer.name)[:LONGEST_NAME]
    by = Author(answer.address, f"{name} <{answer.address}>" if name else answer.address)
    note = Action(
        note_id,
        at,
        Verb.NOTE,
        by,
        heard=conversation.head.heard,
        text=answer.text,
        target=forward.id,
        mentions=tuple(each for each in agents if each),
        files=files,
    )
    return [note]


def note_report(report: ForwardReport, connection: str) -> bool:
    """Note what became of a forward that went out; returns whether it is still here. Raises ``Conflict``."""
    found = find(report.reference, connection)
    if found is None or found[0].id != report.action_id:
        return False
    forward, conversation = found
    sent = replace(forward, platform_id=report.platform_id, lease_until=0)
    if report.failure:
        after = replace(sent, state=State.FAILED, reason=report.failure)
    else:
        after = replace(sent, state=State.DELIVERED if report.arrived else State.SENT, reason="")
    is_earlier = forward.platform_id not in ("", report.platform_id)  # an agent had it sent once more since
    if (
        forward.state in (_LEFT | {State.DELIVERED} if report.failure else _LEFT)
        and not is_earlier
        and after != forward
    ):
        conversations.change_delivery(conversation.id, forward, after)
    return True

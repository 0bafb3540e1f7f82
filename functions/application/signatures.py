"""The team's words below a mail, in the language in which its conversation is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from application.planning_context import language_spoken

if TYPE_CHECKING:
    from application.loading import LoadedConversation


class Signature(NamedTuple):
    """The words below a mail, and the language of all that stands around its text."""

    text: str
    language: str


def signature_of(conversation: LoadedConversation, language: str = "") -> Signature:
    """Return the signature of a conversation's team, in its other language if it has none in this one.

    The language is that of the conversation, unless one is given.
    """
    team = conversation.rules(conversation.head.identity.team)
    language = language or language_spoken(conversation.head, conversation.messages()) or team.language
    return Signature(team.signature.get(language) or next(iter(team.signature.values()), ""), language)

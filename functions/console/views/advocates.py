"""People who speak for the company, as the API shows them: what they said in public, and when they were thanked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.times import when
from storage import customers

if TYPE_CHECKING:
    from application.advocates import Advocate, Words

Json = dict[str, Any]


def advocate(advocate: Advocate) -> Json:
    """Return somebody with what they said."""
    return {
        "id": customers.digest(*advocate.person),
        "channel": advocate.channel,
        "connection": advocate.connection,
        "name": advocate.author.name,
        "handle": advocate.author.handle,
        "audience": advocate.audience,
        "last_thanked_at": when(advocate.last_thanked_at or None),
        "said": [_words(each) for each in advocate.words],
    }


def _words(words: Words) -> Json:
    return {
        "conversation": words.conversation,
        "message": words.message,
        "team": words.team,
        "cause": words.cause,
        "at": when(words.at),
        "text": words.text,
        "permalink": words.permalink,
        "suggestion": words.suggestion,
        "thanked_at": when(words.thanked_at or None),
    }

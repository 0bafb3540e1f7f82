"""Search of public posts: words that all must stand in a text, phrases, words that must not, and operators."""

from __future__ import annotations

import re

TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')


def found_by(query: str, text: str, day: str = "") -> bool:
    """Return whether a text has all terms of a query; ``OR`` between two terms permits either.

    ``after:2026-11-30`` is compared with ``day``; other operators (``in:public``, ``lang:de``) hold for all posts.
    """
    lowered = text.lower()
    groups: list[bool] = []
    is_alternative = False
    for sign, phrase, word in TERM.findall(query.replace("(", " ").replace(")", " ")):
        if word == "OR":
            is_alternative = True
            continue
        name, colon, value = word.partition(":")
        if colon and name.isalpha():
            holds = name != "after" or not day or day > value
        else:
            holds = _stands_in(phrase or word, lowered) != bool(sign)
        if is_alternative and groups:
            groups[-1] = groups[-1] or holds
        else:
            groups.append(holds)
        is_alternative = False
    return all(groups)


def _stands_in(term: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(term.lower())}(?!\w)", text) is not None

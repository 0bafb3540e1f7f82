"""Accounts whose posts stand above a found one, as digests: who wrote what it answers, and who began its thread. Pure.

They are others than whom we answer, and are needed for one question alone: whether one of them is a competitor's. So
nothing is kept that names them, and the erasure of a person has nothing to find here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations import identity
from conversations.plain_letters import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conversations.facts import Author

MOST = 100
"""Digests that are kept of one post."""


def digests_of(authors: Iterable[Author]) -> tuple[str, ...]:
    """Return the digests of what some accounts are called: their ids, all their handles, and their names."""
    digests = (digest for author in authors for digest in _digests(author))
    return tuple(dict.fromkeys(digests))[:MOST]


def are_any_of(above: Iterable[str], accounts: Iterable[str]) -> bool:
    """Return whether one of the accounts above is among some, which are named by ids, handles or names."""
    known = frozenset(above)
    return bool(known) and any(not known.isdisjoint((_of_account(each), _of_name(each))) for each in accounts)


def account(name: str) -> str:
    """Return an id or a handle as it is compared."""
    return name.strip().removeprefix("@").casefold()


def person(name: str) -> str:
    """Return the name of a person or a company as it is compared."""
    return folded(name).strip()


def _digests(author: Author) -> Iterable[str]:
    yield from (_of_account(name) for name in (author.id, *(author.handle or "").split()) if name)
    if author.name and person(author.name):
        yield _of_name(author.name)


def _of_account(name: str) -> str:
    return identity.digest(f"account\0{account(name)}", 8)


def _of_name(name: str) -> str:
    return identity.digest(f"name\0{person(name)}", 8)

"""Sign-ins on platforms that administrators began, by the digest of their state: the table alone finishes none.

The stream leaves them out, by their sort key ``@``. What is secret of them is kept by ``aws.sign_in_secrets``.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from storage import table
from storage.schema import Schema, flag

if TYPE_CHECKING:
    from storage.keys import Key

MARK = "@"


class SignIn(Struct, frozen=True):
    """A sign-in that waits for the platform's answer, and what is to be connected by it."""

    agent: str
    """The administrator who began it; nobody else finishes it."""
    channel: str
    name: str
    team: str = ""
    renews: bool = False
    """The connection is there, and gets a new token."""


SIGN_IN = Schema(SignIn, agent="a", channel="ch", name="n", team="t", renews=flag("rn"))


def digest_of(state: str) -> str:
    """Return the digest under which a sign-in is kept."""
    return sha256(state.encode()).hexdigest()


def put(digest: str, sign_in: SignIn, ends: int) -> None:
    """Keep a sign-in until a time, in seconds since 1970."""
    table.put(SIGN_IN.item(_key(digest), sign_in, ends))


def redeem(digest: str, agent: str, now: int) -> SignIn | None:
    """Return an agent's sign-in that has no answer yet and has not ended, and mark it as answered; else None.

    ``now`` is in milliseconds.
    """
    return _mark(digest, "used", "attribute_not_exists(used)", agent, now)


def choose(digest: str, agent: str, now: int) -> SignIn | None:
    """Return an agent's sign-in that was answered, and mark that its account is chosen; None for any other."""
    return _mark(digest, "chosen", "attribute_exists(used) AND attribute_not_exists(chosen)", agent, now)


def _mark(digest: str, mark: str, condition: str, agent: str, now: int) -> SignIn | None:
    try:
        item = table.change(
            _key(digest),
            f"SET {mark} = :now",
            f"attribute_exists(pk) AND {condition} AND a = :agent AND expires > :second",
            None,
            now=now,
            agent=agent,
            second=now // 1000,
        )
    except table.Conflict:
        return None
    return SIGN_IN.read(item)


def _key(digest: str) -> Key:
    return f"sign-in#{digest}", MARK

"""The conversation that a mail belongs to, by addresses that only we can make."""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from channels._mail_headers import mailboxes
from channels.base import (
    Credentials,
    Reason,
    TransientFailure,
    json_list,
)
from channels.email.mails import Heads

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"([a-z2-7]{20})([a-z2-7]{10})")
OURS = "nachfrage"


def thread_id(root: str) -> str:
    """The id of a thread: its first mail's id as 20 letters, which fit into an address."""
    return b32encode(blake2b(root.encode("utf-8", "replace"), digest_size=12).digest()).decode().rstrip("=").lower()


def thread_token(thread: str, credentials: Credentials) -> str:
    """The thread, and a proof that we wrote it there: 30 letters."""
    key = credentials.secrets.get("reply_key", "")
    if not key:
        raise TransientFailure(Reason.AUTH, "no_reply_key")
    proof = hmac.digest(key.encode(), thread.encode(), "sha256")[:6]
    return thread + b32encode(proof).decode().rstrip("=").lower()


def reply_address(thread: str, credentials: Credentials) -> str:
    """Return where an answer in this thread goes: ``support+<token>@…``, which SES delivers like ``support@…``."""
    return address_of_token(thread_token(thread, credentials), credentials)


def address_of_token(token: str, credentials: Credentials) -> str:
    """Return the connection's address with a token in it."""
    local, _, domain = credentials.account_id.lower().rpartition("@")
    return f"{local}+{token}@{domain}"


FORWARD = "f"
"""Stands before the token of a forward, so that none is taken for that of a thread."""


def forward_token(reference: str, credentials: Credentials) -> str:
    """Return the token of a forward, and a proof that we made it: 31 letters; ``reference`` is 20 of them."""
    return FORWARD + thread_token(f"{FORWARD} {reference}", credentials).removeprefix(f"{FORWARD} ")


def proven_forward(token: str, credentials: Credentials) -> str | None:
    """Return the reference of the forward whose token this is; None for what we did not make."""
    match = _TOKEN.fullmatch(token.removeprefix(FORWARD)) if token.startswith(FORWARD) else None
    if not match or not credentials.secrets.get("reply_key"):
        return None
    return match[1] if hmac.compare_digest(forward_token(match[1], credentials), token) else None


def plain_address(address: str) -> str:
    """An address in lower case, without its name and without what stands behind a plus sign."""
    found = mailboxes(address)
    return without_tag(found[0].address if found else "")


def without_tag(address: str) -> str:
    """Return the address of a mailbox without what stands behind a plus sign."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def thread_of_token(heads: Heads, receipt: Mapping[str, Any], credentials: Credentials) -> str | None:
    """Return the thread by the address that was written to, or by the id that our mails carry along."""
    recipients = " ".join(str(each).lower() for each in json_list(receipt.get("recipients"))[:100])
    before = [*reversed(heads.ids("references")), *heads.ids("in-reply-to")]
    places = [*re.findall(r"\+([a-z2-7]{30})@", recipients), *(_mark_in(each) for each in before)]
    for place in places:
        if thread := proven_thread(place, credentials):
            return thread
    return None


MOST_EARLIER = 30
"""Ids of earlier mails that are looked up."""


def earlier_ids(heads: Heads) -> tuple[str, ...]:
    """Return the ids of earlier mails, the nearest first; of very many the nearest and the first of the thread."""
    ids = tuple(dict.fromkeys([*heads.ids("in-reply-to"), *reversed(heads.ids("references"))]))
    return ids if len(ids) <= MOST_EARLIER else ids[: MOST_EARLIER // 2] + ids[-MOST_EARLIER // 2 :]


def root_of(heads: Heads, message_id: str) -> str:
    """Return the id of a thread's first mail, as far as a mail names it."""
    return next(iter([*heads.ids("references"), *heads.ids("in-reply-to")]), message_id)


def _mark_in(message_id: str) -> str:
    local, _, kind = message_id.lower().partition("@")[0].partition(".")
    return local if kind == OURS else ""


def proven_thread(token: str, credentials: Credentials) -> str | None:
    match = _TOKEN.fullmatch(token)
    if not match or not credentials.secrets.get("reply_key"):
        return None
    return match[1] if hmac.compare_digest(thread_token(match[1], credentials), token) else None


def wire_id(message_id: str, region: str) -> str:
    """The Message-ID that SES puts on a mail, whatever was there before; without the angle brackets."""
    return f"{message_id}@{'email' if region == 'us-east-1' else region}.amazonses.com"

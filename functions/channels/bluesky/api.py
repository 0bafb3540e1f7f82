"""Calls to Bluesky, and what its answers mean."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from channels import _options, _transport
from channels._transport import MAYBE_SENT, Answer, Call, CodeTable, Refusal
from channels._values import as_text
from channels.base import (
    Credentials,
    PermanentFailure,
    Reason,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


BASE_URL = "https://bsky.social"
CHAT_PROXY = "did:web:api.bsky.chat#bsky_chat"


def string(value: object) -> str | None:
    return as_text(value) or None if isinstance(value, str) else None


def repository_of(uri: str) -> str:
    """Return whose post it is."""
    return uri.removeprefix("at://").partition("/")[0] if uri.startswith("at://") else ""


def record_key_of(uri: str) -> str:
    return uri.rpartition("/")[2]


def moment(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


ANSWERED_AT = "\0answered_at"
"""Under this name, an answer carries the time of the server that gave it: a channel has no clock of its own."""


def answered_at(answer: dict[str, Any]) -> str:
    return moment(answer.get(ANSWERED_AT) or 0)


def has_chat(options: Mapping[str, str]) -> bool:
    return options.get("chat") == "yes"


def get(
    nsid: str, credentials: Credentials, params: Mapping[str, str | Sequence[str]] | None = None, chat: bool = False
) -> dict[str, Any]:
    return call("GET", nsid, credentials, params=params, chat=chat)


def call(
    method: str,
    nsid: str,
    credentials: Credentials,
    *,
    params: Mapping[str, str | Sequence[str]] | None = None,
    document: Mapping[str, Any] | None = None,
    content: bytes | None = None,
    mime: str = "",
    chat: bool = False,
    repeatable: bool = True,
    token: str = "access_jwt",  # noqa: S107 - a name
) -> dict[str, Any]:
    """Make one call, and return its answer; see ``ANSWERED_AT``."""
    headers = _transport.bearer(credentials, token, "no_session") | ({"Content-Type": mime} if mime else {})
    if chat:
        headers["atproto-proxy"] = _options.part(credentials.options, "chat_proxy", CHAT_PROXY)
    request = Call(method, _url(nsid, credentials), headers, params or {}, json=document, content=content)
    try:
        return _timed(_transport.call(request, channel="bluesky", repeatable=repeatable, classify=classify))
    except PermanentFailure as failed:
        if chat and failed.code == TOKEN_SCOPE:
            raise PermanentFailure(Reason.PERMISSION, "chat") from None
        raise


def _timed(answer: Answer) -> dict[str, Any]:
    return {**(answer.body or {}), ANSWERED_AT: _transport.server_time(answer)}


def _url(nsid: str, credentials: Credentials) -> str:
    base = credentials.options.get("pds_url") or credentials.options.get("base_url") or BASE_URL
    return f"{base.rstrip('/')}/xrpc/{nsid}"


def sign_in(credentials: Credentials) -> dict[str, Any]:
    """A new session by the app password."""
    base = credentials.options.get("base_url") or credentials.options.get("pds_url") or BASE_URL
    secrets = credentials.secrets
    document = {"identifier": secrets.get("identifier", ""), "password": secrets.get("app_password", "")}
    request = Call("POST", f"{base.rstrip('/')}/xrpc/com.atproto.server.createSession", {}, {}, json=document)
    return _timed(_transport.renew(request, channel="bluesky", classify=classify))


CODES = CodeTable(
    codes={
        "ExpiredToken": Reason.AUTH,
        "InvalidToken": Reason.AUTH,
        "AuthMissing": Reason.AUTH,
        "AuthenticationRequired": Reason.AUTH,
        "AuthFactorTokenRequired": Reason.AUTH,
        "AccountTakedown": Reason.AUTH,
        "AccountDeactivated": Reason.AUTH,
        "AccountSuspended": Reason.POLICY,
        "RateLimitExceeded": Reason.RATE,
        "InvalidRequest": Reason.BAD,
        "InvalidRecord": Reason.BAD,
        "InvalidMimeType": Reason.BAD,
        "BlobTooLarge": Reason.BAD,
        "PayloadTooLarge": Reason.BAD,
        "InvalidSwap": Reason.RETRY,
        "InternalServerError": Reason.RETRY,
        "UpstreamFailure": Reason.RETRY,
        "UpstreamTimeout": Reason.RETRY,
        "NotEnoughResources": Reason.RETRY,
        "MethodNotImplemented": Reason.PERMISSION,
        "XRPCNotSupported": Reason.PERMISSION,
        "Forbidden": Reason.PERMISSION,
        "RecordNotFound": Reason.GONE,
        "NotFound": Reason.GONE,
        "BlockedActor": Reason.GONE,
        "BlockedByActor": Reason.GONE,
        "BlockedSubject": Reason.GONE,
        "RecipientNotFound": Reason.GONE,
        # They take messages from nobody, or only from whom they follow: ask them in public to write first.
        "MessagesDisabled": Reason.GONE,
        "NotFollowedBySender": Reason.GONE,
        "ConvoLocked": Reason.GONE,
        "InvalidConvo": Reason.GONE,
        "ReplyTargetNotFound": Reason.GONE,
    },
    statuses={
        400: Reason.BAD,
        401: Reason.AUTH,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        413: Reason.BAD,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: 300.0},
)
"""By the name of an error; the HTTP status says less."""
NOT_PERMITTED = ("Bad token method", "Bad token scope")
"""An app password without access to the chat: the server names it like a wrong token, and only says otherwise."""
TOKEN_SCOPE = "token_scope"  # noqa: S105 - a code


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no result."""
    if answer.has_result:
        return None
    error, said = string((answer.body or {}).get("error")), (answer.body or {}).get("message")
    # Only what is known is passed on: what the server says may be anything.
    is_name = error in CODES.codes or (error is not None and re.fullmatch("[A-Za-z]{3,40}", error))
    name = error if error and is_name else str(answer.status)
    if name == "InvalidToken" and said in NOT_PERMITTED:
        return Refusal(Reason.PERMISSION, TOKEN_SCOPE)
    meaning = CODES.meaning(name)
    if meaning is Reason.RETRY and answer.is_unclear:
        meaning = MAYBE_SENT
    reset = answer.headers.get("ratelimit-reset") if answer.status == 429 else None
    seconds = _transport.retry_after_header(answer) or _transport.seconds_until(reset, answer)
    return CODES.refusal(answer, name, meaning, seconds)

"""Calls to Mastodon, and what its answers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels import _transport
from channels._transport import Answer, Call, CodeTable, Refusal
from channels.base import (
    Credentials,
    Reason,
    TransientFailure,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


RATE_PAUSE = 300.0
"""The server counts calls in five minutes."""


def call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str | Sequence[str]] | None = None,
    document: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
) -> Any:
    """Call the server once. All calls can be repeated, so that a lost answer is a passing fault and no more."""
    signed = {**_transport.bearer(credentials), **(headers or {})}
    base = credentials.options.get("base_url", "").rstrip("/")
    if not base:
        raise TransientFailure(Reason.AUTH, "no_address")
    request = Call(method, f"{base}/api/{path}", signed, params or {}, json=document, files=files)
    return _transport.call(request, channel="mastodon", repeatable=True, classify=classify).json


CODES = CodeTable(
    codes={},
    statuses={
        301: Reason.AUTH,  # the server has another address now: a person must look
        302: Reason.AUTH,
        307: Reason.AUTH,
        308: Reason.AUTH,
        400: Reason.BAD,
        401: Reason.AUTH,
        403: Reason.PERMISSION,  # a scope is missing, or the account is suspended
        404: Reason.GONE,  # deleted, or not visible to us any more
        409: Reason.RETRY,  # the same key is under way this moment
        410: Reason.GONE,
        413: Reason.BAD,
        422: Reason.BAD,  # too long, empty, or who is answered has blocked us
        425: Reason.RETRY,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE},
)
"""By the status of HTTP; the texts beside it are for people."""


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no success. A server that is down, being upgraded or overloaded (5xx) passes."""
    if answer.is_success and answer.json is not None:
        return None
    # ISO 8601 on Mastodon, seconds since 1970 on GoToSocial
    reset = answer.headers.get("x-ratelimit-reset") if answer.status == 429 else None
    seconds = _transport.retry_after_header(answer) or _transport.seconds_until(reset, answer)
    return CODES.refusal(answer, str(answer.status), retry_after=seconds)

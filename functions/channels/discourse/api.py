"""Calls to Discourse, and what its answers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels import _transport
from channels._transport import MAYBE_SENT, Answer, Call, CodeTable, Refusal, whole
from channels._values import as_words
from channels.base import (
    Credentials,
    PermanentFailure,
    Reason,
    TransientFailure,
    json_list,
    json_object,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


RATE_PAUSE = 30.0
"""Seconds to wait when the forum limits the rate and does not say for how long."""


def text_or_none(value: object) -> str | None:
    """A text with something in it; some forums write nothing as ``"null"``."""
    text = as_words(value)
    return None if text == "null" else text


def post_number(post_id: str) -> int:
    if not post_id.isascii() or not post_id.isdigit():
        raise PermanentFailure(Reason.BAD, "no_id")
    return int(post_id)


def get(path: str, credentials: Credentials, params: Mapping[str, str | Sequence[str]] | None = None) -> dict[str, Any]:
    return call("GET", path, credentials, params=params, repeatable=True)


def request_headers(credentials: Credentials) -> dict[str, str]:
    user = credentials.options.get("api_username", "").strip()
    headers = {"Api-Key": _transport.token(credentials, "api_key", "no_key"), "Accept": "application/json"}
    return headers | ({"Api-Username": user} if user.isascii() and user else {})


def call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str | Sequence[str]] | None = None,
    document: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
    *,
    repeatable: bool = False,
) -> dict[str, Any]:
    base = credentials.options.get("base_url", "").rstrip("/")
    if not base:
        raise TransientFailure(Reason.AUTH, "no_address")
    headers = request_headers(credentials)
    request = Call(method, f"{base}/{path}", headers, params or {}, form=form, json=document, files=files)
    return _transport.call(request, channel="discourse", repeatable=repeatable, classify=classify).body or {}


CODES = CodeTable(
    codes={
        "rate_limit": Reason.RATE,
        "not_logged_in": Reason.AUTH,
        "invalid_access": Reason.PERMISSION,
        "not_found": Reason.GONE,
        "invalid_parameters": Reason.BAD,
        "read_only": Reason.RETRY,
    },
    statuses={
        301: Reason.AUTH,  # the forum has another address now, or wants a login: a person must look
        302: Reason.AUTH,
        307: Reason.AUTH,
        308: Reason.AUTH,
        400: Reason.BAD,
        401: Reason.AUTH,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        405: Reason.BAD,
        409: Reason.BAD,
        410: Reason.GONE,
        413: Reason.BAD,
        415: Reason.BAD,
        422: Reason.BAD,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE},
)
"""By ``error_type``, whatever the status; by the status where the body says no more."""
DUPLICATES = ("similar", "duplicate")
"""Words of the refusal of a text that was posted a moment ago, which may be our own post. Only where our user reads the
forum in English; elsewhere the message fails, and an agent decides."""
UNSET = ("no_key", "no_address")
"""Codes of our own: the connection has no key, or no forum."""


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no success. Codes only: the forum's texts may quote a post."""
    if answer.has_result:
        return None
    body = answer.body or {}
    kind = body.get("error_type") if isinstance(body.get("error_type"), str) else None
    texts = " ".join(str(each) for each in json_list(body.get("errors")))
    meaning = CODES.meaning(kind)
    code = f"{answer.status}/{kind}" if meaning else str(answer.status)
    reason = meaning or CODES.statuses.get(answer.status)
    if reason is Reason.PERMISSION and "API" in texts:
        # "The API username or key is invalid", in any language: also for a key whose scope is too narrow.
        meaning = Reason.AUTH
    elif answer.status == 422 and any(word in texts.lower() for word in DUPLICATES):
        meaning = MAYBE_SENT
    waits = whole(json_object(body.get("extras")).get("wait_seconds"))
    return CODES.refusal(answer, code, meaning, _transport.retry_after_header(answer) or waits)

"""Calls to Google, and what its answers mean."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from channels import _options, _transport
from channels._transport import Answer, Call, CodeTable, Refusal
from channels._values import as_text
from channels.base import (
    Credentials,
    Reason,
    TransientFailure,
    json_list,
    json_object,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


REVIEWS, YOUTUBE = "reviews", "youtube"
BASE_URLS = {REVIEWS: "https://mybusiness.googleapis.com", YOUTUBE: "https://www.googleapis.com/youtube"}
VERSIONS = {REVIEWS: "v4", YOUTUBE: "v3"}
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
RATE_PAUSE = 60.0


def service_of(options: Mapping[str, str]) -> str:
    return YOUTUBE if options.get("service") == YOUTUBE else REVIEWS


def _version(options: Mapping[str, str]) -> str:
    return _options.part(options, "version", VERSIONS[service_of(options)])


def pacific_day(now: int) -> str:
    return _in_california(now).strftime("%Y%m%d")


def until_midnight(now: int) -> float:
    """Seconds until the day ends in California, where YouTube counts; rounded up by a minute."""
    there = _in_california(now)
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    return max((midnight.timestamp() - now / 1000), 60.0)


def _in_california(now: int) -> datetime:
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(now / 1000, ZoneInfo("America/Los_Angeles"))


def short_digest(text: str, size: int) -> str:
    """``size`` bytes as letters: 3 → 4, 5 → 8, 6 → 8, 12 → 16."""
    from base64 import urlsafe_b64encode

    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=").ljust({3: 4, 5: 8}.get(size, 0), "-")


def normal(text: str) -> str:
    return " ".join((as_text(text) or "").split())


def as_whole(value: object) -> int:
    """A whole number of a sensible size, or 0."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else 0


CODES = CodeTable(
    codes={
        # YouTube: error.errors[0].reason
        "quotaExceeded": Reason.RATE,
        "dailyLimitExceeded": Reason.RATE,
        "rateLimitExceeded": Reason.RATE,
        "userRateLimitExceeded": Reason.RATE,
        "commentsDisabled": Reason.PERMISSION,
        "forbidden": Reason.PERMISSION,
        "ineligibleAccount": Reason.PERMISSION,
        "insufficientPermissions": Reason.PERMISSION,
        "accessNotConfigured": Reason.PERMISSION,
        "commentNotFound": Reason.GONE,
        "commentThreadNotFound": Reason.GONE,
        "parentCommentNotFound": Reason.GONE,
        "videoNotFound": Reason.GONE,
        "channelNotFound": Reason.GONE,
        "commentTextTooLong": Reason.BAD,
        "commentTextRequired": Reason.BAD,
        "parentCommentIsPrivate": Reason.BAD,
        "operationNotSupported": Reason.BAD,
        "processingFailure": Reason.RETRY,
        "authError": Reason.AUTH,
        "backendError": Reason.RETRY,
        # Business Profile: error.status
        "UNAUTHENTICATED": Reason.AUTH,
        "PERMISSION_DENIED": Reason.PERMISSION,
        "NOT_FOUND": Reason.GONE,
        "FAILED_PRECONDITION": Reason.PERMISSION,  # the location is not verified
        "INVALID_ARGUMENT": Reason.BAD,
        "RESOURCE_EXHAUSTED": Reason.RATE,
        "INTERNAL": Reason.RETRY,
        "UNAVAILABLE": Reason.RETRY,
        # Notifications
        "SHARES_PUBSUB_TOPIC_MESSAGE_ACROSS_VERSIONS": Reason.PERMISSION,
        "PUBLISH_PERMISSIONS_MISSING_FOR_PUBSUB_TOPIC": Reason.PERMISSION,
        "INVALID_PUBSUB_TOPIC": Reason.BAD,
        # Tokens: the consent was taken back, or the app's secret changed
        "invalid_grant": Reason.AUTH,
        "invalid_client": Reason.AUTH,
        "unauthorized_client": Reason.AUTH,
        "invalid_request": Reason.AUTH,
        "invalid_scope": Reason.AUTH,
    },
    statuses={
        401: Reason.AUTH,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        410: Reason.GONE,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE},
)
"""Names by which an error is called; see ``_names``."""
_DAILY = {"quotaExceeded", "dailyLimitExceeded"}


def get(path: str, credentials: Credentials, params: Mapping[str, str] | None = None) -> dict[str, Any]:
    return call_again("GET", path, credentials, params or {})


def call_again(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str],
    document: dict[str, Any] | None = None,
    root: str = "",
) -> dict[str, Any]:
    """Make a call that may be made again."""
    return call(method, path, credentials, params, document, root, repeatable=True)


def call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str] | None = None,
    document: dict[str, Any] | None = None,
    root: str = "",
    *,
    repeatable: bool = False,
) -> dict[str, Any]:
    """Call Google once. ``root`` is the address of another interface than that of the service, without a version."""
    headers, options = _transport.bearer(credentials), credentials.options
    service = BASE_URLS[service_of(options)]
    base = root or f"{(options.get('base_url') or service).rstrip('/')}/{_version(options)}"
    request = Call(method, f"{base.rstrip('/')}/{path}", headers, params or {}, json=document)
    return _transport.call(request, channel="google", repeatable=repeatable, classify=classify).body or {}


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no result."""
    if answer.is_success and (answer.body is not None or answer.status == 204):
        return None
    error = (answer.body or {}).get("error")
    code = next((name for name in _names(error) if name in CODES.codes), "")
    meaning = CODES.meaning(code)
    if meaning is None and isinstance(error, dict) and answer.is_unclear and answer.status not in CODES.statuses:
        meaning = Reason.RETRY  # Google's own answer: it did nothing
    pause = until_midnight(_transport.server_time(answer) or int(time.time() * 1000)) if code in _DAILY else None
    return CODES.refusal(answer, code or str(answer.status), meaning, pause)


def _names(error: object) -> Iterator[str]:
    """Yield what an error is called: the reason of the older interfaces says more than the status of all."""
    if isinstance(error, str):
        yield error
    for part in ("errors", "details"):
        for each in map(json_object, json_list(json_object(error).get(part))):
            yield str(each.get("reason"))
    yield str(json_object(error).get("status"))


def new_token(credentials: Credentials, now: int) -> dict[str, str]:
    secrets = credentials.secrets
    form = {name: secrets.get(name, "") for name in ("client_id", "client_secret", "refresh_token")}
    if not all(form.values()):
        raise TransientFailure(Reason.AUTH, "no_refresh_token")
    url = credentials.options.get("token_url") or TOKEN_URL
    request = Call("POST", url, {}, {}, form={**form, "grant_type": "refresh_token"})
    body = _transport.renew(request, channel="google", classify=classify).body or {}
    token, seconds = body.get("access_token"), as_whole(body.get("expires_in"))
    if not isinstance(token, str) or not token:
        raise TransientFailure(Reason.RETRY, "no_token")
    return {"access_token": token, "expires_at": str(now + (seconds or 3600) * 1000)}

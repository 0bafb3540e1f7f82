"""Calls to X, and what its answers mean."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from channels import _options, _transport
from channels._transport import MAYBE_SENT, Answer, Call, CodeTable, Meaning, Refusal, whole
from channels._values import as_id
from channels.base import (
    Credentials,
    PermanentFailure,
    Reason,
    json_list,
    json_object,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from channels.base import File

BASE_URL = "https://api.x.com"
VERSION = "2"
TOKEN_SECONDS = 7200
"""Seconds."""
PAGES = 8
"""The platform keeps about 800 mentions."""


def node(part: str) -> str:
    """An id as a part of a path."""
    return quote(part, safe="")


def _url(path: str, credentials: Credentials) -> str:
    options = credentials.options
    base = (options.get("base_url") or BASE_URL).rstrip("/")
    return f"{base}/{_options.part(options, 'version', VERSION)}/{path}"


_GUARDED = frozenset({"ton.twitter.com", "ton.x.com"})


def is_guarded(url: str, credentials: Credentials) -> bool:
    """Return whether only the account may see it. ``base_url`` is an address that the connection itself names."""
    base = credentials.options.get("base_url")
    try:
        parts = urlsplit(url)
        is_platforms = parts.scheme == "https" and parts.netloc in _GUARDED
        return is_platforms or (base is not None and url.startswith(base.rstrip("/") + "/"))
    except ValueError:
        return False


def get(path: str, credentials: Credentials, params: Mapping[str, str]) -> dict[str, Any]:
    return call("GET", path, credentials, params, repeatable=True)


def write(path: str, credentials: Credentials, document: Mapping[str, Any]) -> dict[str, Any]:
    return call("POST", path, credentials, document=document)


def pages_of(path: str, credentials: Credentials, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The pages of a list, newest first, until there are no more or too many."""
    following: dict[str, str] = {}
    for _ in range(PAGES):
        page = get(path, credentials, {**params, **following})
        yield page
        token = as_id(json_object(page.get("meta")).get("next_token"))
        if token is None:
            return
        following = {"pagination_token": token}


def manage(
    method: str,
    path: str,
    credentials: Credentials,
    document: Mapping[str, Any] | None = None,
    token: str = "bearer_token",  # noqa: S107 - a name
) -> dict[str, Any]:
    """A call about the webhook: done again it is done once, and what is gone is gone."""
    try:
        return call(method, path, credentials, document=document, token=token, repeatable=True)
    except PermanentFailure as failure:
        if method == "DELETE" and failure.reason is Reason.GONE:
            return {}
        raise


def call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
    file: File | None = None,
    token: str = "access_token",  # noqa: S107 - a name
    *,
    repeatable: bool = False,
) -> dict[str, Any]:
    files = {"media": (file.name, file.content, file.mime)} if file else None
    headers = _transport.bearer(credentials, token)
    request = Call(method, _url(path, credentials), headers, params or {}, form, document, files=files)
    return _transport.call(request, channel="x", repeatable=repeatable, classify=classify).body or {}


def renewal(credentials: Credentials, form: Mapping[str, str]) -> dict[str, Any]:
    """The answer with the new token. Where it is lost, the refresh token may be used up: the next try says so."""
    request = token_request(credentials, client_headers(credentials), form)
    return _transport.renew(request, channel="x", classify=classify).body or {}


def token_request(credentials: Credentials, headers: Mapping[str, str], form: Mapping[str, str]) -> Call:
    """Return a request for a token."""
    return Call("POST", _url("oauth2/token", credentials), headers, {}, form)


def client_headers(credentials: Credentials) -> dict[str, str]:
    """Return the header by which an app proves that it is itself; nothing for one that has no secret."""
    secret = credentials.secrets.get("client_secret")
    if not secret:
        return {}
    pair = f"{quote(credentials.options.get('client_id', ''), safe='')}:{quote(secret, safe='')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def data_of(answer: dict[str, Any]) -> dict[str, Any]:
    return json_object(answer.get("data"))


CODES = CodeTable(
    codes={
        # {"errors": [{"code": …}]}, the older form
        32: Reason.AUTH,
        34: Reason.GONE,
        63: Reason.GONE,  # the other account is suspended
        64: Reason.POLICY,  # ours is
        87: Reason.PERMISSION,
        88: Reason.RATE,
        89: Reason.AUTH,
        130: Reason.RETRY,
        131: Reason.RETRY,
        144: Reason.GONE,
        150: Reason.GONE,  # a direct message to who does not take any
        185: Reason.RATE,  # the day's posts
        186: Reason.BAD,
        187: MAYBE_SENT,  # a duplicate: perhaps of our own earlier attempt
        215: Reason.AUTH,
        226: Reason.POLICY,  # looks automated
        261: Reason.PERMISSION,
        326: Reason.POLICY,  # locked
        349: Reason.GONE,
        385: Reason.GONE,  # what is answered is deleted, or not to be seen
        433: Reason.PERMISSION,  # who may answer is limited
        453: Reason.PERMISSION,
        # the last part of a problem's ``type``
        "client-forbidden": Reason.PERMISSION,
        "client-disconnected": Reason.RETRY,
        "credits": Reason.POLICY,
        "disallowed-resource": Reason.BAD,
        "duplicate-rules": Reason.BAD,
        "invalid-request": Reason.BAD,
        "invalid-rules": Reason.BAD,
        "not-authorized-for-field": Reason.PERMISSION,
        "not-authorized-for-resource": Reason.GONE,
        "oauth1-permissions": Reason.PERMISSION,
        "operational-disconnect": Reason.RETRY,
        "resource-not-found": Reason.GONE,
        "resource-unavailable": Reason.RETRY,
        "rule-cap": Reason.BAD,
        "service-unavailable": Reason.RETRY,
        "streaming-connection": Reason.RETRY,
        "unsupported-authentication": Reason.PERMISSION,
        "usage-capped": Reason.POLICY,
    },
    statuses={
        400: Reason.BAD,
        401: Reason.AUTH,
        402: Reason.POLICY,  # no credits left
        403: Reason.PERMISSION,
        404: Reason.GONE,
        410: Reason.GONE,
        413: Reason.BAD,
        429: Reason.RATE,
        503: Reason.RETRY,
    },
    pauses={Reason.RATE: 900.0, Reason.POLICY: 3600.0},
)
PHRASES: tuple[tuple[str, Meaning], ...] = (
    ("duplicate content", MAYBE_SENT),
    ("not been mentioned or otherwise engaged", Reason.PERMISSION),  # self-serve: only to who summoned us
    ("deleted or not visible", Reason.GONE),
    ("cannot send messages to this user", Reason.GONE),
    ("cannot send a direct message to", Reason.GONE),
    ("creditsdepleted", Reason.POLICY),
    ("credits", Reason.POLICY),
    ("temporarily locked", Reason.POLICY),
    ("is suspended", Reason.POLICY),
    ("looks like it might be automated", Reason.POLICY),
)
"""Parts of a problem's ``title`` or ``detail``, in lower case: a refusal has often no other mark."""


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no success; the more particular mark decides."""
    body = answer.body or {}
    errors = [each for each in map(json_object, json_list(body.get("errors"))) if each]
    if answer.has_result and (body.get("data") is not None or not json_list(body.get("errors"))):
        return None
    problem = next(iter(errors), body)
    code, kind = whole(problem.get("code")), _kind(problem) or _kind(body)
    known = next((each for each in (code, kind) if each in CODES.codes), None)
    meaning = CODES.meaning(known)
    general = meaning or CODES.statuses.get(answer.status)
    if code not in CODES.codes and (general is Reason.PERMISSION or answer.status in (400, 402)):
        meaning = _phrase(body, problem) or meaning
    return CODES.refusal(answer, f"{answer.status}/{known}" if known else str(answer.status), meaning, _reset(answer))


def _kind(problem: dict[str, Any]) -> str:
    return str(problem.get("type") or "").rstrip("/").rpartition("/")[2]


def _phrase(*problems: dict[str, Any]) -> Meaning | None:
    """Return what the words of a problem mean, where there is no better mark."""
    parts = [each.get(key) for each in problems for key in ("title", "detail", "message", "reason")]
    words = " ".join(part for part in parts if isinstance(part, str)).lower()
    return next((meaning for phrase, meaning in PHRASES if phrase in words), None)


_LIMITS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


def _reset(answer: Answer) -> float | None:
    """The seconds until the limit that is used up begins again; it is told as a moment, by the platform's clock."""
    headers = answer.headers
    if answer.status != 429 or headers.get("retry-after"):
        return None
    used_up = [each for each in _LIMITS if headers.get(f"{each}-remaining", "").strip() == "0"] or _LIMITS[:1]
    resets = [whole(headers.get(f"{each}-reset", "").strip()) or 0 for each in used_up]
    seconds = _transport.seconds_until(max(resets), answer)
    return seconds + 1 if seconds else None

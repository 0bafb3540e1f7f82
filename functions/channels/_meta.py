"""What Meta's platforms have in common: the signature, the handshake, and the Graph API with its error codes.

Sources: developers.facebook.com/docs/graph-api/webhooks/getting-started (handshake, signature),
…/docs/graph-api/guides/error-handling and …/docs/messenger-platform/error-codes (errors),
…/docs/graph-api/overview/rate-limiting (the usage headers), …/docs/graph-api/guides/secure-requests (proof).
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels.base import (
    ChannelError,
    InvalidSignature,
    PermanentFailure,
    Reason,
    TransientFailure,
    UnconfirmedSend,
    json_list,
    json_object,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from channels import _http
    from channels.base import Credentials, Request

BASE_URL = "https://graph.facebook.com"
VERSION = "v26.0"

RATE_PAUSE = 60.0
"""Seconds to wait when the platform limits the rate and does not say for how long."""
LONGEST_PAUSE = 86400
"""No platform's limit lasts longer than a day."""
POLICY_PAUSE = 1800.0
"""Seconds to wait when the platform has restricted the account: half an hour is its shortest restriction."""


# Inbound -------------------------------------------------------------------------------------------------------------


def verify(request: Request, credentials: Credentials) -> None:
    """Raise ``InvalidSignature`` unless the body is signed with the app's current or previous secret.

    ``X-Hub-Signature-256`` decides where it is present; the older SHA-1 header counts only where it is absent.
    """
    algorithm, signature = "sha256", request.headers.get("x-hub-signature-256")
    if signature is None:
        algorithm, signature = "sha1", request.headers.get("x-hub-signature", "")
    given = signature.encode("utf-8", "replace")
    for name in ("app_secret", "previous_app_secret"):
        secret = credentials.secrets.get(name)
        if secret and hmac.compare_digest(given, _signature(algorithm, secret, request.body)):
            return
    raise InvalidSignature


def _signature(algorithm: str, secret: str, body: bytes) -> bytes:
    return f"{algorithm}={hmac.digest(secret.encode(), body, algorithm).hex()}".encode()


def handshake(request: Request, credentials: Credentials) -> str:
    """The challenge of a subscription; raises ``InvalidSignature`` unless it carries our own token."""
    query, expected = request.query, credentials.secrets.get("verify_token")
    given = query.get("hub.verify_token") or ""
    is_ours = bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), str(expected).encode())
    challenge = query.get("hub.challenge")
    if not is_ours or query.get("hub.mode") != "subscribe" or challenge is None:
        raise InvalidSignature
    return challenge


# Outbound ------------------------------------------------------------------------------------------------------------


def post(
    path: str,
    credentials: Credentials,
    form: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write to the Graph API once, as a form or a JSON document; raises the three failures of a send."""
    return _call("POST", path, credentials, form=form, document=document)


def get(path: str, credentials: Credentials, params: Mapping[str, str]) -> dict[str, Any]:
    """Read from the Graph API; whatever has no clear answer may be asked again."""
    try:
        return _call("GET", path, credentials, params=params)
    except UnconfirmedSend:
        raise TransientFailure(Reason.RETRY) from None


def pages(path: str, credentials: Credentials, params: Mapping[str, str], most: int) -> Iterator[list[dict[str, Any]]]:
    """The pages of an edge, as lists of objects; raises ``TransientFailure`` when there are more than ``most``."""
    cursor: dict[str, str] = {}
    for _ in range(most):
        body = get(path, credentials, {**params, **cursor})
        yield [json_object(item) for item in json_list(body.get("data"))]
        paging = json_object(body.get("paging"))
        after = json_object(paging.get("cursors")).get("after")
        # The cursor is there on the last page, too: only ``next`` says that more follows (and holds a token).
        if not paging.get("next") or not isinstance(after, str):
            return
        cursor = {"after": after}
    raise TransientFailure(Reason.RETRY, "too_many_pages")


def node(node_id: str, edge: str = "") -> str:
    """The path of a node, or of one of its edges."""
    return f"{quote(node_id, safe='')}/{edge}".rstrip("/")


def _call(
    method: str,
    path: str,
    credentials: Credentials,
    params: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    from channels import _http  # only sending needs it

    options, token = credentials.options, credentials.secrets.get("access_token", "").strip()
    if not token or not token.isascii():
        raise TransientFailure(Reason.AUTH, "no_token")
    base = options.get("base_url") or BASE_URL
    url = f"{base.rstrip('/')}/{options.get('version') or VERSION}/{path}"
    signed = {**(params or {}), **_proof(token, credentials)}
    try:
        answer = _http.send(_http.Call(method, url, {"Authorization": f"Bearer {token}"}, signed, form, document))
    except _http.NotReached:
        raise TransientFailure(Reason.RETRY, "not_reached") from None
    except _http.AnswerLost:
        raise UnconfirmedSend from None
    return _body_or_failure(answer)


def _proof(token: str, credentials: Credentials) -> dict[str, str]:
    """Shows that whoever holds the token knows the app's secret, too; worth nothing without the token."""
    secret = credentials.secrets.get("app_secret")
    return {"appsecret_proof": hmac.digest(secret.encode(), token.encode(), "sha256").hex()} if secret else {}


def _body_or_failure(answer: _http.Answer) -> dict[str, Any]:
    error = (answer.body or {}).get("error")
    if isinstance(error, dict):
        raise failure(error, answer)
    if 200 <= answer.status < 300 and answer.body is not None:
        return answer.body
    raise _without_error(answer)


def _without_error(answer: _http.Answer) -> ChannelError:
    """What an answer means that is neither a result nor one of the Graph API's own errors."""
    if answer.status == 429:
        return TransientFailure(Reason.RATE, "429", _pause(answer) or RATE_PAUSE)
    if answer.status < 300 or answer.status >= 500:
        return UnconfirmedSend()
    if answer.status < 400 or answer.status == 408:
        return TransientFailure(Reason.RETRY, str(answer.status))
    if answer.status == 401:
        return TransientFailure(Reason.AUTH, "401")
    return PermanentFailure(_PLAIN.get(answer.status, Reason.BAD), str(answer.status))


_PLAIN = {403: Reason.PERMISSION, 404: Reason.GONE, 410: Reason.GONE}


# Errors --------------------------------------------------------------------------------------------------------------

MAYBE_SENT = "maybe_sent"
"""Not a reason to fail: the message may stand on the platform, so it must be looked for."""

ERRORS: dict[tuple[int, int | None], Reason | str] = {
    (1, None): Reason.RETRY,
    (1, 99): Reason.RETRY,
    (1, 1357046): MAYBE_SENT,  # the platform lost its own answer
    (2, None): Reason.RETRY,
    (2, 2018344): Reason.PERMISSION,  # the contact terms are not accepted
    (3, None): Reason.PERMISSION,
    (4, None): Reason.RATE,
    (4, 2018022): Reason.RATE,
    (10, None): Reason.PERMISSION,
    (10, 2018278): Reason.WINDOW,
    (10, 2534022): Reason.WINDOW,
    (10, 2018065): Reason.WINDOW,
    (10, 2018108): Reason.GONE,
    (10, 1893063): Reason.POLICY,
    (17, None): Reason.RATE,
    (32, None): Reason.RATE,
    (100, None): Reason.BAD,  # also the message tags that ended in April 2026
    (100, 33): Reason.GONE,  # deleted, or never ours to see
    (100, 2018001): Reason.GONE,
    (100, 2534014): Reason.GONE,
    (100, 2018008): Reason.RETRY,  # the platform could not fetch an attachment
    (100, 2018294): Reason.RETRY,  # … not in time
    (100, 2018047): Reason.BAD,
    (100, 2018074): Reason.BAD,
    (100, 2018109): Reason.BAD,
    (102, None): Reason.AUTH,
    (190, None): Reason.AUTH,
    (190, 458): Reason.AUTH,  # app removed
    (190, 459): Reason.AUTH,  # checkpoint
    (190, 460): Reason.AUTH,  # password changed
    (190, 463): Reason.AUTH,  # expired
    (190, 464): Reason.AUTH,  # unconfirmed
    (190, 467): Reason.AUTH,  # invalid
    (190, 492): Reason.AUTH,  # role lost
    (200, 1545041): Reason.GONE,
    (200, 2018028): Reason.PERMISSION,
    (200, 2534041): Reason.PERMISSION,
    (230, None): Reason.GONE,
    (341, None): Reason.RATE,
    (368, None): Reason.POLICY,
    (506, None): MAYBE_SENT,  # a duplicate: perhaps of our own earlier attempt
    (551, None): Reason.GONE,
    (551, 1545041): Reason.GONE,
    (613, None): Reason.RATE,
    (613, 2534040): Reason.RATE,
    (803, None): Reason.GONE,
    (1200, None): Reason.RETRY,
    (10900, None): MAYBE_SENT,  # already replied to in private: perhaps by our own earlier attempt
    (10903, None): Reason.GONE,
    (80001, None): Reason.RATE,
    (80002, None): Reason.RATE,
    (80006, None): Reason.RATE,
    (80007, None): Reason.RATE,
    (80008, None): Reason.RATE,
}
"""(code, subcode) → what it means; ``None`` stands for every other subcode. The HTTP status says less."""

ERROR_RANGES: tuple[tuple[int, int, Reason], ...] = ((200, 299, Reason.PERMISSION),)

_PASSING = {Reason.RETRY, Reason.RATE, Reason.AUTH, Reason.POLICY}
"""Reasons for which the message waits, rather than fails."""
_PAUSES = {Reason.RATE: RATE_PAUSE, Reason.POLICY: POLICY_PAUSE}


def failure(error: Mapping[str, Any], answer: _http.Answer) -> ChannelError:
    """The Graph API's error object as one of our three failures."""
    code, subcode = _whole(error.get("code")), _whole(error.get("error_subcode"))
    name = f"{code}/{subcode}" if subcode else str(code)
    meaning = _meaning(code, subcode, answer.status)
    if meaning == MAYBE_SENT:
        return UnconfirmedSend()
    reason = Reason(meaning)
    if reason in _PASSING:
        return TransientFailure(reason, name, _pause(answer) or _PAUSES.get(reason))
    if error.get("is_transient") is True:
        return TransientFailure(Reason.RETRY, name, _pause(answer))
    return PermanentFailure(reason, name)


def _meaning(code: int | None, subcode: int | None, status: int) -> Reason | str:
    if code is None:
        return Reason.RETRY if status >= 500 else Reason.BAD
    found = ERRORS.get((code, subcode)) or ERRORS.get((code, None))
    if found is None:
        found = next((reason for first, last, reason in ERROR_RANGES if first <= code <= last), None)
    return found or (Reason.RETRY if status >= 500 else Reason.BAD)


def _whole(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _pause(answer: _http.Answer) -> float | None:
    """The seconds the platform wants us to wait, where it says so."""
    seconds = _whole(answer.headers.get("retry-after", "").strip()) or _minutes_to_regain(answer.headers) * 60
    return float(min(seconds, LONGEST_PAUSE)) if seconds > 0 else None


def _minutes_to_regain(headers: Mapping[str, str]) -> int:
    """The longest ``estimated_time_to_regain_access`` of ``{"<id>": [{"type": …, "call_count": …}]}``."""
    try:
        usage = json_object(json.loads(headers.get("x-business-use-case-usage", "")))
    except (ValueError, RecursionError):
        return 0
    rows = [json_object(row) for cases in usage.values() for row in json_list(cases)]
    return max((_whole(row.get("estimated_time_to_regain_access")) or 0 for row in rows), default=0)

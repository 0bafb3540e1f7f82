"""What Meta's platforms have in common: the signature, the handshake, and the Graph API with its error codes.

Sources: developers.facebook.com/docs/graph-api/webhooks/getting-started (handshake, signature),
…/docs/graph-api/guides/error-handling and …/docs/messenger-platform/error-codes (errors),
…/docs/graph-api/overview/rate-limiting (the usage headers), …/docs/graph-api/guides/secure-requests (proof).
"""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels import _options
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
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from channels import _http
    from channels.base import Credentials, Request


@dataclass(frozen=True, slots=True)
class Graph:
    """A host of the Graph API, and the version that is asked for where a connection's options name none."""

    base_url: str
    version: str
    proves: bool = False
    """Calls carry ``appsecret_proof``; documented for the first host only."""


FACEBOOK = Graph("https://graph.facebook.com", "v26.0", proves=True)
INSTAGRAM = Graph("https://graph.instagram.com", "v26.0")
THREADS = Graph("https://graph.threads.com", "v1.0")

RATE_PAUSE = 60.0
"""Seconds to wait when the platform limits the rate and does not say for how long."""
CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,200}", re.ASCII)
"""A number, by the document. It is handed back as it came, so it may be nothing that a browser or a program reads."""
LONGEST_PAUSE = 86400
"""No platform's limit lasts longer than a day."""
POLICY_PAUSE = 1800.0
"""Seconds to wait when the platform has restricted the account: half an hour is its shortest restriction."""


# Inbound -------------------------------------------------------------------------------------------------------------


def verify(request: Request, credentials: Credentials, names: Iterable[str] = ("app_secret",)) -> None:
    """Raise ``InvalidSignature`` unless the body is signed with one of the secrets, each current or previous.

    ``X-Hub-Signature-256`` alone counts: Meta sends the older header with SHA-1 beside it, and nothing that lacks the
    better proof is believed for the weaker one.
    """
    given = request.headers.get("x-hub-signature-256", "").encode("utf-8", "replace")
    for name in (full for each in names for full in (each, f"previous_{each}")):
        secret = credentials.secrets.get(name)
        if secret and hmac.compare_digest(given, _signature(secret, request.body)):
            return
    raise InvalidSignature


def _signature(secret: str, body: bytes) -> bytes:
    return f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}".encode()


def handshake(request: Request, credentials: Credentials) -> str:
    """The challenge of a subscription; raises ``InvalidSignature`` unless it carries our own token."""
    query, expected = request.query, credentials.secrets.get("verify_token")
    given = query.get("hub.verify_token") or ""
    is_ours = bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), str(expected).encode())
    challenge = query.get("hub.challenge", "")
    if not is_ours or query.get("hub.mode") != "subscribe" or not CHALLENGE.fullmatch(challenge):
        raise InvalidSignature
    return challenge


# Outbound ------------------------------------------------------------------------------------------------------------


def post(
    path: str,
    credentials: Credentials,
    form: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
    graph: Graph = FACEBOOK,
) -> dict[str, Any]:
    """Write to the Graph API once, as a form (with files) or a JSON document; raises the three failures of a send."""
    return _call("POST", path, credentials, graph, form=form, document=document, files=files)


def get(path: str, credentials: Credentials, params: Mapping[str, str], graph: Graph = FACEBOOK) -> dict[str, Any]:
    """Read from the Graph API; whatever has no clear answer may be asked again."""
    try:
        return _call("GET", path, credentials, graph, params=params)
    except UnconfirmedSend:
        raise TransientFailure(Reason.RETRY) from None


def delete(path: str, credentials: Credentials, params: Mapping[str, str], graph: Graph = FACEBOOK) -> dict[str, Any]:
    """Take something away by the Graph API, once; raises the three failures of a send."""
    return _call("DELETE", path, credentials, graph, params=params)


def pages(
    path: str,
    credentials: Credentials,
    params: Mapping[str, str],
    most: int,
    graph: Graph = FACEBOOK,
    *,
    must_end: bool = True,
) -> Iterator[list[dict[str, Any]]]:
    """The pages of an edge, as lists of objects; ``TransientFailure`` when there are more than ``most``.

    Without ``must_end`` the first ``most`` are all that is wanted.
    """
    cursor: dict[str, str] = {}
    for _ in range(most):
        body = get(path, credentials, {**params, **cursor}, graph)
        yield [json_object(item) for item in json_list(body.get("data"))]
        paging = json_object(body.get("paging"))
        after = json_object(paging.get("cursors")).get("after")
        # The cursor is there on the last page, too: only ``next`` says that more follows (and holds a token).
        if not paging.get("next") or not isinstance(after, str):
            return
        cursor = {"after": after}
    if must_end:
        raise TransientFailure(Reason.RETRY, "too_many_pages")


def setting_up(action: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A write that may simply be done again, such as a subscription: a lost answer is a passing fault."""
    try:
        return action()
    except UnconfirmedSend:
        raise TransientFailure(Reason.RETRY) from None


def announce(kind: str, fields: str, credentials: Credentials, url: str, graph: Graph = FACEBOOK) -> None:
    """Enter our address as the app's webhook for one kind of object; an app has one address for each.

    Nothing without option ``app_id``: then a person enters it in the app's dashboard.
    """
    app_id = credentials.options.get("app_id")
    if app_id:
        form = {"object": kind, "callback_url": url, "fields": fields}
        form["verify_token"] = credentials.secrets.get("verify_token", "")
        app = _as_app(app_id, credentials)
        setting_up(lambda: post(node(app_id, "subscriptions"), app, form=form, graph=graph))


def is_announced(kind: str, credentials: Credentials, url: str, graph: Graph = FACEBOOK) -> bool | None:
    """Whether the app calls our address; None where nobody can say, without option ``app_id``."""
    app_id = credentials.options.get("app_id")
    if not app_id:
        return None
    body = get(node(app_id, "subscriptions"), _as_app(app_id, credentials), {}, graph)
    entries = [json_object(each) for each in json_list(body.get("data"))]
    return any((entry.get("object"), entry.get("callback_url")) == (kind, url) for entry in entries)


def _as_app(app_id: str, credentials: Credentials) -> Credentials:
    """The app itself calls, with its own token."""
    token = f"{app_id}|{credentials.secrets.get('app_secret', '')}"
    return replace(credentials, secrets={**credentials.secrets, "access_token": token})


def subscribe(edge: str, fields: str, least: str, credentials: Credentials, graph: Graph = FACEBOOK) -> None:
    """Have the app told of an account's events; ``edge`` is the account's ``subscribed_apps``.

    Some fields want permissions that not every app has: then it is told of the ``least``.
    """
    try:
        _subscribe(edge, fields, credentials, graph)
    except PermanentFailure as failed:
        if failed.reason not in (Reason.PERMISSION, Reason.BAD):
            raise
        _subscribe(edge, least, credentials, graph)


def _subscribe(edge: str, fields: str, credentials: Credentials, graph: Graph) -> None:
    form = {"subscribed_fields": fields}
    if setting_up(lambda: post(edge, credentials, form=form, graph=graph)).get("success") not in (True, "true"):
        raise PermanentFailure(Reason.PERMISSION, "not_subscribed")


def unsubscribe(edge: str, credentials: Credentials, graph: Graph = FACEBOOK) -> None:
    """The reverse of ``subscribe``."""
    setting_up(lambda: delete(edge, credentials, {}, graph))


def is_subscribed(edge: str, least: str, credentials: Credentials, graph: Graph = FACEBOOK) -> bool:
    """Whether the app is told of the ``least`` of an account."""
    wanted = set(least.split(","))
    apps = [json_object(each) for each in json_list(get(edge, credentials, {}, graph).get("data"))]
    return any(wanted <= {_field(each) for each in json_list(app.get("subscribed_fields"))} for app in apps)


def _field(value: Any) -> str:
    """A field's name, which comes bare or as ``{"name": …, "version": …}``."""
    name = json_object(value).get("name") if isinstance(value, dict) else value
    return name if isinstance(name, str) else ""


def refresh(grant: str, credentials: Credentials, now: int, graph: Graph) -> dict[str, str]:
    """A new long-lived token for one that still lives: ``access_token`` and ``expires_at`` (milliseconds, in digits).

    The documents put the old token into the address, where it does not belong; a header is tried first.
    """
    params = {"grant_type": grant}
    try:
        body = _refreshed(params, credentials, graph)
    except TransientFailure as failed:
        if failed.reason is not Reason.AUTH:
            raise
        body = _refreshed({**params, "access_token": credentials.secrets.get("access_token", "")}, credentials, graph)
    token, seconds = body.get("access_token"), _whole(body.get("expires_in"))
    if not isinstance(token, str) or not token or seconds is None or seconds <= 0:
        raise TransientFailure(Reason.RETRY, "no_token")
    return {"access_token": token, "expires_at": str(now + seconds * 1000)}


def _refreshed(params: Mapping[str, str], credentials: Credentials, graph: Graph) -> dict[str, Any]:
    """What the platform says to a request for a new token; every refusal waits for a person."""
    try:
        return _call("GET", "refresh_access_token", credentials, graph, params=params, versioned=False)
    except UnconfirmedSend:
        raise TransientFailure(Reason.RETRY) from None
    except PermanentFailure as failed:
        raise TransientFailure(Reason.AUTH, failed.code) from None


def node(node_id: str, edge: str = "") -> str:
    """The path of a node, or of one of its edges."""
    return f"{quote(node_id, safe='')}/{edge}".rstrip("/")


def _call(
    method: str,
    path: str,
    credentials: Credentials,
    graph: Graph,
    params: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
    *,
    versioned: bool = True,
) -> dict[str, Any]:
    from channels import _http  # only sending needs it

    options, token = credentials.options, credentials.secrets.get("access_token", "").strip()
    if not token or not token.isascii():
        raise TransientFailure(Reason.AUTH, "no_token")
    base = (options.get("base_url") or graph.base_url).rstrip("/")
    version = _options.part(options, "version", graph.version)
    url = f"{base}/{version}/{path}" if versioned else f"{base}/{path}"
    signed = {**(params or {}), **(_proof(token, credentials) if graph.proves else {})}
    headers = {"Authorization": f"Bearer {token}"}
    try:
        answer = _http.send(_http.Call(method, url, headers, signed, form, document, files=files))
    except _http.Refused:
        raise PermanentFailure(Reason.BAD, "address") from None
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
    (4, 2207051): Reason.POLICY,  # publishing is restricted, against spam
    (4, 2018022): Reason.RATE,
    (9, 2207042): Reason.RATE,  # as many posts as an account may publish in a day
    (10, None): Reason.PERMISSION,
    (10, 2018278): Reason.WINDOW,
    (10, 2534022): Reason.WINDOW,
    (10, 2018065): Reason.WINDOW,
    (10, 2018108): Reason.GONE,
    (10, 1893063): Reason.POLICY,
    (17, None): Reason.RATE,
    (24, None): Reason.GONE,  # what is to be published is not there, or no more
    (24, 2207006): Reason.GONE,
    (32, None): Reason.RATE,
    (100, None): Reason.BAD,  # also the message tags that ended in April 2026
    (100, 33): Reason.GONE,  # deleted, or never ours to see
    (100, 2018001): Reason.GONE,
    (100, 2534014): Reason.GONE,
    (100, 2534029): Reason.POLICY,  # the account is shut out of Instagram's messages
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
    (9007, None): Reason.RETRY,
    (9007, 2207027): Reason.RETRY,  # not ready to be published yet
    (9009, None): Reason.GONE,  # the Instagram user is unavailable
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

"""Common parts of Meta's platforms: the signature, the handshake, and the Graph API with its error codes.

Sources: developers.facebook.com/docs/graph-api/webhooks/getting-started (handshake, signature),
…/docs/graph-api/guides/error-handling and …/docs/messenger-platform/error-codes (errors),
…/docs/graph-api/overview/rate-limiting (the usage headers), …/docs/graph-api/guides/secure-requests (proof).
"""

from __future__ import annotations

import hmac
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from channels import _options, _transport
from channels._transport import MAYBE_SENT, PASSING, Answer, Call, CodeTable, Meaning, Refusal, whole
from channels.base import (
    InvalidSignature,
    PermanentFailure,
    Reason,
    TransientFailure,
    json_list,
    json_object,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from channels.base import Credentials, Request


class Graph(Struct, frozen=True):
    """A host of the Graph API, and the version that is asked for where a connection's options name none."""

    base_url: str
    version: str
    channel: str
    """The channel that calls, for the metric."""
    proves: bool = False
    """Calls carry ``appsecret_proof``; documented for the first host only."""


FACEBOOK = Graph("https://graph.facebook.com", "v26.0", "facebook", proves=True)
INSTAGRAM = Graph("https://graph.instagram.com", "v26.0", "instagram")
THREADS = Graph("https://graph.threads.com", "v1.0", "threads")

RATE_PAUSE = 60.0
"""Seconds to wait when the platform limits the rate and does not say for how long."""
CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,200}", re.ASCII)
"""A number, by the document. It is handed back as it came, so it may be nothing that a browser or a program reads."""
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
    *,
    repeatable: bool = False,
) -> dict[str, Any]:
    """Write to the Graph API once, as a form (with files) or a JSON document; raises the three failures of a send."""
    request = _request("POST", path, credentials, graph, form=form, document=document, files=files)
    return _call(request, graph, repeatable=repeatable)


def get(path: str, credentials: Credentials, params: Mapping[str, str], graph: Graph = FACEBOOK) -> dict[str, Any]:
    """Read from the Graph API; whatever has no clear answer may be asked again."""
    return _call(_request("GET", path, credentials, graph, params), graph, repeatable=True)


def delete(
    path: str, credentials: Credentials, params: Mapping[str, str], graph: Graph = FACEBOOK, *, repeatable: bool = False
) -> dict[str, Any]:
    """Take something away by the Graph API, once; raises the three failures of a send."""
    return _call(_request("DELETE", path, credentials, graph, params), graph, repeatable=repeatable)


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


def announce(kind: str, fields: str, credentials: Credentials, url: str, graph: Graph = FACEBOOK) -> None:
    """Enter our address as the app's webhook for one kind of object; an app has one address for each.

    Nothing without option ``app_id``: then a person enters it in the app's dashboard.
    """
    app_id = credentials.options.get("app_id")
    if app_id:
        form = {"object": kind, "callback_url": url, "fields": fields}
        form["verify_token"] = credentials.secrets.get("verify_token", "")
        app = _as_app(app_id, credentials)
        post(node(app_id, "subscriptions"), app, form=form, graph=graph, repeatable=True)


def is_announced(kind: str, credentials: Credentials, url: str, graph: Graph = FACEBOOK) -> bool | None:
    """Return whether the app calls our address; None where nobody can say, without option ``app_id``."""
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
    if post(edge, credentials, form=form, graph=graph, repeatable=True).get("success") not in (True, "true"):
        raise PermanentFailure(Reason.PERMISSION, "not_subscribed")


def page_subscription(page_id: str) -> str:
    """Return the key of a Page's subscription, which Facebook and Instagram share."""
    return f"page {page_id}"


def unsubscribe(edge: str, credentials: Credentials, graph: Graph = FACEBOOK) -> None:
    """The reverse of ``subscribe``."""
    delete(edge, credentials, {}, graph, repeatable=True)


def is_subscribed(
    edge: str, least: str, credentials: Credentials, graph: Graph = FACEBOOK, app_ids: frozenset[str] = frozenset()
) -> bool:
    """Return whether the app, or that with one of the ids, is told of the ``least`` of an account."""
    wanted = set(least.split(","))
    apps = [json_object(each) for each in json_list(get(edge, credentials, {}, graph).get("data"))]
    ours = (app for app in apps if not app_ids or app.get("id") in app_ids)
    return any(wanted <= {_field(each) for each in json_list(app.get("subscribed_fields"))} for app in ours)


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
    token, seconds = body.get("access_token"), whole(body.get("expires_in"))
    if not isinstance(token, str) or not token or seconds is None or seconds <= 0:
        raise TransientFailure(Reason.RETRY, "no_token")
    return {"access_token": token, "expires_at": str(now + seconds * 1000)}


def _refreshed(params: Mapping[str, str], credentials: Credentials, graph: Graph) -> dict[str, Any]:
    request = _request("GET", "refresh_access_token", credentials, graph, params, versioned=False)
    return _transport.renew(request, channel=graph.channel, classify=classify).body or {}


def node(node_id: str, edge: str = "") -> str:
    """The path of a node, or of one of its edges."""
    return f"{quote(node_id, safe='')}/{edge}".rstrip("/")


def _request(
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
) -> Call:
    options, headers = credentials.options, _transport.bearer(credentials)
    base = (options.get("base_url") or graph.base_url).rstrip("/")
    version = _options.part(options, "version", graph.version)
    url = f"{base}/{version}/{path}" if versioned else f"{base}/{path}"
    signed = {**(params or {}), **(proof(credentials) if graph.proves else {})}
    return Call(method, url, headers, signed, form, document, files=files)


def _call(request: Call, graph: Graph, *, repeatable: bool) -> dict[str, Any]:
    return _transport.call(request, channel=graph.channel, repeatable=repeatable, classify=classify).body or {}


def proof(credentials: Credentials) -> dict[str, str]:
    """Show that the holder of the token knows the app's secret, too; worth nothing without the token."""
    secret, token = credentials.secrets.get("app_secret"), _transport.token(credentials)
    return {"appsecret_proof": hmac.digest(secret.encode(), token.encode(), "sha256").hex()} if secret else {}


# Errors --------------------------------------------------------------------------------------------------------------


CODES = CodeTable(
    codes={
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
    },
    statuses={
        401: Reason.AUTH,
        403: Reason.PERMISSION,
        404: Reason.GONE,
        410: Reason.GONE,
        429: Reason.RATE,
    },
    pauses={Reason.RATE: RATE_PAUSE, Reason.POLICY: POLICY_PAUSE},
)
"""By (code, subcode), where ``None`` stands for every other subcode; the HTTP status says less."""

ERROR_RANGES: tuple[tuple[int, int, Reason], ...] = ((200, 299, Reason.PERMISSION),)


def classify(answer: Answer) -> Refusal | None:
    """Return why the Graph API's answer is no result."""
    return refusal(answer, CODES)


def refusal(answer: Answer, codes: CodeTable, pauses: Mapping[int, float] | None = None) -> Refusal | None:
    """Return why an answer of the Graph API is no result, by a platform's codes; ``pauses`` are those of some codes."""
    error = (answer.body or {}).get("error")
    if not isinstance(error, dict):
        is_result = answer.is_success and answer.body is not None
        return None if is_result else codes.refusal(answer, str(answer.status), retry_after=regained_after(answer))
    code, subcode = whole(error.get("code")), whole(error.get("error_subcode"))
    meaning = meaning_of(codes, code, subcode) or (Reason.RETRY if answer.status >= 500 else Reason.BAD)
    if error.get("is_transient") is True and meaning != MAYBE_SENT and meaning not in PASSING:
        meaning = Reason.RETRY
    pause = _transport.retry_after_header(answer) or regained_after(answer) or (pauses or {}).get(code or 0)
    return codes.refusal(answer, f"{code}/{subcode}" if subcode else str(code), meaning, pause)


def meaning_of(codes: CodeTable, code: int | None, subcode: int | None = None) -> Meaning | None:
    """Return what a code of the Graph API means, where that is known."""
    in_range = next((reason for first, last, reason in ERROR_RANGES if first <= (code or 0) <= last), None)
    return codes.meaning((code, subcode), (code, None)) or in_range


def regained_after(answer: Answer) -> float | None:
    """Return the seconds until an account may call again: the longest ``estimated_time_to_regain_access`` (minutes) of
    ``{"<id>": [{"type": …, "call_count": …}]}``."""
    try:
        usage = json_object(json.loads(answer.headers.get("x-business-use-case-usage", "")))
    except (ValueError, RecursionError):
        return None
    rows = [json_object(row) for cases in usage.values() for row in json_list(cases)]
    return 60.0 * max((whole(row.get("estimated_time_to_regain_access")) or 0 for row in rows), default=0) or None

"""GET|POST /webhooks/{channel}/{connection}: the handshake, and what a platform delivers."""

from __future__ import annotations

import time
from typing import Any

from chalice.app import Chalice, Response

from aws import secrets
from channels.base import InvalidSignature, MalformedPayload, Request
from shared import http_guard, http_responses, settings
from shared.telemetry import count, logger
from storage import conversations, received_facts
from webhook import verification

BODY_LIMIT = 1024 * 1024
"""Bytes. API Gateway itself takes ten times as much; no platform sends more than a thousand updates at once."""
RAW = ["*/*"]
RETRY_SECONDS = "5"
STORED = '{"ok":true}'
"""As text, because Chalice would make an encoder for each answer."""

app = Chalice(app_name="webhook", configure_logs=False)
app.log = logger  # pyright: ignore[reportAttributeAccessIssue] - Powertools' logger quacks like one
app.api.binary_types = []  # nothing here answers in binary, and Chalice compares each answer with each type


@app.route("/webhooks/{channel}/{connection}", methods=["GET"])
def handshake(channel: str, connection: str) -> Response:
    """Answer the platform's question whether this address is ours."""
    try:
        answer = verification.handshake(channel, connection, _request())
    except secrets.UnknownConnection:
        return _refusal(404, "not_found")
    except InvalidSignature:
        return _refusal(403, "forbidden")
    except MalformedPayload:
        return _refusal(400, "malformed")
    except (secrets.Unavailable, conversations.NotStored) as reason:
        return _later(channel, connection, reason)
    if answer is None:
        return _refusal(404, "not_found")
    # X reads JSON, Meta the bare challenge.
    kind = "application/json" if answer.startswith("{") else "text/plain; charset=utf-8"
    return Response(answer, headers={"Content-Type": kind})


@app.route("/webhooks/{channel}/{connection}", methods=["POST"], content_types=RAW)
def deliver(channel: str, connection: str) -> Response:
    """Store what the platform reports. What is answered with 200 is stored; what cannot be stored is answered 503."""
    http_guard.permit(settings.network())  # for the keys of a platform that signs with ones of its own
    try:
        request = _request()
        if len(request.body) > BODY_LIMIT:
            return _refusal(413, "too_large")
        parts, acknowledgement = verification.receive(channel, connection, request)
        if sum(map(len, parts.values())) > verification.MOST_UPDATES:
            return _refusal(413, "too_large")
        now = time.time_ns() // 1_000_000
        quarantined = [each for name, its in parts.items() for each in received_facts.add(channel, name, its, now=now)]
    except secrets.UnknownConnection:
        return _refusal(404, "not_found")
    except InvalidSignature:
        count("InvalidSignature", channel=channel)
        return _refusal(401, "invalid_signature")
    except MalformedPayload:
        return _refusal(400, "malformed")
    except (secrets.Unavailable, conversations.NotStored) as reason:
        return _later(channel, connection, reason)
    # No line as a rule: API Gateway logs the request, dispatch what it folds, and a line costs a tenth of the event.
    if quarantined:
        logger.warning("Updates quarantined", channel=channel, connection=connection, reasons=sorted(set(quarantined)))
        count("Quarantined", len(quarantined))
    return Response(acknowledgement or STORED)


def _request() -> Request:
    current = app.current_request
    assert current is not None
    return Request(current.method, current.headers, dict(current.query_params or {}), verification.body_of(current))


def _later(channel: str, connection: str, reason: Exception) -> Response:
    """Nothing was stored, for a reason that passes: the platform is to deliver it again."""
    logger.error(
        "Not taken in",
        channel=channel,
        connection=connection,
        reason=f"{type(reason).__name__} {reason}".strip(),
        exc_info=reason.__cause__,
    )
    return _refusal(503, "try_again", {"Retry-After": RETRY_SECONDS})


def _refusal(status: int, error: str, headers: dict[str, Any] | None = None) -> Response:
    return Response({"error": error}, status_code=status, headers=headers)


lambda_handler = http_responses.private(app)

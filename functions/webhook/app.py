"""GET|POST /webhooks/{channel}/{connection}: the handshake, and what a platform delivers.

Both are routes of Chalice. Deliveries, which are nearly all calls, do not go through it: what it does around a route
takes as long as checking the signature and reading the payload. Answers are the same, and a test compares them.
"""

from __future__ import annotations

import time
from typing import Any

from chalice.app import Chalice, Response

from aws import secrets
from channels.base import InvalidSignature, MalformedPayload
from shared import http_guard, http_responses, settings
from shared.telemetry import count, logger
from storage import conversations, received_facts
from webhook import verification
from webhook.refusals import failed, later, refusal

PATH = "/webhooks/{channel}/{connection}"
BODY_LIMIT = 1024 * 1024
"""Bytes. API Gateway itself takes ten times as much; no platform sends more than a thousand updates at once."""
RAW = ["*/*"]
STORED = '{"ok":true}'
"""As text, because Chalice would make an encoder for each answer."""

app = Chalice(app_name="webhook", configure_logs=False)
app.log = logger  # pyright: ignore[reportAttributeAccessIssue] - Powertools' logger quacks like one
app.api.binary_types = []  # nothing here answers in binary, and Chalice compares each answer with each type


@app.route(PATH, methods=["GET"])
def handshake(channel: str, connection: str) -> Response:
    """Answer the platform's question whether this address is ours."""
    try:
        answer = verification.handshake(channel, connection, verification.request_of(_current_event()))
    except secrets.UnknownConnection:
        return refusal(404, "not_found")
    except InvalidSignature:
        return refusal(403, "forbidden")
    except MalformedPayload:
        return refusal(400, "malformed")
    except (secrets.Unavailable, conversations.NotStored) as reason:
        return later(channel, connection, reason)
    if answer is None:
        return refusal(404, "not_found")
    # X reads JSON, Meta the bare challenge.
    kind = "application/json" if answer.startswith("{") else "text/plain; charset=utf-8"
    return Response(answer, headers={"Content-Type": kind})


@app.route(PATH, methods=["POST"], content_types=RAW)
def deliver(channel: str, connection: str, event: verification.Event | None = None) -> Response:
    """Store what the platform reports. What is answered with 200 is stored; what cannot be stored is answered 503."""
    http_guard.permit(settings.network())  # for the keys of a platform that signs with ones of its own
    try:
        request = verification.request_of(event or _current_event())
        if len(request.body) > BODY_LIMIT:
            return refusal(413, "too_large")
        parts, acknowledgement = verification.receive(channel, connection, request)
        if sum(map(len, parts.values())) > verification.MOST_UPDATES:
            return refusal(413, "too_large")
        now = time.time_ns() // 1_000_000
        quarantined = [each for name, its in parts.items() for each in received_facts.add(channel, name, its, now=now)]
    except secrets.UnknownConnection:
        return refusal(404, "not_found")
    except InvalidSignature:
        count("InvalidSignature", channel=channel)
        return refusal(401, "invalid_signature")
    except MalformedPayload:
        return refusal(400, "malformed")
    except (secrets.Unavailable, conversations.NotStored) as reason:
        return later(channel, connection, reason)
    # No line as a rule: API Gateway logs the request, dispatch what it folds, and a line costs a tenth of the event.
    if quarantined:
        logger.warning("Updates quarantined", channel=channel, connection=connection, reasons=sorted(set(quarantined)))
        count("Quarantined", len(quarantined))
    return Response(acknowledgement or STORED)


def _current_event() -> verification.Event:
    current = app.current_request
    assert current is not None
    return current.to_original_event()


def _handle(event: verification.Event, context: Any) -> verification.Event:
    if event.get("httpMethod") != "POST" or event.get("resource") != PATH:
        return app(event, context)
    try:
        return deliver(**event["pathParameters"], event=event).to_dict()
    except Exception:
        return failed().to_dict()


lambda_handler = http_responses.private(_handle)

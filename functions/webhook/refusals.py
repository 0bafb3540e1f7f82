"""Answers to calls of platforms that are not carried out."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from shared.telemetry import logger

RETRY_SECONDS = "5"


def later(channel: str, connection: str, reason: Exception) -> Response:
    """Nothing was stored, for a reason that passes: the platform is to deliver it again."""
    logger.error(
        "Not taken in",
        channel=channel,
        connection=connection,
        reason=f"{type(reason).__name__} {reason}".strip(),
        exc_info=reason.__cause__,
    )
    return refusal(503, "try_again", {"Retry-After": RETRY_SECONDS})


def refusal(status: int, error: str, headers: dict[str, Any] | None = None) -> Response:
    """Return the answer to a call that is not carried out, with the reason as one word."""
    return Response({"error": error}, status_code=status, headers=headers)


def failed() -> Response:
    """Log an error that nothing expected, and return Chalice's answer to one."""
    logger.exception("Delivery not handled")
    body = {"Code": "InternalServerError", "Message": "An internal server error occurred."}
    return Response(body, status_code=500)

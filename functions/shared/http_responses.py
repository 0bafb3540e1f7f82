"""Headers of every HTTP response, including the framework's own for errors and unknown methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
EVERY_ANSWER = {
    # An answer is for this caller, now; routes whose answers may be cached set their own header.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def private(handle: Handler) -> Handler:
    """Wrap a function's handler, so that no cache keeps its answers and no browser takes them for another type."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        answer = handle(event, context)
        answer["headers"] = EVERY_ANSWER | answer["headers"]
        return answer

    return handler

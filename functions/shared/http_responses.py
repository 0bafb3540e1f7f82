"""Headers of every HTTP response, including the framework's own for errors and unknown methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
EVERY_ANSWER = {
    # What is said here is for whoever asked, now; what may be kept says so itself.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def private(handle: Handler) -> Handler:
    """The handler of a function, whose answers no cache keeps and no browser takes for another type."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        answer = handle(event, context)
        answer["headers"] = EVERY_ANSWER | answer["headers"]
        return answer

    return handler

"""Answers of the forum: JSON, and errors."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

NOT_PERMITTED = "You are not permitted to view the requested resource."


class Refused(Exception):
    """An error as the forum answers it."""

    def __init__(self, status: int, text: str, kind: str = "", **more: Any) -> None:
        super().__init__(text)
        self.status = status
        self.body = {"errors": [text], **({"error_type": kind} if kind else {}), **more}


NOT_FOUND = Refused(404, "The requested URL or resource could not be found.", "not_found")


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    content = b"" if body is None else json.dumps(body).encode()
    kind = "text/plain" if body is None else "application/json; charset=utf-8"
    return Response(content, status, {"Content-Type": kind, **(headers or {})})


def fault_answer(error: dict[str, Any]) -> Response:
    """An error that was asked for: by its status, as the forum words it."""
    status = error.get("http") or (error["code"] if 400 <= error["code"] < 600 else 500)
    kinds = {403: "invalid_access", 404: "not_found", 429: "rate_limit", 503: "read_only"}
    body: dict[str, Any] = {"errors": [error.get("message") or "asked for"]}
    if status in kinds:
        body["error_type"] = kinds[status]
    if status == 429:
        body["extras"] = {"wait_seconds": 12, "time_left": "12 seconds"}
    return json_answer(body, status, error.get("headers") or {})

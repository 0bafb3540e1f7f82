"""Answers of the server: JSON with rate limits, and errors."""

from __future__ import annotations

import json
import time
from typing import Any

from starlette.responses import Response

from infra.square.platforms.mastodon.account import iso


class Refused(Exception):
    """An error as the server answers it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    reset = iso(int(time.time() // 300 * 300 + 300) * 1000)
    limits = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299", "X-RateLimit-Reset": reset}
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return Response(json.dumps(body).encode(), status, {**kind, **limits, **(headers or {})})


def fault_answer(error: dict[str, Any]) -> Response:
    """An error that was asked for: by its status, as the server words it."""
    status = error.get("http") or (error["code"] if 400 <= error["code"] < 600 else 500)
    texts = {401: "The access token is invalid", 404: "Record not found", 429: "Too many requests"}
    return json_answer(
        {"error": error.get("message") or texts.get(status, "asked for")}, status, error.get("headers") or {}
    )

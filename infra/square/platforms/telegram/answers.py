"""Errors as the Bot API tells them; the words are those of the server's source."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

WORDS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    429: "Too Many Requests: retry after 5",
    500: "Internal Server Error",
}


class Refused(Exception):
    """An error as the Bot API tells it."""

    def __init__(self, code: int, description: str = "", **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.parameters = code, parameters
        self.description = description or WORDS.get(code, "Bad Request")


def error_answer(refused: Refused) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return JSONResponse(body, status_code=refused.code)


def fault_answer(error: dict[str, Any]) -> Response:
    """An error that a test asked for: its code is the status."""
    code = error["code"] if 400 <= error["code"] < 600 else error["http"] or 400
    more = {}
    if code == 429:
        pause = {name.lower(): value for name, value in error["headers"].items()}.get("retry-after", "5")
        more = {"retry_after": int(pause)}
    return error_answer(Refused(code, error["message"] or "", **more))

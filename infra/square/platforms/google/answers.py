"""Errors of both interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    Handler = Callable[[Request, dict[str, Any]], dict[str, Any] | None]


class Refused(Exception):
    """An error as Google answers it; ``name`` is the reason of YouTube, or the status of the newer interfaces."""

    def __init__(self, http: int, name: str, message: str = "") -> None:
        super().__init__(name)
        self.http = http
        self.name = name
        self.message = message or f"The request was refused: {name}."

    def answer(self, *, youtube: bool) -> Response:
        error: dict[str, Any] = {"code": self.http, "message": self.message}
        if youtube:
            error["errors"] = [{"message": self.message, "domain": "youtube.comment", "reason": self.name}]
        else:
            error["status"] = self.name
        return JSONResponse({"error": error}, status_code=self.http)

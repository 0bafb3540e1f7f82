"""Errors of the interface, and how a call's body and token are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from infra.square.core.web import parse_json

if TYPE_CHECKING:
    from starlette.requests import Request


class Refused(Exception):
    """An error as the platform names it."""

    def __init__(self, error: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.error, self.message, self.status = error, message, status


def bearer_token(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


def read_document(body: bytes, request: Request) -> dict[str, Any]:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused("InvalidRequest", "Request encoding (Content-Type) required but not provided")
    try:
        document = parse_json(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Refused("InvalidRequest", "Input must be an object")
    return document


def fault_answer(error: dict[str, Any]) -> Response:
    status = error.get("http") or (400 if error.get("name") else 500)
    name = error.get("name") or {429: "RateLimitExceeded", 502: "UpstreamFailure"}.get(status, "InternalServerError")
    problem = {"error": name, "message": error.get("message") or "as asked for"}
    return JSONResponse(problem, status_code=status, headers={k: str(v) for k, v in error.get("headers", {}).items()})

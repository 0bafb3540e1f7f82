"""Helpers of all endpoints: reading a JSON body strictly, and closing a connection without an answer."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

LONGEST_TEXT = 100_000
REQUIRED: Any = object()


class BadInput(Exception):
    """A call that the control API does not understand; the text says why."""


def no_such_path(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return JSONResponse({"error": "there is no such address, or not for this method"}, status_code=status)


def bad_input(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)


class Fields:
    """A JSON object whose members are read by kind; what nobody asked for is a mistake worth telling."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._known: set[str] = set()

    def has(self, name: str) -> bool:
        return name in self._values

    def is_null(self, name: str) -> bool:
        self._known.add(name)
        return name in self._values and self._values[name] is None

    def text(self, name: str, default: Any = REQUIRED) -> Any:
        value = self._get(name, default)
        if value is default:
            return value
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise BadInput(f"{name} must be a text of at most {LONGEST_TEXT} characters")
        return value

    def flag(self, name: str, default: Any = REQUIRED) -> Any:
        value = self._get(name, default)
        if value is not default and not isinstance(value, bool):
            raise BadInput(f"{name} must be true or false")
        return value

    def number(self, name: str, default: Any = REQUIRED, least: float = 0, most: float = 1e9) -> Any:
        value = self._get(name, default)
        if value is default:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise BadInput(f"{name} must be a number from {least:g} to {most:g}")
        return value

    def whole(self, name: str, default: Any = REQUIRED, least: int = 0, most: int = 1_000_000) -> Any:
        value = self.number(name, default, least, most)
        if value is not default and value != int(value):
            raise BadInput(f"{name} must be a whole number")
        return value if value is default else int(value)

    def choice(self, name: str, choices: Sequence[Any], default: Any = REQUIRED) -> Any:
        value = self._get(name, default)
        if value is not default and value not in choices:
            raise BadInput(f"{name} must be one of {', '.join(json.dumps(choice) for choice in choices)}")
        return value

    def texts(self, name: str) -> list[str]:
        value = self._get(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise BadInput(f"{name} must be a list of texts")
        return value

    def object(self, name: str, default: Any = REQUIRED) -> Any:
        value = self._get(name, default)
        if value is default:
            return value
        if not isinstance(value, dict):
            raise BadInput(f"{name} must be an object")
        return value

    def objects(self, name: str) -> list[dict[str, Any]]:
        value = self._get(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise BadInput(f"{name} must be a list of objects")
        return value

    def finish(self) -> None:
        unknown = sorted(set(self._values) - self._known)
        if unknown:
            raise BadInput(f"unknown: {', '.join(unknown)}; known here: {', '.join(sorted(self._known)) or 'nothing'}")

    def _get(self, name: str, default: Any) -> Any:
        self._known.add(name)
        value = self._values.get(name, default)
        if value is REQUIRED:
            raise BadInput(f"{name} is missing")
        return value


async def read_fields(request: Request) -> Fields:
    """Return the JSON object of a request. Its content type must say so: a foreign web page cannot send that."""
    body = await request.body()
    if not body:
        return Fields({})
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise BadInput("the content type must be application/json")
    try:
        values = parse_json(body)
    except ValueError as error:
        raise BadInput("the body is not JSON") from error
    if not isinstance(values, dict):
        raise BadInput("the body must be a JSON object")
    return Fields(values)


def parse_json(text: str | bytes) -> Any:
    """Strict JSON, of which everything can be written again; anything else is a ``ValueError``."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        # Half an emoji (a lone surrogate) can be read and not be written.
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class HangUp(Response):
    """No answer at all: the connection just closes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["transport"].close()
        while (await receive())["type"] != "http.disconnect":
            pass


class Protocol(H11Protocol):
    """HTTP/1.1 that lets an endpoint reach its own connection, for ``HangUp``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def command(
    changed: Callable[[], None], action: Callable[[Fields, dict[str, str]], Any]
) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that reads its fields, acts, and has the change stored."""

    async def endpoint(request: Request) -> Response:
        result = action(await read_fields(request), dict(request.path_params))
        if inspect.isawaitable(result):
            result = await result
        changed()
        return JSONResponse(result)

    return endpoint

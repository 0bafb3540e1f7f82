"""Parameters of a call: from the address, a form, a multipart form or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from infra.square.core.params import form_parts, json_object
from infra.square.core.web import parse_json

if TYPE_CHECKING:
    from starlette.requests import Request


_JSON_FIELDS = {"reply_parameters", "reply_markup", "allowed_updates", "reaction", "message_ids"}


async def read_params(request: Request) -> dict[str, Any]:
    """Return all parameters; values of a form that are JSON in a text are read."""
    params: dict[str, Any] = dict(parse_qsl(request.url.query, keep_blank_values=True))
    kind, body = request.headers.get("content-type", ""), await request.body()
    if kind.startswith("application/json"):
        return params | json_object(body)
    if kind.startswith("multipart/form-data"):
        params |= dict(form_parts(kind, body))
    elif kind.startswith("application/x-www-form-urlencoded"):
        params |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return {name: _unpacked(name, value) for name, value in params.items()}


def _unpacked(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name not in _JSON_FIELDS:
        return value
    try:
        return parse_json(value)
    except ValueError:
        return value


def without_tokens(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if "token" not in name}

"""Parameters of a call: from the address, a form, a multipart form or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from infra.square.core.params import form_parts, json_object

if TYPE_CHECKING:
    from starlette.requests import Request


async def read_params(request: Request) -> dict[str, Any]:
    """Return all parameters; a body of any other kind is read as JSON."""
    params: dict[str, Any] = dict(request.query_params)
    kind, body = request.headers.get("content-type", ""), await request.body()
    if kind.startswith("multipart/form-data"):
        return params | dict(form_parts(kind, body))
    if kind.startswith("application/x-www-form-urlencoded"):
        return params | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return params | json_object(body)

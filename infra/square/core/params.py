"""Parameters of a call of a platform's API: in its address, as JSON, as a form, or as a form with files."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from infra.square.core.web import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request


async def read_params(request: Request) -> dict[str, Any]:
    """Return all parameters; ``name[]`` is a list under ``name`` and ``name[]``, a file its name, size and type."""
    params = _gathered(request.query_params.multi_items())
    kind, body = request.headers.get("content-type", ""), await request.body()
    if kind.startswith("application/json"):
        return params | json_object(body)
    if kind.startswith("application/x-www-form-urlencoded"):
        return params | _gathered(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if kind.startswith("multipart/form-data"):
        return params | _gathered(form_parts(kind, body))
    return params


def _gathered(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    gathered: dict[str, Any] = {}
    for name, value in items:
        if name.endswith("[]"):
            listed = gathered.setdefault(name, [])
            listed.append(value)
            gathered[name.removesuffix("[]")] = listed
        else:
            gathered[name] = value
    return gathered


def form_parts(content_type: str, body: bytes) -> list[tuple[str, Any]]:
    """Return name and value of the parts of a form with files, which is built as a mail is.

    A file becomes its ``name``, ``size`` and ``type``, which is all the square keeps of it.
    """
    form = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=policy.HTTP)
    parts: list[tuple[str, Any]] = []
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        file = {"name": part.get_filename(), "size": len(content), "type": part.get_content_type()}
        parts.append((name, file if file["name"] else content.decode("utf-8", "replace")))
    return parts


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body, or an empty one."""
    try:
        value = parse_json(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

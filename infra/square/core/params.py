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
        try:
            found = parse_json(body or b"{}")
        except ValueError:
            found = {}
        return params | (found if isinstance(found, dict) else {})
    if kind.startswith("application/x-www-form-urlencoded"):
        return params | _gathered(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if kind.startswith("multipart/form-data"):
        return params | _parts(kind, body)
    return params


def _gathered(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in items:
        if name.endswith("[]"):
            listed = found.setdefault(name, [])
            listed.append(value)
            found[name.removesuffix("[]")] = listed
        else:
            found[name] = value
    return found


def _parts(kind: str, body: bytes) -> dict[str, Any]:
    """Return the parts of a form with files, which are built as a mail's are."""
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=policy.HTTP)
    found: list[tuple[str, Any]] = []
    for part in whole.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        file = part.get_filename()
        shown = {"name": file, "size": len(content), "type": part.get_content_type()}
        found.append((name, shown if file else content.decode("utf-8", "replace")))
    return _gathered(found)

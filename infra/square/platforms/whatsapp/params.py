"""Parameters of a call: from the address, a form, a multipart form or JSON."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import HTTP
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from infra.square.core.web import parse_json

if TYPE_CHECKING:
    from starlette.requests import Request


async def read_params(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = dict(request.query_params)
    kind, body = request.headers.get("content-type", ""), await request.body()
    if kind.startswith("multipart/form-data"):
        return {**found, **_parts(kind, body)}
    if kind.startswith("application/x-www-form-urlencoded"):
        return {**found, **dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))}
    try:
        told = parse_json(body or b"{}")
    except ValueError:
        told = {}
    return {**found, **(told if isinstance(told, dict) else {})}


def _parts(content_type: str, body: bytes) -> dict[str, Any]:
    """The fields of a multipart form; a file becomes its name, type and size."""
    form = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=HTTP)
    fields: dict[str, Any] = {}
    for part in form.iter_parts():
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        name = str(part.get_param("name", header="content-disposition"))
        if file_name := part.get_filename():
            fields[name] = {"name": file_name, "type": part.get_content_type(), "size": len(content)}
        else:
            fields[name] = content.decode("utf-8", "replace")
    return fields

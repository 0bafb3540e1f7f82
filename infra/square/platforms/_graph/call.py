"""One call of the Graph API: its parameters from wherever they came, and who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from infra.square.core.params import form_parts
from infra.square.core.web import parse_json
from infra.square.platforms._graph.errors import GraphError

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass
class Call:
    """Method, path components and parameters; ``address`` is the path's full URL, for paging."""

    method: str
    path: list[str]
    params: dict[str, Any]
    token: str | None
    bearer: bool
    address: str

    def text(self, name: str, default: str = "") -> str:
        value = self.params.get(name, default)
        if not isinstance(value, str | int | float):
            raise GraphError(100, message=f"(#100) Param {name} must be a string")
        return str(value)

    def file(self, name: str, families: tuple[str, ...], largest: int) -> str:
        """An address for a file that came along, or nothing."""
        file = self.params.get(name)
        if not isinstance(file, dict):
            return ""
        if file["type"].partition("/")[0] not in families or file["size"] > largest:
            raise GraphError(100, 2018047)
        return f"https://scontent.xx.fbcdn.net/{file['name']}?size={file['size']}"

    def flag(self, name: str) -> bool:
        value = str(self.params.get(name, "")).lower()
        if value not in ("true", "false", "1", "0"):
            raise GraphError(100, message=f"(#100) Param {name} must be a boolean")
        return value in ("true", "1")

    def object(self, name: str) -> dict[str, Any]:
        """An object-valued parameter; a form carries it as JSON text."""
        value = self.params.get(name, {})
        if isinstance(value, str):
            value = _parsed(value)
        if not isinstance(value, dict):
            raise GraphError(100, message=f"(#100) Param {name} must be an object.")
        return value

    def names(self, name: str) -> list[str]:
        """A list-valued parameter: JSON, or separated by commas."""
        value = self.params.get(name, [])
        if isinstance(value, str):
            value = _parsed(value) if value.startswith("[") else [part.strip() for part in value.split(",")]
        if not isinstance(value, list):
            raise GraphError(100, message=f"(#100) Param {name} must be an array.")
        return [str(part) for part in value if part]


async def read_call(request: Request, path: list[str]) -> Call:
    params: dict[str, Any] = dict(request.query_params)
    params |= await _read_body(request)
    scheme, _, header_token = request.headers.get("authorization", "").partition(" ")
    bearer = scheme.lower() in ("bearer", "oauth") and bool(header_token)
    token = header_token if bearer else params.get("access_token")
    address = str(request.url.replace(query="", fragment=""))
    return Call(request.method, path, params, str(token) if token else None, bearer, address)


async def _read_body(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").startswith("application/json"):
        body = _parsed(await request.body() or "{}")
        if not isinstance(body, dict):
            raise GraphError(100, message="(#100) The request body must be a JSON object")
        return body
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return dict(form_parts(request.headers["content-type"], await request.body()))
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _parsed(text: str | bytes) -> Any:
    try:
        return parse_json(text)
    except ValueError as error:
        raise GraphError(100, message="(#100) Invalid JSON") from error

"""Pictures that customers attach: kept beside the state file, and handed out to whom a platform sends for them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.web import BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

LARGEST = 8_000_000
"""Bytes."""
PLACE = "/_square/files/"
_BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8", "webp": b"RIFF"}
_NAME = re.compile(rf"([0-9a-f]{{32}})\.({'|'.join(_BEGINNINGS)})")


class Files:
    """Pictures by names that are made of their contents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, content: bytes) -> str:
        """Keep a picture; return its name. Raises ``BadInput`` for anything else."""
        kind = next((kind for kind, start in _BEGINNINGS.items() if content.startswith(start)), None)
        if kind is None:
            raise BadInput("only pictures can be attached: PNG, JPEG, GIF or WebP")
        if len(content) > LARGEST:
            raise BadInput(f"a picture has at most {LARGEST} bytes")
        name = f"{hashlib.sha256(content).hexdigest()[:32]}.{kind}"
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_bytes(content)
        return name

    def read(self, name: str) -> tuple[str, bytes] | None:
        """Return the type and the bytes of a picture; None where there is none."""
        found = _NAME.fullmatch(name)
        path = self._folder / name
        return (f"image/{found[2]}", path.read_bytes()) if found and path.is_file() else None

    def read_at(self, url: Any) -> tuple[str, bytes] | None:
        """Return the type and the bytes of the picture at an address; None for an address of anything else."""
        _, place, name = str(url).partition(PLACE)
        return self.read(name) if place else None

    def routes(self) -> list[BaseRoute]:
        """Return the addresses at which pictures are left and had."""
        return [
            Route("/files", self._post, methods=["POST"]),
            Route("/files/{name}", self._get, methods=["GET"]),
        ]

    async def _post(self, request: Request) -> Response:
        # A foreign web page cannot send this type.
        if not request.headers.get("content-type", "").startswith("image/"):
            raise BadInput("the content type must be that of a picture")
        name = self.add(await request.body())
        return JSONResponse({"url": f"{request.url.scheme}://{request.url.netloc}{PLACE}{name}"})

    async def _get(self, request: Request) -> Response:
        found = self.read(request.path_params["name"])
        headers = {"X-Content-Type-Options": "nosniff"}
        return Response(found[1], media_type=found[0], headers=headers) if found else Response(status_code=404)

"""The web server: control API, page, and the platforms' own APIs, in that order."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from infra.square.core.control import control_routes
from infra.square.core.web import BadInput, bad_input, no_such_path

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from infra.square.core.square import Square

FOLDER = Path(__file__).parents[1]
OWN_HOSTS = ["localhost", "*.localhost", "127.0.0.1"]
"""A foreign page cannot reach the square by pointing its own name at this machine."""
ROOT_PLATFORM = "facebook"
"""Official clients take an address without a path; one platform can have the root."""
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"


def build(square: Square) -> Starlette:
    @asynccontextmanager
    async def run_in_background(_app: Starlette) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(square.state.keep_saving()),
            asyncio.create_task(square.deliveries.keep_delivering()),
        ]
        yield
        for task in tasks:
            task.cancel()
        square.state.save()

    return Starlette(
        routes=[*_page_routes(), Mount("/_square", routes=control_routes(square)), *_platform_routes(square)],
        exception_handlers={BadInput: bad_input, 404: no_such_path, 405: no_such_path},
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=OWN_HOSTS)],
        lifespan=run_in_background,
    )


def _page_routes() -> list[BaseRoute]:
    async def page(_request: Request) -> Response:
        return FileResponse(FOLDER / "static" / "index.html", headers={"Content-Security-Policy": POLICY})

    return [
        Route("/", page, methods=["GET"]),
        Mount("/_static", StaticFiles(directory=FOLDER / "static")),
        Mount("/_texts", StaticFiles(directory=FOLDER / "texts")),
    ]


def _platform_routes(square: Square) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Mount(f"/{name}", routes=platform.routes()) for name, platform in square.platforms.items()
    ]
    if ROOT_PLATFORM in square.platforms:
        routes += square.platforms[ROOT_PLATFORM].routes()
    return routes

"""A team's chat: what is posted to ``/_square/notices/{name}`` is kept for those who look."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.web import BadInput

if TYPE_CHECKING:
    from starlette.requests import Request

KEPT = 500


def notice_routes() -> list[BaseRoute]:
    """Takes whatever Slack or Teams would take, and answers as Slack does."""
    notices: deque[dict[str, Any]] = deque(maxlen=KEPT)

    async def take(request: Request) -> Response:
        try:
            body = await request.json()
        except ValueError:
            raise BadInput("the body is not JSON") from None
        notices.append({"name": request.path_params["name"], "body": body})
        return PlainTextResponse("ok")

    async def show(_request: Request) -> Response:
        return JSONResponse({"notices": list(notices)})

    return [Route("/notices", show, methods=["GET"]), Route("/notices/{name}", take, methods=["POST"])]

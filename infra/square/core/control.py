"""The square's own switches under ``/_square``: deliveries, faults, clock, tokens; see README.md."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from infra.square.core.customers import customer_routes
from infra.square.core.faults import read_fault
from infra.square.core.notices import notice_routes
from infra.square.core.web import BadInput, Fields, command

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.square.core.square import Square

EXPIRED = 463


def control_routes(square: Square) -> list[BaseRoute]:
    switches = Switches(square)
    return [
        Route("/health", switches.health, methods=["GET"]),
        Route("/inbox", command(square.changed, switches.set_inbox), methods=["PUT"]),
        Route("/reset", command(square.changed, switches.reset), methods=["POST"]),
        Route("/requests", switches.requests, methods=["GET"]),
        Route("/deliveries", switches.deliveries, methods=["GET"]),
        Route("/deliveries", command(square.changed, switches.set_deliveries), methods=["PUT"]),
        Route("/deliveries/flush", command(square.changed, switches.flush), methods=["POST"]),
        Route("/faults", switches.faults, methods=["GET"]),
        Route("/faults", command(square.changed, switches.add_fault), methods=["POST"]),
        Route("/faults", command(square.changed, switches.clear_faults), methods=["DELETE"]),
        Route("/clock", command(square.changed, switches.advance), methods=["POST"]),
        Route("/token", command(square.changed, switches.set_token), methods=["POST"]),
        *notice_routes(),
        *square.files.routes(),
        *square.feed.routes(),
        *(Mount(f"/{name}", routes=customer_routes(square, platform)) for name, platform in square.platforms.items()),
    ]


class Switches:
    """One method per switch."""

    def __init__(self, square: Square) -> None:
        self._square = square
        self._inbox = ""

    async def health(self, _request: Request) -> Response:
        names = list(self._square.platforms)
        labels = {name: self._square.platforms[name].label for name in names}
        told = {"ok": True, "now": self._square.clock.now(), "platforms": names, "labels": labels}
        return JSONResponse(told | {"inbox": self._inbox})

    def set_inbox(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Say where the company reads what customers write; the page has a link to it."""
        address = fields.text("url")
        fields.finish()
        if not address.startswith(("http://", "https://")):
            raise BadInput("url must be an address of the web")
        self._inbox = address
        return {"inbox": address}

    def reset(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        fields.finish()
        self._square.reset()
        return {"ok": True}

    async def requests(self, _request: Request) -> Response:
        return JSONResponse({"requests": list(self._square.calls)})

    async def deliveries(self, _request: Request) -> Response:
        return JSONResponse(self._square.deliveries.describe())

    async def faults(self, _request: Request) -> Response:
        return JSONResponse({"faults": self._square.faults.describe()})

    def set_deliveries(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Change what is named, keep the rest."""
        now = self._square.deliveries.settings
        settings = replace(
            now,
            repeat=fields.whole("repeat", now.repeat, least=1, most=100),
            delay_seconds=fields.number("delay_seconds", now.delay_seconds, most=3600),
            shuffle=fields.flag("shuffle", now.shuffle),
            batch=fields.whole("batch", now.batch, least=1, most=1000),
            corrupt=fields.choice("corrupt", ("signature", "body", None), now.corrupt),
            hold=fields.flag("hold", now.hold),
        )
        fields.finish()
        self._square.deliveries.configure(settings)
        return asdict(settings)

    async def flush(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        fields.finish()
        await self._square.deliveries.flush()
        return {"pending": len(self._square.deliveries.snapshot())}

    def add_fault(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        self._square.faults.add(read_fault(fields))
        return {"faults": self._square.faults.describe()}

    def clear_faults(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        fields.finish()
        self._square.faults.clear()
        return {"faults": []}

    def advance(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        seconds = fields.number("advance_seconds", most=10 * 366 * 24 * 3600)
        fields.finish()
        self._square.clock.advance(seconds)
        return {"now": self._square.clock.now(), "offset_seconds": self._square.clock.offset_ms / 1000}

    def set_token(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        expired = fields.flag("expired")
        subcode = fields.whole("subcode", EXPIRED)
        name = fields.text("platform", next(iter(self._square.platforms)))
        fields.finish()
        if name not in self._square.platforms:
            raise BadInput(f"platform must be one of {', '.join(self._square.platforms)}")
        self._square.platforms[name].account.set_token(expired=expired, subcode=subcode)
        return {"expired": expired}

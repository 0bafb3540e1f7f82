"""Serves MiniStack by uvicorn, which takes less than half of the processor time of hypercorn for each request.

uvicorn reads requests with httptools and runs on uvloop, both compiled, where they are installed.

``python -m infra.local.web_server`` runs MiniStack so, without our corrections: for functional tests, which ask it a
hundred thousand times and more. A whole stack's MiniStack (emulator.py) is served so, too.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import uvicorn
from uvicorn.loops.auto import auto_loop_factory
from uvicorn.protocols.utils import ClientDisconnected

KEPT_SECONDS = 75
"""Seconds for which a connection is kept between two requests, as by MiniStack's own server."""
LEFT_SECONDS = 3
"""Seconds that requests which are under way may take at the end."""


def install() -> None:
    """Have MiniStack served by uvicorn, before it starts."""
    import hypercorn.asyncio

    hypercorn.asyncio.serve = _serve
    asyncio.run = _run


def _run(main: Coroutine[Any, Any, Any], *, debug: bool | None = None) -> Any:
    """Run a coroutine as ``asyncio.run`` does, which MiniStack calls, on the event loop that uvicorn prefers."""
    with asyncio.Runner(debug=debug, loop_factory=auto_loop_factory()) as runner:
        return runner.run(main)


async def _serve(application: Any, config: Any) -> None:
    """Serve at the one address of ``config``, which is made for hypercorn, until a signal ends it."""
    host, _, port = config.bind[0].rpartition(":")
    options = uvicorn.Config(
        heeding_no_absence(application),
        host=host,
        port=int(port),
        http="auto",
        ws="wsproto",
        lifespan="on",
        log_config=None,
        # At INFO it writes the address of each WebSocket, and so its ticket.
        log_level="warning",
        access_log=False,
        # MiniStack writes these headers itself, as AWS does.
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=LEFT_SECONDS,
    )
    await uvicorn.Server(options).serve()


def heeding_no_absence(application: Any) -> Any:
    """Return an ASGI application to which a client that is gone is no error, as with hypercorn.

    MiniStack would end a WebSocket there, and not tell the function of ``$disconnect`` what that of ``$connect`` knows.
    """

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        async def send_if_there(message: Any) -> None:
            with contextlib.suppress(ClientDisconnected):
                await send(message)

        await application(scope, receive, send_if_there)

    return serve


def main() -> None:
    """Run MiniStack until a signal ends it."""
    from ministack import app

    install()
    app.main()


if __name__ == "__main__":
    main()

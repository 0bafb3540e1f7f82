"""Calls of one platform's own API: noted for those who look, and answered with the faults that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from infra.square.core.square import Square


class Calls:
    """The calls of one platform."""

    def __init__(self, square: Square, platform_name: str) -> None:
        self._square = square
        self._platform_name = platform_name

    def note(self, request: Request, params: dict[str, Any], path: str = "") -> None:
        """Remember a call for ``GET /_square/requests``; ``path`` replaces one that holds a secret."""
        self._square.note_call(self._platform_name, request.method, path or request.url.path, params)

    def changed(self) -> None:
        """Have a change stored that a call made without ``answer``."""
        self._square.changed()

    async def answer(
        self,
        request: Request,
        kind: str,
        handler: Callable[[], Awaitable[Response]],
        error_answer: Callable[[dict[str, Any]], Response],
        path: str = "",
    ) -> Response:
        """Carry a call out, or let the fault happen that was asked for.

        ``kind`` is ``send``, ``read`` or ``profile``; ``error_answer`` makes the platform's own error of
        ``{code, name, http, message, headers, …}``, each but ``code`` perhaps None; ``path`` is what faults match,
        where that is not the address.
        """
        response = await self._square.faults.around((kind, path or request.url.path), handler, error_answer)
        self._square.changed()
        return response

"""Faults on request: chosen errors, slow answers, lost answers, refused connections."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from infra.square.core.web import BadInput, Fields, HangUp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

HEADER = re.compile(r"[A-Za-z0-9-]+: [ -~]*")
KINDS = ("send", "read", "profile")


@dataclass
class Fault:
    """A fault of the next ``times`` calls that match ``on``; ``times`` None: until it is removed."""

    on: str
    times: int | None = 1
    error: dict[str, Any] | None = None
    delay_seconds: float = 0
    lost_answer: bool = False
    refused: bool = False

    def matches(self, kind: str, path: str) -> bool:
        if self.on in KINDS:
            return self.on == kind
        return re.search(self.on, path) is not None


def read_fault(fields: Fields) -> Fault:
    fault = Fault(
        on=fields.text("on"),
        times=fields.whole("times", 1, least=1) if not fields.is_null("times") else None,
        error=_read_error(fields.object("error", None)),
        delay_seconds=fields.number("delay_seconds", 0, most=600),
        lost_answer=fields.flag("lost_answer", False),
        refused=fields.flag("refused", False),
    )
    fields.finish()
    try:
        re.compile(fault.on)
    except re.error as error:
        raise BadInput(f"on is neither {', '.join(KINDS)} nor a regular expression: {error}") from error
    if not (fault.error or fault.delay_seconds or fault.lost_answer or fault.refused):
        raise BadInput("say what shall happen: error, delay_seconds, lost_answer or refused")
    return fault


def _read_error(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    fields = Fields(values)
    error = {
        "code": fields.whole("code", 0, most=10**9),
        "name": fields.text("name", None),
        "subcode": fields.whole("subcode", None, most=10**9),
        "http": fields.whole("http", None, least=200, most=599),
        "message": fields.text("message", None),
        "is_transient": fields.flag("is_transient", None),
        "headers": fields.object("headers", {}),
    }
    fields.finish()
    if not all(HEADER.fullmatch(f"{name}: {value}") for name, value in error["headers"].items()):
        raise BadInput("headers must be names with plain texts")
    return error


class Faults:
    """The faults that are still to happen, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def describe(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._waiting]

    def take(self, kind: str, path: str) -> Fault | None:
        fault = next((fault for fault in self._waiting if fault.matches(kind, path)), None)
        if fault and fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._waiting.remove(fault)
        return fault

    async def around(
        self,
        call: tuple[str, str],
        answer: Callable[[], Awaitable[Response]],
        error_answer: Callable[[dict[str, Any]], Response],
    ) -> Response:
        """Answer a call (kind and path), or let its fault happen.

        A late or lost answer belongs to a call that was carried out: the dangerous case for the caller.
        """
        fault = self.take(*call)
        if fault is None:
            return await answer()
        if fault.refused:
            return HangUp()
        response = error_answer(fault.error) if fault.error else await answer()
        await asyncio.sleep(fault.delay_seconds)
        return HangUp() if fault.lost_answer else response

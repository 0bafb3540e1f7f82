"""The body of a forward, read into a value."""

from __future__ import annotations

from msgspec import Struct

from console.bodies.fields import text_of
from console.bodies.json_types import Body


class NewForward(Struct, frozen=True):
    """A forward to somebody without a seat."""

    to: str
    text: str
    """The agent's comment, which stands above what is forwarded."""
    message: str = ""
    """The id of the one message that goes along; empty for all."""
    files: bool = True
    """The files of what is forwarded go along, as far as a mail takes them."""
    connection: str = ""
    """The name of the connection that sends it; empty for the conversation's own, or the team's first one."""
    hold: int = 0
    """Milliseconds for which it is held back, and can be taken back."""


def forward(body: Body) -> NewForward:
    """The body of ``POST …/forwards``."""
    return NewForward(
        to=body["to"],
        text=text_of(body),
        message=body.get("message") or "",
        files=body.get("files") is not False,
        connection=body.get("connection") or "",
        hold=(body.get("hold_seconds") or 0) * 1000,
    )

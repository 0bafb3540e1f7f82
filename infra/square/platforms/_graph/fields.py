"""The ``fields`` parameter of the Graph API: ``id,message,comments.limit(5).order(chronological){id,from}``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from infra.square.platforms._graph.errors import GraphError

TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark>[,{}.()])|(?P<value>[^,{}.()\s]+))")
DEEPEST = 6


@dataclass
class Wanted:
    """One field that was asked for, with its modifiers and the fields below it."""

    name: str
    modifiers: dict[str, str] = field(default_factory=dict)
    below: list[Wanted] = field(default_factory=list)


def parse_fields(text: str) -> list[Wanted]:
    reader = _Reader([match.group().strip() for match in TOKEN.finditer(text)])
    wanted = reader.read_list(0)
    if reader.peek() is not None:
        raise GraphError(2500, message=f"Syntax error near {reader.peek()!r} in the fields parameter")
    return wanted


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def read_list(self, depth: int) -> list[Wanted]:
        if depth > DEEPEST:
            raise GraphError(2500, message="The fields parameter is nested too deep")
        wanted: list[Wanted] = []
        while self.peek() not in (None, "}"):
            wanted.append(self._read_one(depth))
            if self.peek() == ",":
                self._take()
        return wanted

    def _read_one(self, depth: int) -> Wanted:
        wanted = Wanted(self._take())
        while self.peek() == ".":
            self._take()
            name = self._take()
            self._take("(")
            wanted.modifiers[name] = self._read_value()
        if self.peek() == "{":
            self._take()
            wanted.below = self.read_list(depth + 1)
            self._take("}")
        return wanted

    def _read_value(self) -> str:
        parts: list[str] = []
        while self.peek() not in (None, ")"):
            parts.append(self._take())
        self._take(")")
        return "".join(parts)

    def _take(self, expected: str | None = None) -> str:
        token = self.peek()
        if token is None or (expected and token != expected):
            raise GraphError(2500, message="Syntax error in the fields parameter")
        self._at += 1
        return token

"""A platform with OAuth tokens over a real connection: it knows whose each token is, and which webhook it calls."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import channels
from tests.support.serving import AnyMethod, serving

FOLDER = Path(__file__).parent / "fake_oauth_channels"


@dataclass
class FakeOauthPlatform:
    """The platform's state. ``tokens`` maps each valid token to its account."""

    port: int = 0
    tokens: dict[str, str] = field(default_factory=lambda: {"first-token": "account-1", "second-token": "account-1"})
    refresh: dict[str, str] = field(default_factory=dict)
    """Refresh tokens, each good for one renewal, and the token that each gives."""
    hook: dict[str, str] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    """By method and path, the status that is answered instead."""
    asked: list[str] = field(default_factory=list)
    meanwhile: dict[str, Callable[[], None]] = field(default_factory=dict)
    """By method and path, what happens here between a call and its answer, once."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, call: str, token: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append(call)
        self.meanwhile.pop(call, lambda: None)()
        if call in self.broken:
            return self.broken[call], {}
        if call == "POST /renew":
            return self._renewed(body.get("refresh_token", ""))
        if token not in self.tokens:
            return 401, {}
        if call == "GET /me":
            return 200, {"id": self.tokens[token], "name": "Obststand", "motto": "Frisch!"}
        if call == "PUT /hook":
            self.hook = dict(body)
        if call == "DELETE /hook":
            self.hook = {}
        return 200, dict(self.hook)

    def _renewed(self, refresh: str) -> tuple[int, dict[str, Any]]:
        token = self.refresh.pop(refresh, None)
        if token is None:
            return 401, {}
        self.tokens[token] = "account-1"
        return 200, {"token": token, "refresh_token": f"{refresh}-again"}


class _Handler(AnyMethod):
    fake_oauth_platform: FakeOauthPlatform

    def respond(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        token = self.headers.get("authorization", "")
        status, body = self.fake_oauth_platform.answer(f"{self.command} {self.path}", token, json.loads(raw or b"{}"))
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextlib.contextmanager
def fake_oauth_platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOauthPlatform]:
    """The platform, and its channel among the others, for as long as the block lasts."""
    state = FakeOauthPlatform()
    with serving(_Handler, fake_oauth_platform=state) as state.port:
        monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(FOLDER)])
        channels.names.cache_clear()
        try:
            yield state
        finally:
            channels.names.cache_clear()

"""The market square as a server."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.square import __main__ as command
from infra.square.core import http_clients


def test_connection_without_a_request_stays_open_for_longer_than_its_client_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setattr("uvicorn.run", lambda _app, **options: served.update(options))
    config = tmp_path / "square.json"
    config.write_text("{}")
    arguments = ["square", "--port", "1", "--config", str(config), "--state", str(tmp_path / "state.json")]
    monkeypatch.setattr("sys.argv", arguments)
    command.main()
    kept = httpx.Limits().keepalive_expiry
    assert kept is not None
    assert served["timeout_keep_alive"] > 2 * kept


def test_clients_of_the_square_share_what_was_read_of_certificate_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    default = ssl.create_default_context

    def reading(**options: Any) -> ssl.SSLContext:
        read.append("once")
        return default(**options)

    http_clients.client(1)
    monkeypatch.setattr("ssl.create_default_context", reading)
    http_clients.client(1)
    assert not read

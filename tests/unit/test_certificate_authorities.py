"""Clients of httpx share certificate authorities in tests."""

from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest


def test_second_client_reads_no_certificate_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    def reading(**_: Any) -> ssl.SSLContext:
        raise AssertionError("Certificate authorities were read again.")

    httpx.Client(trust_env=False).close()
    monkeypatch.setattr("ssl.create_default_context", reading)
    httpx.Client(trust_env=False).close()

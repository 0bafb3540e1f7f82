"""Clients of HTTP for what the square calls itself: webhooks, and addresses that are to become one.

httpx reads all certificate authorities for each client, which takes 20 milliseconds of processor time, several times
what a delivery takes otherwise. So all clients share what was read for the first one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import ssl


def client(seconds: float) -> httpx.AsyncClient:
    """Return a client that waits so long for an answer; proxies of the environment are not used."""
    return httpx.AsyncClient(timeout=seconds, trust_env=False, verify=_authorities())


@cache
def _authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)

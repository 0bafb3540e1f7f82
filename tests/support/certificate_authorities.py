"""Certificate authorities, read once for all clients of httpx in a process of tests.

httpx reads them for each client, and for each call without one, which takes 20 milliseconds of processor time, for
servers that speak plain HTTP on this machine.
"""

from __future__ import annotations

from functools import cache

from httpx import _transports


def share() -> None:
    """Have clients that are made from now on share a context for each set of options."""
    default = _transports.default
    default.create_ssl_context = cache(default.create_ssl_context)

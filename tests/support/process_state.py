"""Finds a test that leaves its process changed: channels and credentials are made once, and all tests use them.

Processes share the tests as they come, so that what one leaves behind breaks another one in some runs only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from aws import clients

CREDENTIALS = "test"
"""Access key of the embedded AWS's root; with any other one it refuses links, and nothing else."""


class LeftBehind(AssertionError):
    """A test changed what the next one finds."""


@contextmanager
def channels_as_they_were() -> Iterator[None]:
    """Raise ``LeftBehind`` if the block leaves a channel that was imported before with another part."""
    before = _parts_of_channels()
    yield
    after = _parts_of_channels()
    changed = sorted(name for name, part in before.items() if after[name] is not part)
    if changed:
        raise LeftBehind(f"not put back: {', '.join(changed)}")


def _parts_of_channels() -> dict[str, Any]:
    package = sys.modules.get("channels")
    loaded = [sys.modules.get(f"channels.{name}") for name in (package.names() if package else ())]
    known = [module.channel for module in loaded if hasattr(module, "channel")]
    return {f"{name} of {one.name}": part for one in known for name, part in msgspec.structs.asdict(one).items()}


@contextmanager
def credentials_as_they_were() -> Iterator[None]:
    """Raise ``LeftBehind`` if the block leaves a session whose clients sign as nobody whom the embedded AWS knows."""
    yield
    if clients._session.cache_info().currsize:
        credentials = clients._session()._credentials  # type: ignore[attr-defined]
        if credentials and credentials.access_key != CREDENTIALS:
            _forget_clients()
            raise LeftBehind("not put back: credentials of AWS")


@contextmanager
def clients_of_their_own() -> Iterator[None]:
    """Let the block make clients for the environment that it set, with its credentials; they are gone after it."""
    _forget_clients()
    try:
        yield
    finally:
        _forget_clients()


def _forget_clients() -> None:
    clients.forget()
    clients._session.cache_clear()

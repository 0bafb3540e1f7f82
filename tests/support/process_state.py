"""Finds a test that leaves the channels of its process changed: each is made once, and all tests of a process use it.

Processes share the tests as they come, so that what one leaves behind breaks another one in some runs only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec


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

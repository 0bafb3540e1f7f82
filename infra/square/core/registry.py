"""The platforms there are: each package in ``infra/square/platforms`` is one, and registers by its folder's name."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "platforms"


def names() -> list[str]:
    """Return the names of all platforms, sorted."""
    return sorted(path.parent.name for path in FOLDER.glob("[a-z]*/__init__.py"))


def load(name: str) -> Any:
    """Return the class of a platform, a ``Platform``; raises ``ImportError`` where there is none of this name."""
    return _package(name).Platform


def upgrade(name: str, stored: dict[str, Any]) -> dict[str, Any]:
    """Return what is stored of a platform in today's form, if its package knows an earlier one (``upgrade``)."""
    upgrade_stored = getattr(_package(name), "upgrade", None)
    return upgrade_stored(stored) if upgrade_stored else stored


def _package(name: str) -> Any:
    return importlib.import_module(f"infra.square.platforms.{name}")

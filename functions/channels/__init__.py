"""One platform, one file. ``names()`` lists the folder, ``get(name)`` imports a channel on first use.

A module whose name starts with an underscore, and ``base``, are no channels.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from conversations.logged import KINDS

if TYPE_CHECKING:
    from channels._search import Searcher
    from channels.base import Channel


@cache
def names() -> tuple[str, ...]:
    """The names of all channels, found by their file names."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if name != "base" and not name.startswith("_")))


@cache
def get(name: str) -> Channel:
    """The channel of this name; raises ``KeyError`` for a name that is not in the folder.

    A logged call or visit has one, too, which is not among the ``names``: nothing is received or sent there.
    """
    if name in KINDS:
        return import_module(f"{__name__}._logged").CHANNELS[name]
    if name not in names():
        raise KeyError(name)
    return import_module(f"{__name__}.{name}").channel


def searcher_of(name: str) -> Searcher | None:
    """Return what searches a platform; None where it cannot be searched, and for a feed, which is no channel."""
    return get(name).searcher if name in names() else None

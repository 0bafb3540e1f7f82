"""Public holidays of a country or a part of it, from the library ``holidays``.

The library is imported on first use, since most teams name no country.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


@lru_cache(maxsize=256)
def days_off(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Return the public holidays of a year; raises ``ValueError`` for an unknown place."""
    return frozenset(calendar(country, subdivision, year))


def calendar(country: str, subdivision: str, year: int | None = None) -> Iterable[date]:
    """The days of a year on which most people there do not work; ValueError if nobody knows the place."""
    import holidays
    from holidays.registry import EntityLoader

    # Asked for alone, names of classes and of stock exchanges would be found, too; the public list imports everybody.
    if country not in set(EntityLoader.get_country_codes()):
        raise ValueError("country: unknown")
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError:
        raise ValueError("subdivision: unknown") from None

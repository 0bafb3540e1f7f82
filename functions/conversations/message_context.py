"""Content that a message refers to: words it quotes, what it came from, and a place. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of somebody that a message quotes, beside the author's own; either may be unknown."""

    text: str | None = None
    author: str | None = None
    """Name of who wrote them."""


@dataclass(frozen=True, slots=True)
class Referral:
    """An advertisement, a product, a post or something else outside the conversation that a message refers to."""

    kind: str
    """``ad``, ``product``, ``post``, ``story``, ``link``, or the platform's own word."""
    title: str | None = None
    text: str | None = None
    url: str | None = None
    picture: str | None = None
    """Address of its picture; it is no file of the customer's, and not fetched."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the company's own, below which customers comment."""

    text: str | None = None
    url: str | None = None
    picture: str | None = None
    """Address of its picture, or of a still of its film."""
    likes: int | None = None
    """Reactions of any kind; like the other numbers, None where the platform does not tell."""
    comments: int | None = None
    shares: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the map; coordinates in degrees, north and east."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None

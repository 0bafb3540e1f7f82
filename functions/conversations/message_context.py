"""Content that a message refers to: words it quotes, what it came from, and a place. Frozen values."""

from __future__ import annotations

from msgspec import Struct


class Quote(Struct, frozen=True):
    """Words of somebody that a message quotes, beside the author's own; either may be unknown."""

    text: str | None = None
    author: str | None = None
    """Name of who wrote them."""


class Referral(Struct, frozen=True):
    """An advertisement, a product, a post or something else outside the conversation that a message refers to."""

    kind: str
    """``ad``, ``product``, ``post``, ``story``, ``link``, or the platform's own word."""
    title: str | None = None
    text: str | None = None
    url: str | None = None
    picture: str | None = None
    """Address of its picture; it is no file of the customer's, and not fetched."""


class Post(Struct, frozen=True):
    """A post of the company's own, below which customers comment."""

    text: str | None = None
    url: str | None = None
    picture: str | None = None
    """Address of its picture, or of a still of its film."""
    likes: int | None = None
    """Reactions of any kind; like the other numbers, None where the platform does not tell."""
    comments: int | None = None
    shares: int | None = None


class Place(Struct, frozen=True):
    """A place on the map; coordinates in degrees, north and east."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None

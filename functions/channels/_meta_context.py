"""Things that messages on Meta's platforms refer to: advertisements, products, links, and places."""

from __future__ import annotations

import re
from typing import Any

from channels._values import as_id, as_text, as_words
from channels.base import json_object
from conversations.message_context import Place, Post, Referral

_FULL_ID = re.compile(r"[0-9]+_[0-9]+", re.ASCII)
"""Id of a post on a Page."""


def as_address(value: object) -> str | None:
    """Return an address of the web; None for anything else."""
    return as_text(value) if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def referral(kind: str, **shown: str | None) -> Referral | None:
    """Return what a message refers to; None where nothing of it can be shown."""
    return Referral(kind, **shown) if any(shown.values()) else None


def referral_of(told: object) -> Referral | None:
    """Return the advertisement, product or link by which somebody came to a chat of Messenger or Instagram."""
    source = json_object(told)
    if not source:
        return None
    ad, product = json_object(source.get("ads_context_data")), json_object(source.get("product"))
    product_id = as_id(product.get("id")) or as_id(ad.get("product_id"))
    if ad or as_id(source.get("ad_id")):
        return referral(
            "ad",
            title=as_words(ad.get("ad_title")) or product_id or as_id(source.get("ad_id")),
            url=_post_address(as_id(ad.get("post_id"))) or as_address(source.get("referer_uri")),
            picture=as_address(ad.get("photo_url")) or as_address(ad.get("video_url")),
        )
    if product_id:
        return referral("product", title=as_words(product.get("title")) or product_id)
    return referral("link", title=as_words(source.get("ref")), url=as_address(source.get("referer_uri")))


def _post_address(post_id: str | None) -> str | None:
    """The ids of posts of a Page, ``<page>_<post>``, are addresses on Facebook; those of Instagram are none."""
    return f"https://www.facebook.com/{post_id}" if post_id and _FULL_ID.fullmatch(post_id) else None


def post_of(found: dict[str, Any], text: str, url: str, *pictures: str) -> Post:
    """Return a post by the names of its fields; the first picture that is there is its."""
    picture = next((address for each in pictures if (address := as_address(found.get(each)))), None)
    return Post(as_words(found.get(text)), as_address(found.get(url)), picture)


def still_of(found: dict[str, Any]) -> tuple[str, ...]:
    """Return the name of the field with the picture of a post; a film's file is none."""
    return () if found.get("media_type") == "VIDEO" else ("media_url",)


def place_of(
    spot: dict[str, Any], north: str, east: str, name: str | None = None, address: str | None = None
) -> Place | None:
    """Return a place by the names of its coordinates; None where these are no degrees."""
    latitude, longitude = _degrees(spot.get(north), 90), _degrees(spot.get(east), 180)
    if latitude is None or longitude is None:
        return None
    return Place(latitude, longitude, name or None, address or None)


def _degrees(value: object, most: int) -> float | None:
    try:
        degrees = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return degrees if degrees is not None and -most <= degrees <= most else None

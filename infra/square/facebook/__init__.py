"""Facebook: a Page with its visitors' posts, comments and Messenger chats, behind the Graph API's wire protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.facebook.platform import Facebook

if TYPE_CHECKING:
    from infra.square.square import Platform, Square


def platform(square: Square, section: dict[str, Any]) -> Platform:
    """The platform of a square."""
    return Facebook(square, section)

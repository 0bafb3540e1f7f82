"""Facebook on the market square: a Page with its visitors' posts, comments and Messenger chats."""

from infra.square.platforms.facebook.platform import Facebook as Platform

__all__ = ["Platform"]

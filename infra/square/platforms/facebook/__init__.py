"""Facebook on the market square: a Page with its visitors' posts, comments and Messenger chats.

After developers.facebook.com/docs/graph-api and …/docs/messenger-platform. Engaged people, windows and rate limits are
the platform's; README.md describes the limits and how to change them.
"""

from infra.square.platforms.facebook.earlier import upgrade
from infra.square.platforms.facebook.platform import Facebook as Platform

__all__ = ["Platform", "upgrade"]

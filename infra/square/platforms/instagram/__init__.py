"""Instagram: an account with its posts, their comments, mentions elsewhere, and private messages.

Sources: the same as of ``functions/channels/instagram``. Both flavours are played: with ``flavour`` ``facebook`` the
token is the linked Page's, and ``me`` is that Page.
"""

from infra.square.platforms.instagram.platform import Instagram as Platform

__all__ = ["Platform"]

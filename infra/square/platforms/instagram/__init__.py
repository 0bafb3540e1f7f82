"""Instagram on the market square."""

from infra.square.platforms.instagram.platform import Instagram as Platform

__all__ = ["Platform"]

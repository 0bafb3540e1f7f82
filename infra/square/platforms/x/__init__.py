"""X on the market square."""

from infra.square.platforms.x.platform import X as Platform

__all__ = ["Platform"]

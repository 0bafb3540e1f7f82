"""Google on the market square."""

from infra.square.platforms.google.platform import Google as Platform

__all__ = ["Platform"]

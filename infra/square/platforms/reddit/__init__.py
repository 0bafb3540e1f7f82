"""Reddit on the market square."""

from infra.square.platforms.reddit.platform import Reddit as Platform

__all__ = ["Platform"]

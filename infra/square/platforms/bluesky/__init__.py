"""Bluesky on the market square."""

from infra.square.platforms.bluesky.platform import Bluesky as Platform

__all__ = ["Platform"]

"""Mastodon on the market square."""

from infra.square.platforms.mastodon.platform import Mastodon as Platform

__all__ = ["Platform"]

"""Discourse on the market square."""

from infra.square.platforms.discourse.platform import Discourse as Platform

__all__ = ["Platform"]

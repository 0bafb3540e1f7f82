"""Threads on the market square."""

from infra.square.platforms.threads.platform import Threads as Platform

__all__ = ["Platform"]

"""Telegram on the market square."""

from infra.square.platforms.telegram.platform import Telegram as Platform

__all__ = ["Platform"]

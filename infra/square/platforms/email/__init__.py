"""Email on the market square."""

from infra.square.platforms.email.platform import Email as Platform

__all__ = ["Platform"]

"""WhatsApp on the market square."""

from infra.square.platforms.whatsapp.platform import WhatsApp as Platform

__all__ = ["Platform"]

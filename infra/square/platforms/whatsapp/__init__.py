"""WhatsApp on the square: one phone number of the Cloud API, and the people who write to it.

After developers.facebook.com/documentation/business-messaging/whatsapp. What is accepted is only accepted: what becomes
of a message, a status tells. Nobody hears of one that was sent too late, or to who has blocked the company. A user id
in ``to`` is taken, and the message is lost, as on the real one. Files are kept by name alone.
"""

from infra.square.platforms.whatsapp.platform import WhatsApp as Platform

__all__ = ["Platform"]

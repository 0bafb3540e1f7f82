"""Telegram on the square: the Bot API with one bot, private chats, groups with answers and topics, and business chats.

After core.telegram.org/bots/api (10.0) and the server's source (github.com/tdlib/telegram-bot-api), from which the
words of the errors are. A thread of the square is a chat; what is written in public goes to the group of that title,
or to the first one. The bot is an administrator there and sees everything. Files are kept by name alone.
"""

from infra.square.platforms.telegram.platform import Telegram as Platform

__all__ = ["Platform"]

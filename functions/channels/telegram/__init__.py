"""Telegram bots: private chats, groups with their topics, channels, and chats of a business that the bot takes part in.

Sources: core.telegram.org/bots/api (updates, methods, limits; Bot API 10.0), core.telegram.org/bots/faq (rates),
core.telegram.org/bots/features#privacy-mode, github.com/tdlib/telegram-bot-api (errors, webhooks, migrated groups).

Secrets: ``bot_token`` (of @BotFather), ``secret_token`` (we make it up; it comes back in a header of each call) and
``previous_secret_token`` while it is changed. Options: ``base_url``. ``account_id`` is the bot's, the digits before
the colon of its token.

What names what: a message's id is ``<chat>:<message>``, because Telegram counts messages in each chat apart. In the
chats of a business (whose messages are counted beside the bot's own) the chat is ``<business connection>:<chat>``.
A private chat is a thread. In a group, a thread is a topic, or else the message that began a chain of answers; where
Telegram does not name that one, the message that is answered stands for it (``thread_is_guess``).
"""

from __future__ import annotations

from channels.base import (
    Capabilities,
    Channel,
)
from channels.telegram.account import TelegramAccount
from channels.telegram.sending import TelegramSender
from channels.telegram.webhook import TelegramReceiver
from conversations.facts import Kind

channel = Channel(
    name="telegram",
    label="Telegram",
    capabilities=Capabilities(
        secret_names=("bot_token", "secret_token"),
        chosen_secrets=("secret_token",),
        signing_secret="secret_token",  # noqa: S106 - a name
        authenticates_body=False,
        reported_kinds=frozenset(
            {Kind.MESSAGE, Kind.EDITED, Kind.REMOVED, Kind.REACTION, Kind.UNREACTION, Kind.GONE, Kind.BACK},
        ),
        thread_is_guess=True,
        replies_to_latest=True,
    ),
    receiver=TelegramReceiver(),
    sender=TelegramSender(),
    account=TelegramAccount(),
)
"""A Telegram bot."""

"""The account on Telegram: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from channels._values import as_id, as_text
from channels.base import (
    Account,
    AccountManager,
    PermanentFailure,
    Reason,
    TransientFailure,
    json_list,
    json_object,
)
from channels.telegram.api import call, webhook_info
from channels.telegram.chats import display_name

if TYPE_CHECKING:
    from channels.base import Credentials

SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")
UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "callback_query",
    "my_chat_member",
)
"""Updates that Telegram is to report; it reports reactions only when they are named."""


class TelegramAccount(AccountManager):
    """The account on Telegram."""

    def check(self, credentials: Credentials) -> Account:
        bot = json_object(call("getMe", {}, credentials))
        found, handle = as_id(bot.get("id")), as_text(bot.get("username"))
        if found is None:
            raise TransientFailure(Reason.RETRY, "no_account")
        return Account(found, display_name(bot) or handle or found, {"username": handle} if handle else {})

    def register(self, credentials: Credentials, url: str) -> None:
        secret = credentials.secrets.get("secret_token", "")
        if not SECRET_TOKEN.fullmatch(secret):
            raise PermanentFailure(Reason.BAD, "secret_token")
        hook = {"url": url, "secret_token": secret, "allowed_updates": list(UPDATES)}
        call("setWebhook", hook, credentials)

    def unregister(self, credentials: Credentials, url: str) -> None:
        if webhook_info(credentials).get("url") == url:  # a bot has one: it may be another's by now
            call("deleteWebhook", {}, credentials)

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        hook = webhook_info(credentials)
        return hook.get("url") == url and set(UPDATES) <= set(map(str, json_list(hook.get("allowed_updates"))))

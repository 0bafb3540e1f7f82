"""The account on Facebook: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

from channels import _meta
from channels._values import as_id, as_text
from channels.base import (
    Account,
    AccountManager,
    Credentials,
    PermanentFailure,
    Reason,
)

FIELDS = (
    "feed,mention,ratings,messages,messaging_postbacks,message_echoes,message_deliveries,message_reads,"
    "message_reactions,message_edits,messaging_policy_enforcement"
)
"""Fields that a Page's webhook subscribes to."""
LEAST_FIELDS = "feed"


class FacebookAccount(AccountManager):
    """The account on Facebook."""

    app_option = "app_id"

    def check(self, credentials: Credentials) -> Account:
        page = _meta.get("me", credentials, {"fields": "id,name"})
        page_id = as_id(page.get("id"))
        if page_id is None:
            raise PermanentFailure(Reason.BAD, "no_account")
        return Account(page_id, as_text(page.get("name")) or page_id)

    def register(self, credentials: Credentials, url: str) -> None:
        """The app's part, if ``app_id`` says which app, and the Page's."""
        _meta.announce("page", FIELDS, credentials, url)
        _meta.subscribe(_subscription(credentials), FIELDS, LEAST_FIELDS, credentials)

    def unregister(self, credentials: Credentials, url: str) -> None:
        _meta.unsubscribe(_subscription(credentials), credentials)

    def subscription(self, credentials: Credentials) -> str:
        return _meta.page_subscription(credentials.account_id)

    def registered(self, credentials: Credentials, url: str) -> bool:
        if _meta.is_announced("page", credentials, url) is False:
            return False
        return _meta.is_subscribed(_subscription(credentials), LEAST_FIELDS, credentials)


def _subscription(credentials: Credentials) -> str:
    return _meta.node(credentials.account_id, "subscribed_apps")

"""The account on Threads: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels import _meta
from channels._values import as_id, as_text
from channels.base import Account, AccountManager, Credentials, PermanentFailure, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

WEBHOOK_FIELDS = "replies,mentions,delete"


class ThreadsAccount(AccountManager):
    """The account on Threads."""

    app_option = "app_id"

    def check(self, credentials: Credentials) -> Account:
        found = _meta.get("me", credentials, {"fields": "id,username,name"}, _meta.THREADS)
        account_id, username = as_id(found.get("id")), as_text(found.get("username"))
        if account_id is None or not username:
            raise PermanentFailure(Reason.BAD, "no_account")
        return Account(account_id, username, {"username": username})

    def register(self, credentials: Credentials, url: str) -> None:
        """Nothing but the app's part, if ``app_id`` says which app; its dashboard is the documented way."""
        _meta.announce("threads", WEBHOOK_FIELDS, credentials, url, _meta.THREADS)

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        return _meta.is_announced("threads", credentials, url, _meta.THREADS)

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        """A token lives 60 days, and is renewed once it is a day old."""
        return _meta.refresh("th_refresh_token", credentials, now, _meta.THREADS)

"""The account on Reddit: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from channels._values import as_text
from channels.base import (
    Account,
    AccountManager,
    Credentials,
    PermanentFailure,
    Reason,
    TransientFailure,
)
from channels.reddit.api import Client, subreddit_sources

if TYPE_CHECKING:
    from collections.abc import Mapping


TOKEN_SECONDS = 3600


class RedditAccount(AccountManager):
    """The account on Reddit."""

    def check(self, credentials: Credentials) -> Account:
        if not credentials.secrets.get("access_token"):
            credentials = replace(credentials, secrets={**credentials.secrets, **self.renew(credentials, 0)})
        response = Client(credentials).get("/api/v1/me", {})
        name = as_text(response.get("name"))
        if response.get("is_suspended") is True:
            raise PermanentFailure(Reason.POLICY, "suspended")
        if not name:
            raise TransientFailure(Reason.RETRY, "no_account")
        client = Client(credentials)
        for source in subreddit_sources(credentials.options):
            client.get(source, {"limit": "1"})
        return Account(name, f"u/{name}")

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        secrets = credentials.secrets
        if secrets.get("refresh_token"):
            form = {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"]}
        else:
            names = {"username": secrets.get("username", ""), "password": secrets.get("password", "")}
            form = {"grant_type": "password", **names}
        response = Client(credentials).token(form)
        token, seconds, onward = (response.get(key) for key in ("access_token", "expires_in", "refresh_token"))
        if not isinstance(token, str) or not token:
            raise TransientFailure(Reason.RETRY, "no_token")
        life = seconds if isinstance(seconds, int | float) and 0 < seconds < 10**7 else TOKEN_SECONDS
        renewed = {"access_token": token, "expires_at": str(now + round(life * 1000))}
        return {**renewed, "refresh_token": onward} if isinstance(onward, str) and onward else renewed

    def expires_at(self, credentials: Credentials) -> int | None:
        """Without a token, it has ended already."""
        return super().expires_at(credentials) if credentials.secrets.get("access_token") else 0

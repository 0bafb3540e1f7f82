"""The account on Google: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from channels._values import as_id, as_text
from channels.base import (
    Account,
    AccountManager,
    Credentials,
    PermanentFailure,
    Reason,
    json_list,
    json_object,
)
from channels.google.api import YOUTUBE, call, get, new_token, service_of
from channels.google.reviews import NOTIFICATIONS_URL, account_name, locations, notify

if TYPE_CHECKING:
    from collections.abc import Mapping


INFORMATION_URL = "https://mybusinessbusinessinformation.googleapis.com"


class GoogleAccount(AccountManager):
    """The account on Google."""

    def check(self, credentials: Credentials) -> Account:
        """The location and its title, or the channel and its name."""
        if service_of(credentials.options) == YOUTUBE:
            body = get("channels", credentials, {"part": "snippet", "mine": "true"})
            mine = json_object(next(iter(json_list(body.get("items"))), None))
            found, title = as_id(mine.get("id")), as_text(json_object(mine.get("snippet")).get("title"))
            if not found:
                raise PermanentFailure(Reason.PERMISSION, "no_channel")
            return Account(found, title or found)
        names = locations(credentials)
        root = credentials.options.get("information_url") or INFORMATION_URL
        place = names[0].partition("/locations/")[2]
        body = call("GET", f"v1/locations/{quote(place)}", credentials, {"readMask": "name,title"}, root=root)
        return Account(credentials.account_id, as_text(body.get("title")) or credentials.account_id)

    def register(self, credentials: Credentials, url: str) -> None:
        """Have reviews announced to the topic; the push subscription to ``url`` is made in the Cloud console."""
        if topic := credentials.options.get("topic"):
            notify(credentials, {"pubsubTopic": topic, "notificationTypes": ["NEW_REVIEW", "UPDATED_REVIEW"]})

    def unregister(self, credentials: Credentials, url: str) -> None:
        if credentials.options.get("topic"):
            notify(credentials, {"pubsubTopic": "", "notificationTypes": []})

    def subscription(self, credentials: Credentials) -> str:
        topic = credentials.options.get("topic")
        is_shared = topic and service_of(credentials.options) != YOUTUBE
        return f"{account_name(credentials)} {topic}" if is_shared else ""

    def registered(self, credentials: Credentials, url: str) -> bool | None:
        topic = credentials.options.get("topic")
        if not topic or service_of(credentials.options) == YOUTUBE:
            return None
        root = credentials.options.get("notifications_url") or NOTIFICATIONS_URL
        body = call("GET", f"v1/{quote(account_name(credentials))}/notificationSetting", credentials, root=root)
        return body.get("pubsubTopic") == topic and "NEW_REVIEW" in json_list(body.get("notificationTypes"))

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        return new_token(credentials, now)

    def expires_at(self, credentials: Credentials) -> int | None:
        """At once, while there is no token yet."""
        return super().expires_at(credentials) if credentials.secrets.get("access_token") else 0

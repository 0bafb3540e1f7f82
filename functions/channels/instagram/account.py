"""The account on Instagram: whose secrets they are, the webhook, and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels import _meta
from channels._values import as_id, as_text
from channels.base import (
    Account,
    AccountManager,
    Credentials,
    PermanentFailure,
    Reason,
    json_object,
)
from channels.instagram.flavours import graph_of, is_by_page, mailbox

if TYPE_CHECKING:
    from collections.abc import Mapping


FIELDS = (
    "comments,live_comments,mentions,messages,message_edit,message_reactions,messaging_postbacks,messaging_seen,"
    "messaging_referral"
)
"""Fields that an account's webhook subscribes to, with Instagram Login."""
PAGE_FIELDS = "feed,messages,messaging_postbacks,message_reactions"
"""With Facebook Login the Page must have some subscription; what Instagram tells is chosen in the app's dashboard."""
LEAST_FIELDS, LEAST_PAGE_FIELDS = "comments", "feed"


class InstagramAccount(AccountManager):
    """The account on Instagram."""

    app_option = "app_id"

    def check(self, credentials: Credentials) -> Account:
        if is_by_page(credentials):
            return _linked_account(credentials)
        found = _meta.get("me", credentials, {"fields": "user_id,username,name"}, graph_of(credentials))
        # ``id`` is the app's own id of the account; webhooks name it by ``user_id``.
        return _account(found.get("user_id") or found.get("id"), found, {})

    def register(self, credentials: Credentials, url: str) -> None:
        """The app's part, if ``app_id`` says which app, and the account's.

        A Page that has a subscription keeps it: a shorter one would take from Facebook's connection what it is told.
        """
        _meta.announce("instagram", FIELDS, credentials, url)
        edge = _subscription(credentials)
        apps = frozenset(app for name in ("app_id", "client_id") if (app := credentials.options.get(name)))
        is_known = is_by_page(credentials) and apps
        if is_known and _meta.is_subscribed(edge, LEAST_PAGE_FIELDS, credentials, app_ids=apps):
            return
        _meta.subscribe(edge, *_fields(credentials), credentials, graph_of(credentials))

    def unregister(self, credentials: Credentials, url: str) -> None:
        _meta.unsubscribe(_subscription(credentials), credentials, graph_of(credentials))

    def subscription(self, credentials: Credentials) -> str:
        page_id = credentials.options.get("page_id") if is_by_page(credentials) else None
        return _meta.page_subscription(page_id) if page_id else ""

    def registered(self, credentials: Credentials, url: str) -> bool:
        if _meta.is_announced("instagram", credentials, url) is False:
            return False
        least = _fields(credentials)[1]
        return _meta.is_subscribed(_subscription(credentials), least, credentials, graph_of(credentials))

    def renew(self, credentials: Credentials, now: int) -> Mapping[str, str]:
        """A Page's token does not end; a user's lives 60 days, and is renewed once it is a day old."""
        if is_by_page(credentials):
            return {}
        return _meta.refresh("ig_refresh_token", credentials, now, _meta.INSTAGRAM)


def _subscription(credentials: Credentials) -> str:
    return _meta.node(mailbox(credentials), "subscribed_apps")


def _fields(credentials: Credentials) -> tuple[str, str]:
    """All that is to be told, and the least of it."""
    return (PAGE_FIELDS, LEAST_PAGE_FIELDS) if is_by_page(credentials) else (FIELDS, LEAST_FIELDS)


def _linked_account(credentials: Credentials) -> Account:
    fields = {"fields": "id,name,instagram_business_account{id,username,name}"}
    page = _meta.get("me", credentials, fields)
    linked, page_id = json_object(page.get("instagram_business_account")), as_id(page.get("id"))
    return _account(linked.get("id"), linked, {"page_id": page_id} if page_id else {})


def _account(account_id: object, found: dict[str, Any], options: dict[str, str]) -> Account:
    known, username = as_id(account_id), as_text(found.get("username"))
    if known is None:
        raise PermanentFailure(Reason.BAD, "no_account")
    if username:
        options = {**options, "username": username}
    return Account(known, username or as_text(found.get("name")) or known, options)
